// A YAML text as a tree in which every node knows its place. Bounds (size, depth, nodes) hold while
// parsing, aliases included, so hostile input costs little. JSON is YAML too. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/errors.hpp"

namespace harness {

constexpr std::size_t kYamlBytesMax = 4 << 20;
constexpr std::size_t kYamlDepthMax = 32;
constexpr std::size_t kYamlNodesMax = 200'000;  // after aliases are expanded

struct YamlEntry;

struct YamlNode {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string text;     // of a scalar
  bool quoted = false;  // "5" is text, 5 is a number
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  // in file order; keys are unique
  Place place;

  bool is_map() const { return kind == Kind::map; }
  bool is_list() const { return kind == Kind::list; }
  bool is_scalar() const { return kind == Kind::scalar; }
  const YamlNode* find(std::string_view key) const;  // null if absent or not a map
  YamlNode* find(std::string_view key);
};

struct YamlEntry {
  std::string key;
  Place place;  // of the key
  YamlNode value;
};

// "a map", "a list", "`text`" or "nothing", for messages.
std::string describe(const YamlNode& node);

// Throws ScenarioErrors with the first fault of the YAML itself.
YamlNode parse_yaml(std::string_view text, const std::string& file);

// The bytes of a file, refused with one clear error beyond bytes_max, before they are read.
std::string read_bounded(const std::string& path, std::size_t bytes_max, std::string_view what);

}  // namespace harness
