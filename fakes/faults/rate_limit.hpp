// Status 429 as the provider says it to a client that met a limit: its words and figures, headers
// that tell that nothing is left, and a Retry-After in one of the forms that clients meet: the
// provider's own, another, none, past, or nonsense.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class RetryForm { provider, seconds, http_date, past_date, ms, missing, negative, garbage };

constexpr std::array<world::Choice<RetryForm>, 8> choices(RetryForm) {
  return {{{"provider", RetryForm::provider},
           {"seconds", RetryForm::seconds},
           {"http_date", RetryForm::http_date},
           {"past_date", RetryForm::past_date},
           {"ms", RetryForm::ms},
           {"missing", RetryForm::missing},
           {"negative", RetryForm::negative},
           {"garbage", RetryForm::garbage}}};
}

// Which limit was met, where a provider tells them apart.
enum class LimitOf { requests, tokens };

constexpr std::array<world::Choice<LimitOf>, 2> choices(LimitOf) {
  return {{{"requests", LimitOf::requests}, {"tokens", LimitOf::tokens}}};
}

struct RateLimit {
  world::Nanos retry_after = std::chrono::seconds(20);
  RetryForm as = RetryForm::provider;
  std::optional<bool> should_retry = {};
  LimitOf of = LimitOf::requests;

  static constexpr std::string_view kind = "rate_limit";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("retry_after", &RateLimit::retry_after, "How long to wait; seconds are rounded up."),
        field("as", &RateLimit::as,
              "How the headers say it: provider (as it does itself), seconds, http_date, past_date "
              "(so long ago), ms (retry-after-ms), negative, garbage, or missing."),
        field("should_retry", &RateLimit::should_retry, "Sends x-should-retry with this value."),
        field("of", &RateLimit::of, "The limit that was met: requests, or tokens, per minute."));
  }
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

}  // namespace fakes
