// Whether what a fault puts into headers can stand there: a line break would end the header and
// begin another. Pure; any thread.
#pragma once

#include <string>

#include "fakes/faults/table.hpp"

namespace fakes {

// What is wrong, as a sentence's end; empty: nothing.
std::string header_problem(const FaultAction& action);

}  // namespace fakes
