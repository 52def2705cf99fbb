// The request is read and then nothing is sent, not even headers, or only them. After `for` the
// answer goes out as if nothing had been; without it the silence lasts until the client gives up.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class HangAfter { request, headers };

constexpr std::array<world::Choice<HangAfter>, 2> choices(HangAfter) {
  return {{{"request", HangAfter::request}, {"headers", HangAfter::headers}}};
}

struct Hang {
  std::optional<world::Nanos> duration;  // none: for ever
  HangAfter after = HangAfter::request;

  static constexpr std::string_view kind = "hang";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("for", &Hang::duration, "Length of the silence; for ever if not given."),
        field("after", &Hang::after, "What it follows: the request or the headers."));
  }
  friend bool operator==(const Hang&, const Hang&) = default;
};

}  // namespace fakes
