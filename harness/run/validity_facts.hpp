// What a live run measured of its own generator, as numbers by name in Measurements::facts, and
// back: so that rules of validity can be judged again. Pure; any thread.
#pragma once

#include <map>
#include <string>

#include "harness/verdict/slo_facts.hpp"
#include "harness/verdict/validity.hpp"

namespace harness {

using NamedFacts = std::map<std::string, double>;

// Whole numbers beyond 2^53 become 2^53: they are limits that nobody reaches.
NamedFacts named_facts(const ValidityFacts& facts);

// Sets what is named; what is not stays as it is.
void take_facts(const NamedFacts& named, ValidityFacts& facts);

// The same for the ledgers' facts (JudgeInput::ledger).
NamedFacts named_facts(const LedgerFacts& facts);
LedgerFacts ledger_facts_of(const NamedFacts& named);

}  // namespace harness
