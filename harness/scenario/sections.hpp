// The sections of a scenario file: one visible table of top-level keys, each with its sentence and
// its reader. The loader walks it in order; the schema and the docs list it. For the loader only.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/loader.hpp"
#include "harness/scenario/reader.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/scenario/yaml_document.hpp"

namespace harness {

struct Loading {
  const YamlNode& root;
  Scenario scenario;
  ErrorList errors;
};

struct Section {
  std::string_view key;
  std::string_view doc;
  bool required;
  // Called with the key's value, also when it is absent (null) so that defaults can be derived.
  void (*read)(const YamlNode* value, Loading& loading);
};

constexpr std::size_t kSections = 15;
extern const std::array<Section, kSections> kSectionTable;

// Each of these reads one section; they stand in the file of their subject.
void read_phases(const YamlNode* node, Loading& loading);
void read_load(const YamlNode* node, Loading& loading);
void read_faults(const YamlNode* node, Loading& loading);
void read_programs(const YamlNode* node, Loading& loading);
void read_target(const YamlNode* node, Loading& loading);

// Reads the recording that a backend replays: `written` is the backend's section.
void read_replay(Loading& loading, const YamlEntry& written, fakes::Backend& backend);

// `60s..180s`, `60s..` (to kNever), `{from: 60s, to: 180s}`, or the name of a phase. False after
// adding an error.
bool read_window(Loading& loading, const YamlNode& node, const Slot& slot, world::Instant& from,
                 world::Instant& to);

// Names of scenarios, classes, phases, backends and faults: letters, digits, `_`, `-`.
bool check_name(Loading& loading, const Place& place, std::string_view what,
                const std::string& name);

template <class T>
std::vector<std::string> names_in(const T& named_things) {
  std::vector<std::string> names;
  for (const auto& thing : named_things) names.push_back(thing.name);
  return names;
}

}  // namespace harness
