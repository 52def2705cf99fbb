// A prepared scenario from text, as `run` makes one from a file.
#pragma once

#include <string>

#include "harness/run/prepared.hpp"
#include "harness/scenario/loader.hpp"

namespace harness::test {

inline Prepared prepared_from(const std::string& text, std::uint64_t seed = 7) {
  return prepare(parse_scenario(text, "test.yaml"), seed);
}

}  // namespace harness::test
