#include "reports/events_jsonl.hpp"

#include "reports/json_text.hpp"
#include "world/json_text.hpp"

namespace reports {

void append_event_line(std::string& out, const Event& event) {
  out += R"({"at_s":)";
  append_seconds(out, event.at);
  out += R"(,"kind":)";
  world::append_json_string(out, event.kind);
  out += R"(,"on":)";
  world::append_json_string(out, event.on);
  out += R"(,"detail":)";
  world::append_json_string(out, event.detail);
  out += "}\n";
}

}  // namespace reports
