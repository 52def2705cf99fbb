// Faults that strike streams alone, or plain answers alone, in a scenario that asks for none: they
// would never fire. Told apart from the loader, because a target that is named on the command line
// asks its providers as it likes. Pure; any thread.
#pragma once

#include <vector>

#include "harness/scenario/errors.hpp"
#include "harness/scenario/scenario.hpp"

namespace harness {

// Each with its place and a sentence.
std::vector<ScenarioError> never_asked(const Scenario& scenario);

}  // namespace harness
