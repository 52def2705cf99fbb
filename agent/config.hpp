// Configuration of the bundled agent core. The members are the YAML keys under `agent`; the
// defaults are profile `legacy`: three retries on 503 only, one 60 s timeout, about 30 requests a
// minute and user, no queue, no lock. Every bound of the core stands here. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

struct Config {
  std::vector<std::string> providers;  // names of backends, first choice first
  std::vector<world::Nanos> retry_waits = {std::chrono::seconds(5), std::chrono::seconds(15),
                                           std::chrono::seconds(30)};
  std::vector<std::int32_t> retry_on_status = {503};
  world::Nanos request_timeout = std::chrono::seconds(60);  // of one upstream call
  world::Rate user_rate = {500'000};                        // 30 a minute
  world::Nanos user_rate_window = std::chrono::seconds(60);
  std::int64_t history_messages_max = 10'000;  // of one conversation; the oldest leave first
  std::int64_t sessions_max = 100'000;
  std::int64_t users_max = 100'000;
  std::int64_t connections_max = 20'000;
  std::int64_t header_bytes_max = 16 << 10;
  std::int64_t body_bytes_max = 4 << 20;       // of a user's request
  std::int64_t response_bytes_max = 16 << 20;  // of a provider's answer

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("providers", &Config::providers, "Backends to ask, first choice first.")
            .between(0, 16),
        field("retry_waits", &Config::retry_waits,
              "Waits before the retries; as many retries as waits.")
            .between(0, 16),
        field("retry_on_status", &Config::retry_on_status, "Statuses that are retried.")
            .between(0, 64),
        field("request_timeout", &Config::request_timeout, "Time for one call to a provider.")
            .between(1, kDay),
        field("user_rate", &Config::user_rate, "Requests that one user may make."),
        field("user_rate_window", &Config::user_rate_window,
              "How far back the limiter counts: user_rate x window requests fit in it.")
            .between(1'000'000, kDay),
        field("history_messages_max", &Config::history_messages_max,
              "Messages kept of one conversation.")
            .between(2, 1'000'000),
        field("sessions_max", &Config::sessions_max, "Conversations kept in memory.")
            .between(1, 10'000'000),
        field("users_max", &Config::users_max, "Users that the limiter remembers.")
            .between(1, 10'000'000),
        field("connections_max", &Config::connections_max, "Client connections at once.")
            .between(1, 1'000'000),
        field("header_bytes_max", &Config::header_bytes_max, "Largest request header.")
            .in(Unit::bytes)
            .between(1'024, 1 << 20),
        field("body_bytes_max", &Config::body_bytes_max, "Largest request body; more gets 413.")
            .in(Unit::bytes)
            .between(1'024, 1 << 30),
        field("response_bytes_max", &Config::response_bytes_max,
              "Largest answer of a provider that is read.")
            .in(Unit::bytes)
            .between(1'024, 1 << 30));
  }
  friend bool operator==(const Config&, const Config&) = default;

 private:
  static constexpr std::int64_t kDay = 86'400'000'000'000;  // ns
};

}  // namespace agent
