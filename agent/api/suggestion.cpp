#include "agent/api/suggestion.hpp"

#include "agent/api/member_rule.hpp"
#include "world/edit_distance.hpp"

namespace agent {
namespace {

constexpr std::size_t kWordMax = 64;  // longer words are not compared
constexpr std::size_t kEditsMax = 2;

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view found;
  std::size_t least = kEditsMax + 1;
  if (word.size() > kWordMax) return found;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > kEditsMax) continue;
    const std::size_t distance = world::edit_distance(word, candidate);
    if (distance >= least || distance * 2 >= longer) continue;
    least = distance;
    found = candidate;
  }
  return found;
}

std::string did_you_mean(std::string_view name) {
  if (name.empty()) return {};
  return "did you mean '" + std::string(name) + "'?";
}

std::string without_quotes(std::string_view text, unsigned types) {
  const world::JsonValue value = [text] {
    world::JsonReader reader(text);
    const world::JsonValue taken = reader.take();
    return reader.finished() ? taken : world::JsonValue{};
  }();
  const bool is_boolean = value.type == world::JsonType::boolean && (types & kBoolean) != 0;
  const bool is_number =
      value.type == world::JsonType::number && (types & (kInteger | kNumber)) != 0;
  if (!is_boolean && !is_number) return {};
  return "write " + std::string(value.raw.substr(0, kShownMax)) + " without quotes";
}

}  // namespace agent
