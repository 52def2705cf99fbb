// What the live view is told: one server-sent event, as JSON. See docs/reports.md.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace harness {

using LiveJson = nlohmann::ordered_json;

struct LiveMessage {
  std::string event;  // "begin", "tick", "end" or "suite_end"
  std::shared_ptr<const LiveJson> data;
};

LiveMessage message_of(std::string event, LiveJson data);

}  // namespace harness
