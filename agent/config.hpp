// Configuration of the bundled agent core. The members are the YAML keys under `agent`; the
// defaults are profile `legacy`: three retries on 503 only, one 60 s timeout, about 30 requests a
// minute and user, no queue, no lock. Every bound of the core stands here or in the configuration
// of a mechanism (`*_config.hpp`, beside it). Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "agent/api/json_config.hpp"
#include "agent/defect.hpp"
#include "agent/jobs/store_config.hpp"
#include "agent/limits/budget_config.hpp"
#include "agent/limits/rate_config.hpp"
#include "agent/providers/breaker_config.hpp"
#include "agent/providers/chain_config.hpp"
#include "agent/providers/degraded_config.hpp"
#include "agent/providers/retry_config.hpp"
#include "agent/queue/queue_config.hpp"
#include "agent/tools/command_config.hpp"

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
  world::Nanos header_timeout{0};
  world::Nanos body_timeout{0};
  world::Nanos keep_alive_timeout{0};
  world::Nanos write_timeout{0};
  std::int64_t header_bytes_max = 16 << 10;
  std::int64_t body_bytes_max = 4 << 20;       // of a user's request
  std::int64_t response_bytes_max = 16 << 20;  // of a provider's answer
  bool hard_limit = true;          // over user_rate there is a no, and no queue
  bool conversation_lock = false;  // turns of one conversation come one after the other
  std::int64_t turns_waiting_max = 50;  // for the lock of one conversation
  bool honest_errors = false;
  bool check_answers = false;  // what is no answer is a failure of the provider, not an answer
  bool sanitise_answers = false;  // keys and control characters are taken out of them
  bool notice_leaving = false;
  JsonConfig json;
  RetryConfig retry;
  BreakerConfig breaker;
  ChainConfig chain;
  DegradedConfig degraded;
  QueueConfig queue;
  BudgetConfig budget;
  std::vector<std::string> api_keys;  // of those who may ask; empty: anybody
  std::vector<std::string> admin_keys;  // of those who may open and reset breakers, too
  StoreConfig store;
  RateConfig rate;
  std::vector<std::string> tools;  // names of backends that speak mcp
  std::int64_t tool_rounds_max = 4;
  world::Nanos tool_timeout = std::chrono::seconds(10);
  CommandConfig commands;
  world::Nanos memory_every{0};
  Defect defect = Defect::none;  // of the profile; no key: scenarios plant nothing

  bool has_tools() const {
    return !tools.empty() || (commands.enabled && !commands.allow.empty());
  }

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
        field("header_timeout", &Config::header_timeout,
              "Time for a request's header, from its first byte; later gets 408; 0: no limit.")
            .between(0, kDay),
        field("body_timeout", &Config::body_timeout,
              "Time for a request's body, from the end of its header; later gets 408; 0: no limit.")
            .between(0, kDay),
        field("keep_alive_timeout", &Config::keep_alive_timeout,
              "How long a connection may wait for its next request; 0: no limit.")
            .between(0, kDay),
        field("write_timeout", &Config::write_timeout,
              "How long a client may take nothing of what is sent to it; 0: no limit.")
            .between(0, kDay),
        field("header_bytes_max", &Config::header_bytes_max, "Largest request header.")
            .in(Unit::bytes)
            .between(1'024, 1 << 20),
        field("body_bytes_max", &Config::body_bytes_max, "Largest request body; more gets 413.")
            .in(Unit::bytes)
            .between(1'024, 1 << 30),
        field("response_bytes_max", &Config::response_bytes_max,
              "Largest answer of a provider that is read.")
            .in(Unit::bytes)
            .between(1'024, 1 << 30),
        field("hard_limit", &Config::hard_limit, "Refuse whoever is over user_rate."),
        field("conversation_lock", &Config::conversation_lock,
              "Turns of one conversation come one after the other."),
        field("turns_waiting_max", &Config::turns_waiting_max,
              "Turns that may wait for the lock of one conversation; more get 429.")
            .between(0, 100'000),
        field("honest_errors", &Config::honest_errors,
              "Errors say what happened and what to do (RFC 9457)."),
        field("sanitise_answers", &Config::sanitise_answers,
              "Take control characters, and what looks like an API key, out of answers."),
        field("check_answers", &Config::check_answers,
              "Read an answer before it is passed on; what is none counts as a failure."),
        field("notice_leaving", &Config::notice_leaving,
              "Stop working for a user who has left."),
        field("json", &Config::json, "What the JSON of a request may be."),
        field("retry", &Config::retry, "What is tried again, when, and how often."),
        field("breaker", &Config::breaker, "The circuit breaker of each provider."),
        field("chain", &Config::chain, "How providers are chosen, and how long each has."),
        field("degraded", &Config::degraded, "Answers of our own when no provider gives one."),
        field("queue", &Config::queue, "The fair queue in front of the providers."),
        field("budget", &Config::budget, "What one user may spend in a window of time."),
        field("admin_keys", &Config::admin_keys,
              "Keys of those who may also open and reset breakers; without any, where there are "
              "api_keys, nobody may.")
            .between(0, 100),
        field("api_keys", &Config::api_keys, "Keys of those who may ask; empty: anybody may.")
            .between(0, 10'000),
        field("store", &Config::store, "Where jobs are kept, and for how long."),
        field("rate", &Config::rate, "Limits of rate, quotas of a day, limits of tools."),
        field("tools", &Config::tools, "Backends of dialect mcp whose tools the model may call.")
            .between(0, 16),
        field("tool_rounds_max", &Config::tool_rounds_max,
              "How often the model may call tools in one turn.")
            .between(1, 100),
        field("tool_timeout", &Config::tool_timeout, "Time for one call of a tool.")
            .between(1, kDay),
        field("commands", &Config::commands, "Commands that the model may run."),
        field("memory_every", &Config::memory_every,
              "How often the ledger says how much memory is held; 0: never.")
            .between(0, kDay));
  }
  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace agent
