// A stream that began with 200 tells of an error in the middle, in the provider's own form, and
// ends as HTTP demands. Clients that look at the status alone take it for success.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct StreamError {
  std::int64_t after_events = 0;
  std::int32_t status = 0;  // 0: what the provider says when it is overloaded

  static constexpr std::string_view kind = "stream_error";
  static constexpr std::int64_t kAfterEventsMax = 1'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after_events", &StreamError::after_events,
              "Events before the error; with 0 it is the first.")
            .between(0, kAfterEventsMax),
        field("status", &StreamError::status,
              "The status whose error it is; 0: the provider's overload.")
            .between(0, 599));
  }
  friend bool operator==(const StreamError&, const StreamError&) = default;
};

}  // namespace fakes
