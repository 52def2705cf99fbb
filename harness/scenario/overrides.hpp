// `--set path=value`: changes a parsed scenario before it is checked, so that an override is held
// to the same rules as the file. A path is keys joined by dots; an entry of a list is named by its
// index or by its `id`. Pure functions; any thread.
#pragma once

#include <string_view>

#include "harness/scenario/reader.hpp"
#include "harness/scenario/yaml_document.hpp"

namespace harness {

// Faults of the override itself are added to errors, with `--set path=value` as their place. A key
// that the schema knows may be new in the file; load classes, backends, phases and faults may not.
void apply_override(YamlNode& root, std::string_view set, ErrorList& errors);

}  // namespace harness
