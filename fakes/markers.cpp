#include "fakes/markers.hpp"

#include <optional>

namespace fakes {
namespace {

constexpr std::string_view kTurn = "[turn ";
constexpr std::string_view kReply = "[reply ";
constexpr std::size_t kMarkerMax = 48;  // three numbers of ten digits, and the letters

// The marker at the front of `text`, whichever word it begins with.
std::optional<world::TurnId> turn_at(std::string_view text, std::string_view opening) {
  if (!text.starts_with(opening)) return std::nullopt;
  const std::size_t end = text.substr(0, kMarkerMax).find(']');
  if (end == std::string_view::npos) return std::nullopt;
  std::string marker(kTurn);
  marker += text.substr(opening.size(), end + 1 - opening.size());
  return world::last_turn_id(marker);
}

}  // namespace

void append_markers(std::vector<Marker>& markers, Role role, std::string_view content) {
  for (std::size_t i = content.find('['); i != std::string_view::npos;
       i = content.find('[', i + 1)) {
    const std::string_view rest = content.substr(i);
    if (const auto turn = turn_at(rest, kTurn)) {
      markers.push_back({role, false, *turn});
    } else if (const auto reply = turn_at(rest, kReply)) {
      markers.push_back({role, true, *reply});
    }
  }
}

std::string canary(world::TurnId turn) { return "[reply " + world::to_text(turn) + "]"; }

}  // namespace fakes
