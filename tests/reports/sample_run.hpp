// A small recorded run that every writer is shown, and the same run with hostile text everywhere.
#pragma once

#include <string>

#include "reports/run_record.hpp"

namespace reports::test {

RunRecord sample_run();
RunRecord hostile_run();
Environment sample_environment();

// The text that the hostile run holds in each field that a target or a scenario can fill.
std::string hostile_text();

// An operation with the usual values; the tests change what they are about.
Operation operation(Nanos planned, Nanos response, Outcome outcome = Outcome::ok);

// Compares with tests/reports/golden/NAME, or rewrites it when UPDATE_GOLDEN=1.
void check_golden(const std::string& name, const std::string& text);

}  // namespace reports::test
