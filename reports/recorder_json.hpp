// What a Recorder holds as JSON, and back: the larger part of measurements.json. To add an array
// that the recorder counts, write it in written() and read it in read(). Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/recorder.hpp"

namespace reports {

struct RecorderJson {
  using Json = nlohmann::ordered_json;

  static Json written(const Recorder& recorder);

  // Into an empty recorder of the same layout. Throws MeasurementsError (read_measurements.hpp).
  static void read(const Json& json, Recorder& recorder);
};

}  // namespace reports
