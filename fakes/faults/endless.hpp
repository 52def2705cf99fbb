// A stream that goes on until the client leaves: with nothing but comments or pings, or with one
// token after the other when the answer should have ended.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

enum class EndlessHow { comments, pings, tokens };

constexpr std::array<world::Choice<EndlessHow>, 3> choices(EndlessHow) {
  return {{{"comments", EndlessHow::comments},
           {"pings", EndlessHow::pings},
           {"tokens", EndlessHow::tokens}}};
}

struct Endless {
  EndlessHow how = EndlessHow::tokens;
  world::Nanos every = std::chrono::milliseconds(100);

  static constexpr std::string_view kind = "endless";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &Endless::how, "What comes for ever: comments, pings (events), or tokens."),
        field("every", &Endless::every, "Time between two of them.")
            .between(1'000'000, 3'600'000'000'000));
  }
  friend bool operator==(const Endless&, const Endless&) = default;
};

}  // namespace fakes
