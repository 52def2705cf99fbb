// The connection is reset (RST) in the middle of the body, after so many of its bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Reset {
  std::int64_t after_bytes = 0;  // of the body; the headers always go out

  static constexpr std::string_view kind = "reset";
  static constexpr std::int64_t kAfterBytesMax = 64 << 20;
  static constexpr auto fields() {
    return std::tuple(world::field("after_bytes", &Reset::after_bytes,
                                   "Body bytes that still go out before the reset.")
                          .in(world::Unit::bytes)
                          .between(0, kAfterBytesMax));
  }
  friend bool operator==(const Reset&, const Reset&) = default;
};

}  // namespace fakes
