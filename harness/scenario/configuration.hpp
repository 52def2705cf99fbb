// The configuration of a run, by which two runs are compared: every value of the scenario as it was
// written, --set applied, under its path (load.chat.users -> 20). What does not change a run is
// left out: about, tags, and the seed, which a result says itself. Pure; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "harness/scenario/scenario.hpp"
#include "harness/scenario/yaml_document.hpp"

namespace harness {

// A longer value is cut, and the cut names its length and hash.
constexpr std::size_t kConfigurationValueMax = 4'096;

using Configuration = std::map<std::string, std::string>;

// An entry of a list goes by its `id`, or else by its index; an empty list is `[]`, an empty map
// `{}`, nothing is empty. Files that the scenario reads (traces, recordings) are named with their
// content's hash: another trace under the same name is another scenario.
Configuration configuration_of(const YamlNode& root, const Scenario& scenario);

}  // namespace harness
