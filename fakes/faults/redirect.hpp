// A redirect instead of an answer: to itself, for ever, or to another host.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Redirect {
  std::int32_t code = 307;
  std::string to;

  static constexpr std::string_view kind = "redirect";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("code", &Redirect::code, "HTTP status code.").between(300, 399),
        field("to", &Redirect::to, "Where to; the path that was asked for if empty."));
  }
  friend bool operator==(const Redirect&, const Redirect&) = default;
};

}  // namespace fakes
