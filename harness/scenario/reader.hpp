// Reads YAML nodes into described structs (world/field.hpp): one overload of read_value per type of
// member. Faults are collected, so that one run of the loader finds them all.
// Included by the loader's own .cpp files only; one Reader per file; not shared between threads.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/scenario/errors.hpp"
#include "harness/scenario/load_class.hpp"
#include "harness/scenario/target.hpp"
#include "harness/scenario/units.hpp"
#include "harness/scenario/yaml_document.hpp"
#include "world/count_range.hpp"
#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

constexpr std::size_t kErrorsMax = 100;  // further faults of a file are not listed

class ErrorList {
 public:
  void add(const Place& place, std::string sentence) {
    if (errors_.size() < kErrorsMax) errors_.push_back({place, std::move(sentence)});
  }
  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }
  void throw_if_any() {
    if (!errors_.empty()) throw ScenarioErrors(std::move(errors_));
  }

 private:
  std::vector<ScenarioError> errors_;
};

// Where a value stands and how it is bounded.
struct Slot {
  std::string path;  // "client.timeout", for messages
  world::Unit unit = world::Unit::plain;
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();

  Slot element(std::size_t index) const;  // of a list: same unit, no bounds
};

// Adds "`path` problem" and returns false.
bool refuse_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                  const std::string& problem);
bool refuse_kind(ErrorList& errors, const YamlNode& node, const Slot& slot,
                 std::string_view expected);
bool in_bounds(ErrorList& errors, const YamlNode& node, const Slot& slot, std::int64_t value,
               world::Unit unit);

// Every key of a map must be one of these; others are reported with the nearest.
void check_keys(ErrorList& errors, const YamlNode& map, std::string_view path,
                const std::vector<std::string>& known);

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, bool& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::string& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Nanos& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Rate& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                world::Distribution& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                std::map<std::string, std::string>& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Arrivals& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Users& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Sessions& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::CountRange& out);
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, JsonText& out);
bool read_integer(ErrorList& errors, const YamlNode& node, const Slot& slot, std::int64_t& out);
bool read_choice(ErrorList& errors, const YamlNode& node, const Slot& slot,
                 const std::vector<std::string>& names, std::size_t& index);

template <world::Described T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, T& out);
template <class T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::vector<T>& out);
template <class T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::optional<T>& out);

template <class T>
requires(std::is_integral_v<T>) bool read_value(ErrorList& errors, const YamlNode& node,
                                                const Slot& slot, T& out) {
  std::int64_t value = 0;
  Slot bounded = slot;
  if (!std::in_range<T>(bounded.high)) {
    bounded.high = static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
  if (!read_integer(errors, node, bounded, value)) return false;
  out = static_cast<T>(value);
  return true;
}

template <class T>
requires(std::is_enum_v<T>) bool read_value(ErrorList& errors, const YamlNode& node,
                                            const Slot& slot, T& out) {
  const auto named = choices(T{});
  std::vector<std::string> names;
  for (const auto& choice : named) names.emplace_back(choice.name);
  std::size_t index = 0;
  if (!read_choice(errors, node, slot, names, index)) return false;
  out = named[index].value;
  return true;
}

template <class T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::optional<T>& out) {
  T value{};
  if (!read_value(errors, node, slot, value)) return false;
  out = std::move(value);
  return true;
}

template <class T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::vector<T>& out) {
  if (!node.is_list()) return refuse_kind(errors, node, slot, "a list");
  const auto n = static_cast<std::int64_t>(node.items.size());
  if (n < slot.low || n > slot.high) {
    return refuse_value(errors, node, slot,
                        "must have " + std::to_string(slot.low) + " to " +
                            std::to_string(slot.high) + " entries, not " + std::to_string(n));
  }
  std::vector<T> values(node.items.size());
  bool good = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    good &= read_value(errors, node.items[i], slot.element(i), values[i]);
  }
  if (good) out = std::move(values);
  return good;
}

// A field's value in a map, and where it stands; no value, and a fault if it must be given.
struct Written {
  const YamlNode* value = nullptr;
  Slot slot = {};
};
Written find_written(ErrorList& errors, const YamlNode& map, const std::string& path,
                     const world::FieldAbout& field);

template <world::Described T>
std::vector<std::string> field_names() {
  std::vector<std::string> names;
  world::for_each_field<T>([&](const auto& f) { names.emplace_back(f.name); });
  return names;
}

// The fields of T out of a map. Keys that are no fields are left to check_keys.
template <world::Described T>
bool read_fields(ErrorList& errors, const YamlNode& map, const std::string& path, T& out) {
  const std::size_t before = errors.size();
  world::for_each_field<T>([&](const auto& f) {
    const Written written = find_written(errors, map, path, f);
    if (written.value) read_value(errors, *written.value, written.slot, out.*(f.member));
  });
  return errors.size() == before;
}

template <world::Described T>
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, T& out) {
  if (node.kind == YamlNode::Kind::null) return read_fields(errors, node, slot.path, out);
  if (!node.is_map()) return refuse_kind(errors, node, slot, "a map");
  check_keys(errors, node, slot.path, field_names<T>());
  return read_fields(errors, node, slot.path, out);
}

// A value of several kinds, as `poisson(5/s)`, `{poisson: 5/s}` or `{trace: x.csv, format: y}`: the
// kind, and a map of its fields. A bare value is the first field; keys beside the kind are fields.
struct KindForm {
  std::string name;
  std::vector<std::string> fields;
};
struct KindFound {
  std::size_t index = 0;
  YamlNode fields;
};
std::optional<KindFound> find_kind(ErrorList& errors, const YamlNode& node, const Slot& slot,
                                   const std::vector<KindForm>& kinds,
                                   const std::vector<std::string>& examples);

// The value of a kind's key as a map of fields.
YamlNode fields_of_kind(const YamlNode& value, const KindForm& kind);

}  // namespace harness
