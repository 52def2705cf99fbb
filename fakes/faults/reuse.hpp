// A keep-alive connection ends exactly when it is used again: the request that comes as the
// so-manyth on it gets no answer.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class ReuseEnd { fin, rst };

constexpr std::array<world::Choice<ReuseEnd>, 2> choices(ReuseEnd) {
  return {{{"fin", ReuseEnd::fin}, {"rst", ReuseEnd::rst}}};
}

struct Reuse {
  std::int64_t request = 2;
  ReuseEnd end = ReuseEnd::fin;

  static constexpr std::string_view kind = "reuse";
  static constexpr std::int64_t kRequestMax = 1'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("request", &Reuse::request, "Which request on its connection; later ones as well.")
            .between(1, kRequestMax),
        field("end", &Reuse::end, "How the connection ends: fin (clean close) or rst (reset)."));
  }
  friend bool operator==(const Reuse&, const Reuse&) = default;
};

}  // namespace fakes
