// A model that is loaded anew when nobody has asked for a while: the first request pays for it.
#pragma once

#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct Cold {
  world::Nanos load = std::chrono::seconds(8);
  world::Nanos idle = std::chrono::seconds(60);

  static constexpr std::string_view kind = "cold";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("load", &Cold::load, "Further time to first token of the request that wakes it."),
        field("idle", &Cold::idle, "Without a request for so long it falls asleep."));
  }
  friend bool operator==(const Cold&, const Cold&) = default;
};

}  // namespace fakes
