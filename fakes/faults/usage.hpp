// The count of tokens is not what it should be: whoever pays, limits or plans by it is wrong.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class UsageHow { missing, zero, wrong, late };

constexpr std::array<world::Choice<UsageHow>, 4> choices(UsageHow) {
  return {{{"missing", UsageHow::missing},
           {"zero", UsageHow::zero},
           {"wrong", UsageHow::wrong},
           {"late", UsageHow::late}}};
}

struct Usage {
  UsageHow how = UsageHow::zero;

  static constexpr std::string_view kind = "usage";
  static constexpr auto fields() {
    return std::tuple(world::field(
        "how", &Usage::how,
        "missing, zero, wrong (all figures far too high), or late (of a stream: behind its end)."));
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace fakes
