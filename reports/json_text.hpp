// Pieces of JSON for the line logs, appended to a string without a tree in between. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "world/units.hpp"

namespace reports {

// A quoted and escaped string; broken UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Seconds of scenario time to the nanosecond, without trailing zeros; null for kNever.
void append_seconds(std::string& out, world::Instant t);

// Milliseconds to the nanosecond, without trailing zeros.
std::string milliseconds_exact(world::Nanos duration);

}  // namespace reports
