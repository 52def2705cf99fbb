#include "tests/fakes/responses_world.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "world/sse.hpp"

namespace support {

std::string path_of(const nlohmann::json& id, const std::string& further) {
  return "/v1/responses/" + id.get<std::string>() + further;
}

nlohmann::json parsed(const Body& body) { return nlohmann::json::parse(body.text); }

std::vector<nlohmann::json> events_in(const std::string& text, std::int64_t first) {
  world::SseReader reader;
  std::vector<world::SseEvent> frames;
  REQUIRE(reader.feed(text, frames).has_value());
  std::vector<nlohmann::json> events;
  for (const world::SseEvent& frame : frames) {
    events.push_back(nlohmann::json::parse(frame.data));
    CHECK(events.back()["type"] == frame.type);
    CHECK(events.back()["sequence_number"] == first++);
  }
  return events;
}

}  // namespace support
