// A fault in one line, for command lines and control requests:
//   rate_limit at 30s..90s p=50%
//   status(code=502) on backends.openai at 10s.. attempts=1..2 share=20%_of_users
// A name of the catalogue or a kind, its parameters in parentheses; then `at WINDOW`, `on BACKENDS`
// (default: all) and conditions, as key=value or key(field=value, ...); `p` is `probability`. The
// line becomes the map that a scenario file would have and is read as one: one meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/scenario.hpp"

namespace harness {

constexpr std::size_t kFaultLineBytesMax = 4'096;

// Reads it as a fault of this scenario: of its backends, phases and end; with an `id` of its own
// (the kind, else `kind_2`, ...) unless it gives one. Throws ScenarioErrors with all that is wrong,
// as `--fault:1:COLUMN: sentence`.
fakes::Fault read_fault_line(std::string_view text, const Scenario& scenario);

// The same for fakes without a scenario, beside these other faults.
fakes::Fault read_fault_line(std::string_view text, const std::vector<std::string>& backends,
                             const std::vector<fakes::Fault>& others = {});

}  // namespace harness
