// The circuit breaker of each provider; the members are the YAML keys under `agent.breaker`. Plain
// data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

enum class BreakerPolicy : std::uint8_t { none, hybrid, seed };
constexpr std::array<world::Choice<BreakerPolicy>, 3> choices(BreakerPolicy) {
  return {{{"none", BreakerPolicy::none},
           {"hybrid", BreakerPolicy::hybrid},
           {"seed", BreakerPolicy::seed}}};
}

struct BreakerConfig {
  BreakerPolicy policy = BreakerPolicy::none;
  std::int64_t failures = 5;
  std::int64_t successes = 2;
  world::Nanos reset_after = std::chrono::seconds(60);
  world::Nanos window = std::chrono::seconds(300);
  std::int64_t calls_min = 10;
  std::int64_t ratio_percent = 50;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("policy", &BreakerConfig::policy,
              "none; hybrid: opens after so many failures in a row, or when the ratio says so; "
              "seed: the breaker of the seed, with its defects."),
        field("failures", &BreakerConfig::failures, "Failures that open it.").between(1, 1'000),
        field("successes", &BreakerConfig::successes, "Successes, half-open, that close it.")
            .between(1, 1'000),
        field("reset_after", &BreakerConfig::reset_after, "How long it stays open before a probe.")
            .between(1, kDay),
        field("window", &BreakerConfig::window, "How long a failure counts.").between(1, kDay),
        field("calls_min", &BreakerConfig::calls_min, "Calls in the window before a ratio counts.")
            .between(1, 100'000),
        field("ratio_percent", &BreakerConfig::ratio_percent,
              "Share of failures, of at least calls_min calls, that opens it.")
            .between(1, 100));
  }
  friend bool operator==(const BreakerConfig&, const BreakerConfig&) = default;
};

}  // namespace agent
