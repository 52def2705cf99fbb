// Things that models are known to say and that an agent must cope with, by name. A row each in
// kSayings; `checkable` is what a fake says when no rule speaks. Constant data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "world/field.hpp"

namespace fakes {

enum class Saying : std::uint8_t {
  checkable,
  empty,
  whitespace,
  planning_json,
  planning_json_fenced,
  planning_json_nested,
  wrong_language,
  internals,
  done_marker,
  markup,
  controls,
  multibyte,
  refusal,
};
inline constexpr std::size_t kSayingCount = 13;

struct SayingRow {
  std::string_view name;  // the YAML value
  std::string_view doc;
  std::string_view text;  // of `checkable`: none, it is made for each turn
};

extern const std::array<SayingRow, kSayingCount> kSayings;  // in the order of the enum

constexpr std::array<world::Choice<Saying>, kSayingCount> choices(Saying) {
  using S = Saying;
  return {{{"checkable", S::checkable},
           {"empty", S::empty},
           {"whitespace", S::whitespace},
           {"planning_json", S::planning_json},
           {"planning_json_fenced", S::planning_json_fenced},
           {"planning_json_nested", S::planning_json_nested},
           {"wrong_language", S::wrong_language},
           {"internals", S::internals},
           {"done_marker", S::done_marker},
           {"markup", S::markup},
           {"controls", S::controls},
           {"multibyte", S::multibyte},
           {"refusal", S::refusal}}};
}

}  // namespace fakes
