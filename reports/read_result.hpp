// Reads result.json back, so that a finished run can be rendered again. Bounded, and strict about
// what it needs: a file of another schema or of another shape is refused with a sentence.
#pragma once

#include <stdexcept>
#include <string_view>

#include "reports/run_record.hpp"

namespace reports {

struct ResultError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kResultBytesMax = 64 << 20;

// Everything but the intervals (those are in latency.hlog). Throws ResultError.
RunRecord read_result(std::string_view text);

}  // namespace reports
