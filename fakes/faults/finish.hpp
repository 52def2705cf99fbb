// The answer ends for another reason than that all is said: at its length, by the provider's
// filter, or with a refusal instead of an answer. HTTP calls it a success.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class FinishHow { length, content_filter, refusal };

constexpr std::array<world::Choice<FinishHow>, 3> choices(FinishHow) {
  return {{{"length", FinishHow::length},
           {"content_filter", FinishHow::content_filter},
           {"refusal", FinishHow::refusal}}};
}

struct FinishAs {
  FinishHow how = FinishHow::length;

  static constexpr std::string_view kind = "finish";
  static constexpr auto fields() {
    return std::tuple(world::field("how", &FinishAs::how,
                                   "length or content_filter (after half of the text), or refusal "
                                   "(the model says that it will not)."));
  }
  friend bool operator==(const FinishAs&, const FinishAs&) = default;
};

}  // namespace fakes
