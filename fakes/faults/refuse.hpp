// The port is closed: a connection attempt is refused at once, as after a crash of the backend.
#pragma once

#include <string_view>
#include <tuple>

namespace fakes {

struct Refuse {
  static constexpr std::string_view kind = "refuse";
  static constexpr auto fields() { return std::tuple<>(); }
  friend bool operator==(const Refuse&, const Refuse&) = default;
};

}  // namespace fakes
