#include "agent/queue/queue_page.hpp"

#include "world/json_text.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;

std::int64_t eta_seconds(const FairQueue::Place& place) {
  return std::max<std::int64_t>(1, (place.eta.count() + 999'999'999) / 1'000'000'000);
}

std::string place_sentence(const FairQueue::Place& place) {
  return "You're #" + std::to_string(place.position) + " in queue, ~" +
         std::to_string(eta_seconds(place)) + " seconds wait";
}

std::string place_members(const FairQueue::Place& place) {
  std::string out = R"("position":)";
  append_integer(out, place.position);
  out += R"(,"eta_seconds":)";
  append_integer(out, eta_seconds(place));
  out += R"(,"message":)";
  append_json_string(out, place_sentence(place));
  if (!place.reason.empty()) {
    out += R"(,"reason":)";
    append_json_string(out, place.reason);
  }
  return out;
}

std::string_view name_of(ServiceTier tier) {
  if (tier == ServiceTier::priority) return "priority";
  return tier == ServiceTier::flex ? "flex" : "default";
}

std::string queue_page(const FairQueue& queue, const std::string& user) {
  std::string out = R"({"object":"queue","running":)";
  append_integer(out, queue.running());
  out += R"(,"limit":)";
  append_integer(out, queue.limit());
  out += R"(,"waiting":)";
  append_integer(out, static_cast<std::int64_t>(queue.waiting()));
  out += R"(,"data":[)";
  bool first = true;
  for (const FairQueue::Standing& each : queue.standings_of(user)) {
    if (!first) out += ',';
    first = false;
    out += R"({"id":)";
    append_json_string(out, each.id);
    out += R"(,"service_tier":)";
    append_json_string(out, name_of(each.tier));
    out += R"(,"waited_seconds":)";
    append_integer(out, each.waited.count() / 1'000'000'000);
    out += ',';
    out += place_members(each.place);
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace agent
