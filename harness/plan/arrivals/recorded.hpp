// Arrivals of a recorded trace: instants, prompt lengths and answer lengths come from its rows.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "harness/plan/trace.hpp"
#include "world/field.hpp"

namespace harness {

struct Recorded {
  std::string file;  // relative to the scenario file
  TraceFormat format = TraceFormat::azure_llm;

  static constexpr std::string_view kind = "trace";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("file", &Recorded::file, "Path of the trace, relative to the scenario.").required(),
        field("format", &Recorded::format, "Format of the trace."));
  }
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

// The instant of every row. REQUIRES: the last row lies inside the window (the loader checks it).
std::vector<world::Instant> arrivals(const Recorded& shape, const ArrivalWindow& window,
                                     const std::vector<TraceRow>& rows);

}  // namespace harness
