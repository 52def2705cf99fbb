// Status 429 in the provider's own form, with a Retry-After in one of the forms that clients meet:
// right, none, past, or nonsense.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class RetryForm { seconds, http_date, past_date, ms, missing, negative, garbage };

constexpr std::array<world::Choice<RetryForm>, 7> choices(RetryForm) {
  return {{{"seconds", RetryForm::seconds},
           {"http_date", RetryForm::http_date},
           {"past_date", RetryForm::past_date},
           {"ms", RetryForm::ms},
           {"missing", RetryForm::missing},
           {"negative", RetryForm::negative},
           {"garbage", RetryForm::garbage}}};
}

struct RateLimit {
  world::Nanos retry_after = std::chrono::seconds(20);
  RetryForm as = RetryForm::seconds;
  std::optional<bool> should_retry = {};

  static constexpr std::string_view kind = "rate_limit";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("retry_after", &RateLimit::retry_after, "How long to wait; seconds are rounded up."),
        field("as", &RateLimit::as,
              "How it is said: seconds, http_date, past_date (so long ago), ms (retry-after-ms), "
              "negative, garbage, or missing."),
        field("should_retry", &RateLimit::should_retry, "Sends x-should-retry with this value."));
  }
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

}  // namespace fakes
