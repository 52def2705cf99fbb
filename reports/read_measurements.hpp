// Reads measurements.json back, as strictly as arithmetic allows: what is accepted is written again
// as the same bytes, and could have been measured. Truncated and malformed files are refused with
// the place and the reason; sizes are bounded before memory is taken. Pure; any thread.
#pragma once

#include <functional>
#include <stdexcept>
#include <string_view>

#include "reports/measurements.hpp"

namespace reports {

struct MeasurementsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kMeasurementsBytesMax = 256 << 20;

// Adds what the objectives count to a layout; the harness knows how. Throws MeasurementsError.
using AddThresholds =
    std::function<void(const std::vector<std::string>& objectives, Layout& layout)>;

Measurements read_measurements(std::string_view text, const AddThresholds& add_thresholds);

}  // namespace reports
