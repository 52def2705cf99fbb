#include "harness/scenario/reader.hpp"

#include <algorithm>

#include "harness/scenario/call.hpp"

namespace harness {
namespace {

template <class T, class Value>
bool take(ErrorList& errors, const YamlNode& node, const Slot& slot, Parsed<Value> parsed, T& out) {
  if (!parsed.value) return refuse_value(errors, node, slot, parsed.problem);
  out = *parsed.value;
  return true;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

}  // namespace

Slot Slot::element(std::size_t index) const {
  Slot slot;
  slot.path = path + "[" + std::to_string(index) + "]";
  slot.unit = unit;
  return slot;
}

bool refuse_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                  const std::string& problem) {
  errors.add(node.place, "`" + slot.path + "` " + problem);
  return false;
}

bool refuse_kind(ErrorList& errors, const YamlNode& node, const Slot& slot,
                 std::string_view expected) {
  return refuse_value(errors, node, slot,
                      "must be " + std::string(expected) + ", not " + describe(node));
}

bool in_bounds(ErrorList& errors, const YamlNode& node, const Slot& slot, std::int64_t value,
               world::Unit unit) {
  if (value >= slot.low && value <= slot.high) return true;
  const std::string low = format_quantity(slot.low, unit), high = format_quantity(slot.high, unit);
  const bool open = slot.high == std::numeric_limits<std::int64_t>::max();
  return refuse_value(errors, node, slot,
                      (open ? "must be at least " + low : "must be from " + low + " to " + high) +
                          ", not " + describe(node));
}

Written find_written(ErrorList& errors, const YamlNode& map, const std::string& path,
                     const world::FieldAbout& field) {
  const std::string name(field.name);
  if (const YamlNode* value = map.find(field.name)) {
    return {value, {path.empty() ? name : path + "." + name, field.unit, field.low, field.high}};
  }
  if (field.is_required) {
    errors.add(map.place, "`" + path + "` needs the key `" + name + "`: " + std::string(field.doc));
  }
  return {};
}

void check_keys(ErrorList& errors, const YamlNode& map, std::string_view path,
                const std::vector<std::string>& known) {
  for (const YamlEntry& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string in = path.empty() ? "" : " in `" + std::string(path) + "`";
    std::string hint = did_you_mean(entry.key, known);
    if (hint.empty())
      hint = known.empty() ? " (it takes none)" : " (known are " + joined(known) + ")";
    errors.add(entry.place, "unknown key `" + entry.key + "`" + in + hint);
  }
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, bool& out) {
  if (node.is_scalar() && (node.text == "true" || node.text == "false")) {
    out = node.text == "true";
    return true;
  }
  return refuse_kind(errors, node, slot, "`true` or `false`");
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, std::string& out) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "text");
  out = node.text;
  return true;
}

// `3`, `1..2` or `3..`.
bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::CountRange& out) {
  constexpr std::int64_t kCountMax = 1'000'000'000;
  const std::size_t dots = node.text.find("..");
  const auto first = parse_integer(node.text.substr(0, dots));
  const bool open = dots != std::string::npos && dots + 2 == node.text.size();
  const auto last = dots == std::string::npos || open ? first
                                                      : parse_integer(node.text.substr(dots + 2));
  if (!node.is_scalar() || !first.value || !last.value || *first.value < slot.low ||
      *last.value < *first.value || *last.value > kCountMax) {
    return refuse_kind(errors, node, slot, "a count such as `1`, or a range: `1..2` or `1..`");
  }
  out.first = *first.value;
  if (!open) out.last = *last.value;
  return true;
}

bool read_integer(ErrorList& errors, const YamlNode& node, const Slot& slot, std::int64_t& out) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "a number");
  return take(errors, node, slot, parse_quantity(node.text, slot.unit), out) &&
         in_bounds(errors, node, slot, out, slot.unit);
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Nanos& out) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "a duration such as `30s`");
  return take(errors, node, slot, parse_duration(node.text), out) &&
         in_bounds(errors, node, slot, out.count(), world::Unit::duration);
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Rate& out) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "a rate such as `10/s`");
  if (!take(errors, node, slot, parse_rate(node.text), out)) return false;
  if (out.micro_hz >= slot.low && out.micro_hz <= slot.high) return true;
  const std::string high = format_rate(world::Rate{slot.high});
  return refuse_value(errors, node, slot,
                      (slot.low > 0 ? "must be above 0/s and at most " : "must be at most ") +
                          high + ", not " + describe(node));
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                world::Distribution& out) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "a distribution");
  return take(errors, node, slot, parse_distribution(node.text, slot.unit), out);
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot,
                std::map<std::string, std::string>& out) {
  if (!node.is_map()) return refuse_kind(errors, node, slot, "a map");
  bool good = true;
  std::map<std::string, std::string> values;
  for (const YamlEntry& entry : node.entries) {
    good &= read_value(errors, entry.value, Slot{slot.path + "." + entry.key}, values[entry.key]);
  }
  if (good) out = std::move(values);
  return good;
}

bool read_choice(ErrorList& errors, const YamlNode& node, const Slot& slot,
                 const std::vector<std::string>& names, std::size_t& index) {
  if (!node.is_scalar()) return refuse_kind(errors, node, slot, "one of " + joined(names));
  const auto found = std::find(names.begin(), names.end(), node.text);
  if (found == names.end()) {
    return refuse_value(errors, node, slot,
                        "must be one of " + joined(names) + ", not `" + node.text + "`" +
                            did_you_mean(node.text, names));
  }
  index = static_cast<std::size_t>(found - names.begin());
  return true;
}

YamlNode fields_of_kind(const YamlNode& value, const KindForm& kind) {
  if (value.is_map()) return value;
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.place = value.place;
  if (value.kind == YamlNode::Kind::null) return map;
  // Even a kind without fields gets an entry, so that a stray value is reported as one.
  map.entries.push_back(
      {kind.fields.empty() ? describe(value) : kind.fields.front(), value.place, value});
  return map;
}

namespace {

std::vector<std::string> names_of(const std::vector<KindForm>& kinds) {
  std::vector<std::string> names;
  for (const KindForm& kind : kinds) names.push_back(kind.name);
  return names;
}

std::optional<KindFound> find_called_kind(ErrorList& errors, const YamlNode& node, const Slot& slot,
                                          const Call& call, const std::vector<KindForm>& kinds) {
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (kinds[k].name != call.name) continue;
    KindFound found{k, {}};
    found.fields.kind = YamlNode::Kind::map;
    found.fields.place = node.place;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      std::string key = call.arguments[i].key;
      if (key.empty() && i < kinds[k].fields.size()) key = kinds[k].fields[i];
      if (key.empty() || found.fields.find(key)) {
        refuse_value(errors, node, slot,
                     "has one argument too many: `" + call.arguments[i].value + "`");
        return std::nullopt;
      }
      YamlNode value;
      value.kind = YamlNode::Kind::scalar;
      value.text = call.arguments[i].value;
      value.place = node.place;
      found.fields.entries.push_back({std::move(key), node.place, std::move(value)});
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<KindFound> find_kind(ErrorList& errors, const YamlNode& node, const Slot& slot,
                                   const std::vector<KindForm>& kinds,
                                   const std::vector<std::string>& examples) {
  const std::vector<std::string> names = names_of(kinds);
  const std::string wrong = "must be one of " + joined(examples) + ", not " + describe(node);
  if (node.is_scalar()) {
    const auto call = parse_call(node.text);
    if (call && std::find(names.begin(), names.end(), call->name) != names.end()) {
      return find_called_kind(errors, node, slot, *call, kinds);
    }
    refuse_value(errors, node, slot, wrong + (call ? did_you_mean(call->name, names) : ""));
    return std::nullopt;
  }
  if (!node.is_map() || node.entries.empty()) {
    refuse_value(errors, node, slot, wrong);
    return std::nullopt;
  }
  std::optional<KindFound> found;
  for (const YamlEntry& entry : node.entries) {
    const auto name = std::find(names.begin(), names.end(), entry.key);
    if (name == names.end()) continue;
    if (found) {
      errors.add(entry.place, "`" + slot.path + "` has two kinds, `" + names[found->index] +
                                  "` and `" + entry.key + "`; it must have one");
      return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(name - names.begin());
    found = KindFound{index, fields_of_kind(entry.value, kinds[index])};
  }
  if (!found) {
    const YamlEntry& first = node.entries.front();
    errors.add(first.place, "`" + slot.path + "` has no known kind; it must be one of " +
                                joined(examples) + did_you_mean(first.key, names));
    return std::nullopt;
  }
  for (const YamlEntry& entry : node.entries) {
    if (entry.key != names[found->index]) found->fields.entries.push_back(entry);
  }
  return found;
}

}  // namespace harness
