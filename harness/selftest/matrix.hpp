// The selftest as people and programs read it: a matrix of defects by oracles, the gates, and every
// problem in a sentence. Pure; any thread.
#pragma once

#include <string>

#include "harness/selftest/selftest.hpp"

namespace harness {

std::string selftest_text(const Selftest& test);  // at most 80 columns
std::string selftest_json(const Selftest& test);

}  // namespace harness
