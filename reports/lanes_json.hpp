// Lanes as JSON, and back: the part of measurements.json that only reports show. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/lanes.hpp"

namespace reports {

struct LanesJson {
  using Json = nlohmann::ordered_json;

  static Json written(const Lanes& lanes);

  // Into empty lanes of the same run. Throws MeasurementsError (read_measurements.hpp).
  static void read(const Json& json, Lanes& lanes);
};

}  // namespace reports
