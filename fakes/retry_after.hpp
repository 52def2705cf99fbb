// What the headers of a refusal tell a client to wait, read as a sound client reads them:
// retry-after-ms (whole milliseconds) before Retry-After (whole seconds, or an HTTP date, which is
// counted from the wall clock; RFC 9110, 10.2.3). Negative: they say nothing, or nothing that can
// be understood, or an instant that has passed. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "world/units.hpp"

namespace fakes {

inline constexpr world::Nanos kToldToWaitMax = std::chrono::hours(24 * 365);  // more counts as this

// Of the two headers' values; empty: there is none.
world::Nanos told_to_wait(std::string_view retry_after_ms, std::string_view retry_after,
                          std::int64_t unix_ns);

// Of header lines, each with its line break.
world::Nanos told_to_wait(std::string_view header_lines, std::int64_t unix_ns);

}  // namespace fakes
