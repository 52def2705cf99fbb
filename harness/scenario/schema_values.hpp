// Values of the scenario schema that are written with units: durations, counts, distributions,
// windows. Pure; any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "world/field.hpp"

namespace harness {

inline constexpr const char* kDuration = R"([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h|d))";
inline constexpr const char* kName = "^[A-Za-z0-9_-]{1,64}$";

// Numbers with a unit, as text; bare where the unit allows it.
std::string pattern_of(world::Unit unit);

// A text that matches as a whole.
nlohmann::json text_matching(const std::string& pattern);

nlohmann::json number_schema(world::Unit unit, std::int64_t low, std::int64_t high);
nlohmann::json distribution_schema(world::Unit unit);

// From and to, or start and how long; with text also the name of a phase, or `30s..90s`.
nlohmann::json window_schema(bool with_text);

}  // namespace harness
