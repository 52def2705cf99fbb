#include "agent/queue/refusal.hpp"

#include <array>

namespace agent {
namespace {

struct Row {
  std::string_view name;
  std::string_view sentence;
};
constexpr std::array<Row, kRefusals> kRows{{
    {"none", ""},
    {"user_line_full",
     "As many requests of this user wait already as may: send the next one when one of them has "
     "been answered."},
    {"line_full",
     "As many requests wait already as may, over all users: come again when the line is shorter."},
    {"bytes_full",
     "The requests that wait fill the room that there is for them: come again when the line is "
     "shorter, or send a shorter prompt."},
    {"displaced",
     "The line was full, and a request of a higher service_tier took this one's place: come again "
     "later, or ask for a higher service_tier."},
    {"line_stands",
     "Requests of service_tier flex have waited too long for a while, so those that waited longest "
     "are turned away: come again later, or ask for a higher service_tier."},
    {"too_late",
     "The requests before it took so long that no time is left for this one."},
}};

}  // namespace

std::string_view name_of(Refusal refusal) { return kRows[static_cast<std::size_t>(refusal)].name; }

std::string_view sentence_of(Refusal refusal) {
  return kRows[static_cast<std::size_t>(refusal)].sentence;
}

}  // namespace agent
