// The JSON Schema (draft-07) of scenario files, made from the same tables and fields that the
// loader reads. Published as scenarios/scenario.schema.json for editors. Pure function; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace harness {

nlohmann::json scenario_schema();

}  // namespace harness
