// How the providers are chosen and how long each is waited for; the members are the YAML keys under
// `agent.chain`. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

struct ChainConfig {
  world::Nanos connect_timeout{0};
  world::Nanos ttft_timeout{0};
  bool forward_deadline = false;
  world::Nanos fast_first{0};
  world::Nanos fast_max = std::chrono::seconds(8);
  bool refused_elsewhere = false;
  world::Nanos refused_rest = std::chrono::minutes(5);
  world::Nanos rest_max = std::chrono::minutes(10);
  std::vector<std::string> larger_context;
  bool learn = false;
  std::int64_t explore_ppm = 10'000;
  std::int64_t down_after = 3;
  bool background_waits = false;
  world::Nanos ramp = std::chrono::seconds(30);
  std::int64_t ramp_from_percent = 10;
  std::int64_t background_percent = 25;
  std::int64_t capacity = 64;

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("connect_timeout", &ChainConfig::connect_timeout,
              "Time to connect to a provider; 0: that of the call.")
            .between(0, kDay),
        field("ttft_timeout", &ChainConfig::ttft_timeout,
              "Time until the first word of a stream; 0: that of the call.")
            .between(0, kDay),
        field("forward_deadline", &ChainConfig::forward_deadline,
              "Tell providers in X-Request-Timeout-Ms how much time is left."),
        field("fast_first", &ChainConfig::fast_first,
              "With several providers, wait so long before asking all of them again, then twice as "
              "long and so on; 0: retry_waits.")
            .between(0, kDay),
        field("fast_max", &ChainConfig::fast_max, "The longest of these waits.").between(1, kDay),
        field("refused_elsewhere", &ChainConfig::refused_elsewhere,
              "A provider that refuses the core itself (401, 402, 403, 404, an empty quota) is "
              "passed over, and rests."),
        field("refused_rest", &ChainConfig::refused_rest, "How long it rests.").between(1, kDay),
        field("rest_max", &ChainConfig::rest_max,
              "The longest rest that a Retry-After may ask for.")
            .between(1, kDay),
        field("larger_context", &ChainConfig::larger_context,
              "Providers that are asked when a prompt is too long for another one.")
            .between(0, 16),
        field("learn", &ChainConfig::learn,
              "Neighbours in the order change places when the first fails more, or crawls."),
        field("explore", &ChainConfig::explore_ppm,
              "Share of requests that ask the second provider first, to know how it is.")
            .in(Unit::ppm)
            .between(0, 1'000'000),
        field("down_after", &ChainConfig::down_after,
              "Requests that fail in a row, until a provider counts as down.")
            .between(1, 1'000),
        field("background_waits", &ChainConfig::background_waits,
              "Background requests wait until a provider has recovered."),
        field("ramp", &ChainConfig::ramp,
              "Time in which those who waited come back, after a recovery.")
            .between(1, kDay),
        field("ramp_from_percent", &ChainConfig::ramp_from_percent,
              "Share of them that may come at once.")
            .between(1, 100),
        field("background_percent", &ChainConfig::background_percent,
              "Share of the capacity that they may take.")
            .between(1, 100),
        field("capacity", &ChainConfig::capacity, "Requests that the providers take at once.")
            .between(1, 1'000'000));
  }
  friend bool operator==(const ChainConfig&, const ChainConfig&) = default;
};

}  // namespace agent
