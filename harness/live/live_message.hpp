// What the live view is told: one server-sent event, as JSON. See docs/live-view.md for the events.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace harness {

using LiveJson = nlohmann::ordered_json;

struct LiveMessage {
  std::string event;  // "begin", "tick", "end" or "suite_end"
  LiveJson data;
};

}  // namespace harness
