// Quantities as JSON numbers for the line logs, appended to a string without a tree in between (for
// texts see world/json_text.hpp). Pure; any thread.
#pragma once

#include <string>

#include "world/units.hpp"

namespace reports {

// Seconds of scenario time to the nanosecond, without trailing zeros; null for kNever.
void append_seconds(std::string& out, world::Instant t);

// Milliseconds to the nanosecond, without trailing zeros.
void append_milliseconds(std::string& out, world::Nanos duration);

}  // namespace reports
