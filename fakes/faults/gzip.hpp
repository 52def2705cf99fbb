// The body comes compressed (content-encoding: gzip) though nobody asked, and can be damaged.
#pragma once

#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Gzip {
  bool corrupt = false;

  static constexpr std::string_view kind = "gzip";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("corrupt", &Gzip::corrupt, "The compressed bytes are damaged."));
  }
  friend bool operator==(const Gzip&, const Gzip&) = default;
};

}  // namespace fakes
