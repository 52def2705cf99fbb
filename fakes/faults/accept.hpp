// A connection is accepted and then of no use: closed or reset at once, or never answered.
// Connections that were open already live on.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class AcceptThen { close, reset, silence };

constexpr std::array<world::Choice<AcceptThen>, 3> choices(AcceptThen) {
  return {{{"close", AcceptThen::close},
           {"reset", AcceptThen::reset},
           {"silence", AcceptThen::silence}}};
}

struct Accept {
  AcceptThen then = AcceptThen::close;

  static constexpr std::string_view kind = "accept";
  static constexpr bool before_request = true;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("then", &Accept::then, "What follows: close (FIN), reset (RST) or silence."));
  }
  friend bool operator==(const Accept&, const Accept&) = default;
};

}  // namespace fakes
