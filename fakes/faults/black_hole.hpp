// Nothing answers: a connection attempt gets neither an acceptance nor a refusal, as when packets
// are dropped on the way. Only the client's own timeout ends it.
#pragma once

#include <string_view>
#include <tuple>

namespace fakes {

struct BlackHole {
  static constexpr std::string_view kind = "black_hole";
  static constexpr auto fields() { return std::tuple<>(); }
  friend bool operator==(const BlackHole&, const BlackHole&) = default;
};

}  // namespace fakes
