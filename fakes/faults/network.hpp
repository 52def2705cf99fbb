// A bad way: the answer comes late, at a limited rate, in small pieces, or not to its end. Every
// part of it keeps its own instant, plain or streamed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class AtLimit { close, silence };

constexpr std::array<world::Choice<AtLimit>, 2> choices(AtLimit) {
  return {{{"close", AtLimit::close}, {"silence", AtLimit::silence}}};
}

struct Network {
  world::Nanos latency{0};
  world::Nanos jitter{0};
  std::int64_t bytes_per_second = 0;
  std::int64_t burst = 0;
  std::int64_t slice = 0;
  world::Nanos gap = std::chrono::microseconds(200);
  std::optional<std::int64_t> limit = {};
  AtLimit then = AtLimit::close;

  static constexpr std::string_view kind = "network";
  static constexpr std::int64_t kBytesMax = std::int64_t{1} << 40;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("latency", &Network::latency, "Everything comes so much later."),
        field("jitter", &Network::jitter, "And up to so much later still, drawn for each token."),
        field("bytes_per_second", &Network::bytes_per_second, "Rate of the answer; 0: no limit.")
            .in(world::Unit::bytes)
            .between(0, kBytesMax),
        field("burst", &Network::burst, "Bytes that may leave at once after a pause.")
            .in(world::Unit::bytes)
            .between(0, kBytesMax),
        field("slice", &Network::slice, "Bytes of each write; 0: as the answer comes.")
            .in(world::Unit::bytes)
            .between(0, kBytesMax),
        field("gap", &Network::gap, "Pause between slices."),
        field("limit", &Network::limit,
              "Bytes of the response, head included, that come through.")
            .in(world::Unit::bytes)
            .between(0, kBytesMax),
        field("then", &Network::then, "Behind the limit: close (FIN) or silence."));
  }
  friend bool operator==(const Network&, const Network&) = default;
};

}  // namespace fakes
