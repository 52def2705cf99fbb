// How many requests each objective needs, and how long they take at the scenario's rate: what
// `shakedown plan` prints. From the plan alone, nothing runs. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/decidable.hpp"

namespace harness {

// What the target's true share of exceedances may be, as a part of the budget.
inline constexpr std::array<double, 3> kHeadrooms{0, 0.2, 0.5};
inline constexpr double kChance = 0.9;

struct SampleRow {
  std::string expr;
  std::optional<std::uint64_t> planned;  // nothing: only the run will show (closed loops, gaps)
  world::Nanos stretch{0};               // that they are planned in: phase, run or window
  std::uint64_t to_pass = 0;             // with no exceedance; 0: measured, any number decides
  // For a chance of kChance to pass, by kHeadrooms; nothing where there is no such number.
  std::array<std::optional<std::uint64_t>, kHeadrooms.size()> for_chance;
  std::string never;                     // why it can never pass; empty: it can

  // How long so many requests take at the planned rate; nothing without a plan.
  std::optional<world::Nanos> time_for(std::uint64_t requests) const;
};

std::vector<SampleRow> sample_sizes(const Prepared& prepared);

}  // namespace harness
