// A request that waits for "100 Continue" before its body (Expect: 100-continue) waits in vain.
#pragma once

#include <string_view>
#include <tuple>

namespace fakes {

struct NoContinue {
  static constexpr std::string_view kind = "no_continue";
  static constexpr bool before_request = true;
  static constexpr auto fields() { return std::tuple<>(); }
  friend bool operator==(const NoContinue&, const NoContinue&) = default;
};

}  // namespace fakes
