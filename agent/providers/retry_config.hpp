// What is tried again, when, and how often; the members are the YAML keys under `agent.retry`.
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

// Which failures are worth another attempt: those of retry_on_status and a provider that cannot be
// reached; or every failure that may pass.
enum class Retryable : std::uint8_t { listed, transient };
constexpr std::array<world::Choice<Retryable>, 2> choices(Retryable) {
  return {{{"listed", Retryable::listed}, {"transient", Retryable::transient}}};
}

struct RetryConfig {
  Retryable what = Retryable::listed;
  bool jitter = false;       // each wait is drawn from its upper half
  bool fallback = false;     // the next provider is asked before the first one is asked again
  world::Nanos deadline{0};  // of the whole request up to its first word; 0: none
  std::int64_t budget_percent = 0;  // of all calls; 0: no budget
  std::int64_t budget_floor = 10;   // retries that are always in the budget, refilled one a second
  world::Nanos idle_timeout = std::chrono::seconds(15);  // between the events of a stream

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("what", &RetryConfig::what,
              "listed: the statuses of retry_on_status and unreachable providers. transient: also "
              "timeouts, 408, 409, 429, all 5xx, and answers that are none."),
        field("jitter", &RetryConfig::jitter,
              "Draw each wait from its upper half, so that nobody returns in step."),
        field("fallback", &RetryConfig::fallback,
              "Ask the next provider at once before waiting for the same one."),
        field("deadline", &RetryConfig::deadline,
              "Time from the request to the first word of its answer, all waits included; 0: none.")
            .between(0, kDay),
        field("budget_percent", &RetryConfig::budget_percent,
              "Retries per hundred calls; 0: no such limit.")
            .between(0, 1'000),
        field("budget_floor", &RetryConfig::budget_floor,
              "Retries that are in the budget whatever the load; one more each second.")
            .between(0, 10'000),
        field("idle_timeout", &RetryConfig::idle_timeout,
              "Longest silence between two events of a stream (deadline given).")
            .between(1, kDay));
  }
  friend bool operator==(const RetryConfig&, const RetryConfig&) = default;
};

}  // namespace agent
