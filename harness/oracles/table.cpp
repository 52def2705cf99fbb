// Every invariant, one row each.
#include <array>

#include "harness/oracles/conversation_integrity.hpp"
#include "harness/oracles/no_empty_response.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/oracles/terminal_once.hpp"
#include "world/ensure.hpp"

namespace harness {

using reports::Verdict;

namespace {
template <class T>
std::unique_ptr<Oracle> make() {
  return std::make_unique<T>();
}

constexpr std::array kOracles{
    OracleKind{"terminal_once", "Every request that was sent ends exactly once.",
               make<TerminalOnce>},
    OracleKind{"no_empty_response", "No successful answer is empty or blank.",
               make<NoEmptyResponse>},
    OracleKind{"conversation_integrity",
               "No turn of a conversation is lost, duplicated, reordered or from elsewhere.",
               make<ConversationIntegrity>},
};
}  // namespace

std::span<const OracleKind> oracle_kinds() { return kOracles; }

std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const std::string> names) {
  std::vector<std::unique_ptr<Oracle>> oracles;
  for (const std::string& name : names) {
    const OracleKind* found = nullptr;
    for (const OracleKind& kind : kOracles) {
      if (kind.name == name) found = &kind;
    }
    ENSURE(found != nullptr, "an invariant of a checked scenario has no oracle");
    oracles.push_back(found->make());
    oracles.back()->name_ = name;
  }
  return oracles;
}

void Oracle::violate(world::Instant at, std::string who, std::string what) {
  ++violation_count_;
  if (violations_.size() < reports::InvariantResult::kWitnessesMax) {
    violations_.push_back({at, std::move(who), std::move(what)});
  }
}

reports::InvariantResult Oracle::result() const {
  reports::InvariantResult result;
  result.name = name_;
  result.checked = checked_;
  result.violation_count = violation_count_;
  result.violations = violations_;
  result.verdict = violation_count_ > 0 ? Verdict::fail
                   : checked_ > 0       ? Verdict::pass
                                        : Verdict::inconclusive;
  return result;
}

}  // namespace harness
