// Content-Length lies about the body of a plain answer. Too long: the connection is closed, or
// falls silent, before the promised end. Too short: the rest stands where the next response begins.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class LengthLie { too_long, too_short };

constexpr std::array<world::Choice<LengthLie>, 2> choices(LengthLie) {
  return {{{"too_long", LengthLie::too_long}, {"too_short", LengthLie::too_short}}};
}

enum class AfterBody { close, silence };

constexpr std::array<world::Choice<AfterBody>, 2> choices(AfterBody) {
  return {{{"close", AfterBody::close}, {"silence", AfterBody::silence}}};
}

struct ContentLength {
  LengthLie how = LengthLie::too_long;
  std::int64_t by = 10;
  AfterBody then = AfterBody::close;

  static constexpr std::string_view kind = "content_length";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &ContentLength::how, "too_long or too_short."),
        field("by", &ContentLength::by, "How many bytes it is off.")
            .in(world::Unit::bytes)
            .between(1, 1 << 30),
        field("then", &ContentLength::then, "Behind a body that is too short: close or silence."));
  }
  friend bool operator==(const ContentLength&, const ContentLength&) = default;
};

}  // namespace fakes
