// The fair queue in front of the providers; the members are the YAML keys under `agent.queue`.
// Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

// How many slots there are: always running_max, or as many as the providers stand at the moment.
enum class SlotLimit { fixed, adaptive };
constexpr std::array<world::Choice<SlotLimit>, 2> choices(SlotLimit) {
  return {{{"fixed", SlotLimit::fixed}, {"adaptive", SlotLimit::adaptive}}};
}

struct QueueConfig {
  std::int64_t running_max = 0;  // 0: no queue
  SlotLimit limit = SlotLimit::fixed;
  std::int64_t running_start = 10;  // of the adaptive limit, at most running_max
  std::int64_t running_min = 1;
  std::int64_t user_running_max = 5;
  std::int64_t user_waiting_max = 20;
  std::int64_t waiting_max = 500;
  std::int64_t waiting_bytes_max = 64 << 20;
  std::int64_t priority_weight = 6;
  std::int64_t default_weight = 3;
  std::int64_t flex_weight = 1;
  std::int64_t class_running_min = 1;
  world::Nanos aging = std::chrono::seconds(60);
  std::int64_t turn_tokens = 0;
  world::Nanos flex_delay_target{0};
  world::Nanos flex_delay_interval = std::chrono::seconds(20);
  world::Nanos service_guess = std::chrono::seconds(2);
  world::Nanos reader_timeout{0};

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("running_max", &QueueConfig::running_max,
              "Requests at the providers at once, over all users; 0: no queue at all.")
            .between(0, 100'000),
        field("limit", &QueueConfig::limit,
              "fixed: running_max; adaptive: found out from what the providers refuse, at most "
              "running_max."),
        field("running_start", &QueueConfig::running_start, "Where the adaptive limit begins.")
            .between(1, 100'000),
        field("running_min", &QueueConfig::running_min, "The adaptive limit never falls below.")
            .between(1, 100'000),
        field("user_running_max", &QueueConfig::user_running_max, "The same, of one user.")
            .between(1, 100'000),
        field("user_waiting_max", &QueueConfig::user_waiting_max,
              "Requests of one user that may wait; more get 429.")
            .between(0, 100'000),
        field("waiting_max", &QueueConfig::waiting_max, "Requests that may wait, over all users.")
            .between(0, 1'000'000),
        field("waiting_bytes_max", &QueueConfig::waiting_bytes_max,
              "Bytes of the requests that wait, over all users.")
            .in(Unit::bytes)
            .between(0, std::int64_t{1} << 40),
        field("priority_weight", &QueueConfig::priority_weight,
              "What requests of service_tier priority get of the slots, against the other classes.")
            .between(1, 1'000),
        field("default_weight", &QueueConfig::default_weight, "The same, of tier default.")
            .between(1, 1'000),
        field("flex_weight", &QueueConfig::flex_weight, "The same, of tier flex.")
            .between(1, 1'000),
        field("class_running_min", &QueueConfig::class_running_min,
              "Slots that a class has before any other gets more, if its weight earns it one.")
            .between(0, 1'000),
        field("aging", &QueueConfig::aging,
              "Whoever has waited so long goes up one class; 0: nobody does.")
            .between(0, kDay),
        field("turn_tokens", &QueueConfig::turn_tokens,
              "Tokens of a request that cost its user one turn more; 0: all requests cost one.")
            .in(Unit::count)
            .between(0, 1'000'000'000),
        field("flex_delay_target", &QueueConfig::flex_delay_target,
              "When no flex request waited less than this for flex_delay_interval, those that "
              "waited twice as long are dropped; 0: never.")
            .between(0, kDay),
        field("flex_delay_interval", &QueueConfig::flex_delay_interval,
              "Over how long the delay of flex requests is watched.")
            .between(1, kDay),
        field("service_guess", &QueueConfig::service_guess,
              "How long a request takes, as long as none has been measured.")
            .between(1, kDay),
        field("reader_timeout", &QueueConfig::reader_timeout,
              "Whoever takes nothing of its stream for so long counts as left; 0: never.")
            .between(0, kDay));
  }
  friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

}  // namespace agent
