// What one user may spend in a window of time; the members are the YAML keys under `agent.budget`.
// Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

struct BudgetConfig {
  std::int64_t requests = 0;
  std::int64_t tokens = 0;
  std::int64_t tokens_guess = 500;
  world::Nanos window = std::chrono::seconds(60);

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("requests", &BudgetConfig::requests,
              "Requests of one user in the window; 0: no such limit.")
            .between(0, 1'000'000),
        field("tokens", &BudgetConfig::tokens, "Tokens of one user in the window; 0: no limit.")
            .between(0, 1'000'000'000'000),
        field("tokens_guess", &BudgetConfig::tokens_guess,
              "Tokens reserved for a request that does not say max_tokens.")
            .between(1, 1'000'000),
        field("window", &BudgetConfig::window, "Windows follow one another, so long each.")
            .between(1'000'000, 31 * kDay));
  }
  friend bool operator==(const BudgetConfig&, const BudgetConfig&) = default;
};

}  // namespace agent
