// The request is read and then nothing is sent, not even headers. After `for` the answer goes out
// as if nothing had been; without it the silence lasts until the client gives up.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct Hang {
  std::optional<world::Nanos> duration;  // none: for ever

  static constexpr std::string_view kind = "hang";
  static constexpr auto fields() {
    return std::tuple(world::field("for", &Hang::duration,
                                   "Silence before the headers; for ever if not given."));
  }
  friend bool operator==(const Hang&, const Hang&) = default;
};

}  // namespace fakes
