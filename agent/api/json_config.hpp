// What a request's JSON may be, and how much is said of what is wrong with it; the members are the
// YAML keys under `agent.json`. Plain data; any thread.
#pragma once

#include <cstdint>
#include <tuple>

#include "world/field.hpp"

namespace agent {

struct JsonConfig {
  std::int64_t max_depth = 32;
  std::int64_t max_values = 200'000;
  std::int64_t max_errors = 20;
  bool explain = false;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("max_depth", &JsonConfig::max_depth, "Levels of a request's JSON.").between(2, 64),
        field("max_values", &JsonConfig::max_values,
              "Values in a request's JSON, those within others included.")
            .between(16, 10'000'000),
        field("max_errors", &JsonConfig::max_errors, "Wrong fields that one refusal names.")
            .between(1, 100),
        field("explain", &JsonConfig::explain,
              "Refusals name the field, what was expected, what was got, and a remedy."));
  }
  friend bool operator==(const JsonConfig&, const JsonConfig&) = default;
};

}  // namespace agent
