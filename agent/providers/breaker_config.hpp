// The circuit breaker of each provider and tool; the members are the YAML keys under
// `agent.breaker`. Plain data; any thread.
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
  world::Nanos reset_after_max = std::chrono::seconds(300);
  std::int64_t jitter_percent = 10;
  world::Nanos window = std::chrono::seconds(300);
  std::int64_t calls_min = 10;
  std::int64_t ratio_percent = 50;
  std::int64_t slow_percent = 80;  // 0: slowness opens nothing
  std::int64_t slow_factor = 4;
  world::Nanos slow_floor = std::chrono::seconds(2);
  std::int64_t keys_max = 131'072;

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
        field("reset_after_max", &BreakerConfig::reset_after_max,
              "It opens anew for reset_after longer each time, up to this.")
            .between(1, kDay),
        field("jitter_percent", &BreakerConfig::jitter_percent,
              "It stays open for up to so much longer, so that many do not probe in step.")
            .between(0, 100),
        field("window", &BreakerConfig::window, "How long a failure counts.").between(1, kDay),
        field("calls_min", &BreakerConfig::calls_min, "Calls in the window before a ratio counts.")
            .between(1, 100'000),
        field("ratio_percent", &BreakerConfig::ratio_percent,
              "Share of failures, of at least calls_min calls, that opens it.")
            .between(1, 100),
        field("slow_percent", &BreakerConfig::slow_percent,
              "Share of slow calls, of at least calls_min lately, that opens it; 0: none.")
            .between(0, 100),
        field("slow_factor", &BreakerConfig::slow_factor,
              "Slow is what takes so many times what calls take usually.")
            .between(1, 1'000),
        field("slow_floor", &BreakerConfig::slow_floor, "And at least this.").between(1, kDay),
        field("keys_max", &BreakerConfig::keys_max,
              "Keys that are watched; calls of further ones are let through.")
            .between(1, 10'000'000));
  }
  friend bool operator==(const BreakerConfig&, const BreakerConfig&) = default;
};

}  // namespace agent
