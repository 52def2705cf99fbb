// Configuration of each mechanism of the core; the members are the YAML keys under `agent.<name>`.
// Whether a mechanism works at all is said here too, and by default none does: that is profile
// `legacy`. profile.cpp switches them on. Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

inline constexpr std::int64_t kDay = 86'400'000'000'000;  // ns

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
