// What the suite must be able to fail: every defect profile with the scenario that shows it and the
// oracles that must fire there, and every gate with a run that must not pass it. One row each; the
// other oracles must stay silent. Constant data; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/verdict.hpp"

namespace harness {

inline constexpr std::string_view kSoundProfile = "hardened";

struct PlantedDefect {
  std::string_view profile;    // a row of agent::kProfiles
  std::string_view scenario;   // scenarios/selftest/NAME.yaml
  std::string_view caught_by;  // oracles that must fire, separated by blanks
  std::string_view also = {};  // oracles that may fire too, because the same bug breaks their rule
};
std::span<const PlantedDefect> planted_defects();

// A gate is a rule of validity or of objectives. The sound core runs `scenario` with `sets`
// (separated by semicolons), and the verdict must be this one, for a reason that contains
// `because`.
struct PlantedGate {
  std::string_view gate;
  std::string_view scenario;
  std::string_view sets;
  reports::Verdict verdict;
  std::string_view because;
};
std::span<const PlantedGate> planted_gates();

// The parts of a list in a row.
std::vector<std::string> parts_of(std::string_view list, char separator);

}  // namespace harness
