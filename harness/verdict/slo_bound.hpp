// The numbers of an objective, each with the unit that its metric has: `30s`, `5%`, `10/s`,
// `64KiB/h`, `1.3`, and the margins of `vs baseline +10% or +50ms`. They throw SloError at the
// character. Only slo_parse.cpp uses it.
#pragma once

#include "harness/verdict/slo.hpp"
#include "harness/verdict/slo_text.hpp"

namespace harness {

// Reads the bound into slo.bound. `is_of_k6`: a number without a unit is in k6's (milliseconds, a
// ratio, per second).
void parse_bound(slo_text::Cursor& in, Slo& slo, bool is_of_k6);

// Reads `+10%` into the relative or `+50ms` into the absolute part, each at most once.
void parse_margin(slo_text::Cursor& in, const Slo& slo, Versus& versus);

}  // namespace harness
