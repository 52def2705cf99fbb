// events.jsonl: what else happened, in scenario time: faults fired, restarts, queue changes, the
// evidence of verdicts. Streamed. Pure; any thread.
#pragma once

#include <string>

#include "world/units.hpp"

namespace reports {

struct Event {
  world::Instant at{};
  std::string kind;    // "fault_fired", "violation", ...
  std::string on;      // what it happened to: "backends.primary", "u17.s2.t5"
  std::string detail;  // one sentence; may be empty
};

// Appends one line with its newline.
void append_event_line(std::string& out, const Event& event);

}  // namespace reports
