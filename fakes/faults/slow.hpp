// An answer comes later or slower than the backend's own times say; nothing else is wrong with it.
// `prompt_token` is what every token of the prompt costs when the provider's cache has lost it.
#pragma once

#include <string_view>
#include <tuple>

#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct Slow {
  world::Distribution ttft;         // ns
  world::Distribution inter_token;  // ns
  std::int64_t factor = 1'000'000;  // millionths
  world::Nanos prompt_token{0};

  static constexpr std::string_view kind = "slow";
  static constexpr std::int64_t kFactorMax = 1'000;
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("ttft", &Slow::ttft, "Further time to first token.").in(Unit::duration),
        field("inter_token", &Slow::inter_token, "Further gap between tokens.").in(Unit::duration),
        field("factor", &Slow::factor, "All times, the further ones included, times this.")
            .in(Unit::micro)
            .between(0, kFactorMax * 1'000'000),
        field("prompt_token", &Slow::prompt_token,
              "Further time to first token for each token of the prompt."));
  }
  friend bool operator==(const Slow&, const Slow&) = default;
};

}  // namespace fakes
