// What happens to a keep-alive connection on which nothing was asked for a while, as at a load
// balancer: it ends, or stays and is dead, which the next request finds out.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class IdleThen { fin, rst, silence };

constexpr std::array<world::Choice<IdleThen>, 3> choices(IdleThen) {
  return {{{"fin", IdleThen::fin}, {"rst", IdleThen::rst}, {"silence", IdleThen::silence}}};
}

struct Idle {
  world::Nanos after = std::chrono::seconds(5);
  IdleThen then = IdleThen::silence;

  static constexpr std::string_view kind = "idle";
  static constexpr bool before_request = true;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after", &Idle::after, "How long nothing was asked."),
        field("then", &Idle::then,
              "fin or rst: the connection ends then; silence: the next request is not heard."));
  }
  friend bool operator==(const Idle&, const Idle&) = default;
};

}  // namespace fakes
