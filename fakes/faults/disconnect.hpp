// The connection ends: when the request was read, after so many bytes of the response, or so long
// after the request, whichever comes first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class DisconnectEnd { fin, rst, half_close };

constexpr std::array<world::Choice<DisconnectEnd>, 3> choices(DisconnectEnd) {
  return {{{"fin", DisconnectEnd::fin},
           {"rst", DisconnectEnd::rst},
           {"half_close", DisconnectEnd::half_close}}};
}

struct Disconnect {
  DisconnectEnd end = DisconnectEnd::rst;
  std::optional<std::int64_t> after_bytes = {};
  std::optional<world::Nanos> after = {};

  static constexpr std::string_view kind = "disconnect";
  static constexpr std::int64_t kAfterBytesMax = 64 << 20;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("end", &Disconnect::end,
              "rst (reset), fin (clean close), or half_close (FIN, but it still reads)."),
        field("after_bytes", &Disconnect::after_bytes,
              "Bytes of the response, with its head, that still go out.")
            .in(world::Unit::bytes)
            .between(0, kAfterBytesMax),
        field("after", &Disconnect::after, "Time from the request; the answer goes on until then."));
  }
  friend bool operator==(const Disconnect&, const Disconnect&) = default;
};

}  // namespace fakes
