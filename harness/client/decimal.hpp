// Decimal numbers of headers and JSON ("12.5") as durations, exactly: no double on the way. Pure;
// any thread.
#pragma once

#include <optional>
#include <string_view>

#include "world/units.hpp"

namespace harness {

// `text` units, with at most 9 digits behind the point that count, and no more than a year. Nothing
// for what is no number without sign and exponent, or is too large.
std::optional<world::Nanos> decimal(std::string_view text, world::Nanos unit);

}  // namespace harness
