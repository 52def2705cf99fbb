// From a YAML file to a checked Scenario. All faults of the file are collected and thrown together
// (ScenarioErrors). Reads the scenario and the traces that it names, nothing else; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/scenario.hpp"

namespace harness {

struct LoadOptions {
  std::vector<std::string> sets;  // `path=value`, as --set gives them; applied before any check
  agent::Config agent{};          // the profile's configuration, which `agent:` amends
  bool only_fakes = false;        // only the fakes are wanted: nothing but them must be there
};

Scenario load_scenario(const std::string& path, const LoadOptions& options = {});

// The same from text; `file` is its name in messages, and traces are found beside it.
Scenario parse_scenario(std::string_view text, const std::string& file,
                        const LoadOptions& options = {});

}  // namespace harness
