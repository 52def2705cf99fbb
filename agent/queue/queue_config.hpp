// The fair queue in front of the providers; the members are the YAML keys under `agent.queue`. Plain
// data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

struct QueueConfig {
  std::int64_t running_max = 0;  // 0: no queue
  std::int64_t user_running_max = 5;
  std::int64_t user_waiting_max = 20;
  std::int64_t waiting_max = 500;
  world::Nanos service_guess = std::chrono::seconds(2);

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("running_max", &QueueConfig::running_max,
              "Requests at the providers at once, over all users; 0: no queue at all.")
            .between(0, 100'000),
        field("user_running_max", &QueueConfig::user_running_max, "The same, of one user.")
            .between(1, 100'000),
        field("user_waiting_max", &QueueConfig::user_waiting_max,
              "Requests of one user that may wait; more get 429.")
            .between(0, 100'000),
        field("waiting_max", &QueueConfig::waiting_max, "Requests that may wait, over all users.")
            .between(0, 1'000'000),
        field("service_guess", &QueueConfig::service_guess,
              "How long a request takes, as long as none has been measured.")
            .between(1, kDay));
  }
  friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

}  // namespace agent
