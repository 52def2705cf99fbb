// A plain answer with a huge body: valid JSON, and behind it so many blanks.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Padding {
  std::int64_t bytes = 10 << 20;

  static constexpr std::string_view kind = "padding";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("bytes", &Padding::bytes, "Blanks behind the JSON.")
            .in(world::Unit::bytes)
            .between(1, 256 << 20));
  }
  friend bool operator==(const Padding&, const Padding&) = default;
};

}  // namespace fakes
