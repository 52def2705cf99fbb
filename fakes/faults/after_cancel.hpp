// The provider does not notice that the client has left, and works on to the end of the answer: the
// tokens are counted as made for nobody. Whoever then asks again has the work done twice.
#pragma once

#include <string_view>
#include <tuple>

namespace fakes {

struct AfterCancel {
  static constexpr std::string_view kind = "after_cancel";
  static constexpr auto fields() { return std::tuple<>(); }
  friend bool operator==(const AfterCancel&, const AfterCancel&) = default;
};

}  // namespace fakes
