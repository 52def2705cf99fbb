#include "harness/scenario/overrides.hpp"

#include <algorithm>
#include <array>

namespace harness {
namespace {

// Maps and lists whose members the scenario names itself: a misspelt one would else be a new one.
constexpr std::array<std::string_view, 4> kNamed = {"load", "backends", "phases", "faults"};

void set_place(YamlNode& node, const Place& place) {
  node.place = place;
  for (YamlNode& item : node.items) set_place(item, place);
  for (YamlEntry& entry : node.entries) {
    entry.place = place;
    set_place(entry.value, place);
  }
}

YamlNode* list_member(YamlNode& list, const std::string& key, std::vector<std::string>& known) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode* id = list.items[i].find("id");
    if (id && id->text == key) return &list.items[i];
    if (key == std::to_string(i)) return &list.items[i];
    known.push_back(id ? id->text : std::to_string(i));
  }
  return nullptr;
}

std::vector<std::string> keys_of(std::string_view path) {
  std::vector<std::string> keys;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    keys.emplace_back(path.substr(start, dot - start));
    start = dot + 1;
  }
  return keys;
}

struct Override {
  Place place;
  std::vector<std::string> keys;
  ErrorList& errors;

  YamlNode* refuse(const std::string& sentence) {
    errors.add(place, sentence);
    return nullptr;
  }

  // The member `keys[i]` of a node, made if the file may leave it out.
  YamlNode* member(YamlNode& node, std::size_t i) {
    const std::string& key = keys[i];
    const std::string in = i == 0 ? "the scenario" : "`" + keys[i - 1] + "`";
    std::vector<std::string> known;
    if (node.is_list()) {
      if (YamlNode* found = list_member(node, key, known)) return found;
      return refuse("there is no `" + key + "` in " + in + did_you_mean(key, known));
    }
    if (node.is_scalar()) {
      return refuse(in + " is `" + node.text + "` and has no `" + key + "` in it");
    }
    if (YamlNode* found = node.find(key)) return found;
    const bool named = i == 1 && std::find(kNamed.begin(), kNamed.end(), keys[0]) != kNamed.end();
    if (named) {
      for (const YamlEntry& entry : node.entries) known.push_back(entry.key);
      return refuse("there is no `" + key + "` in " + in + did_you_mean(key, known));
    }
    node.kind = YamlNode::Kind::map;
    node.entries.push_back({key, place, {}});
    node.entries.back().value.place = place;
    return &node.entries.back().value;
  }
};

}  // namespace

void apply_override(YamlNode& root, std::string_view set, ErrorList& errors) {
  const Place place{"--set " + std::string(set), 0, 0};
  const std::size_t equals = set.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    errors.add(place, "an override is written `path=value`, as `load.chat.users=5`");
    return;
  }
  YamlNode value;
  const std::string_view text = set.substr(equals + 1);
  if (!text.empty()) {
    try {
      value = parse_yaml(text, place.file);
    } catch (const ScenarioErrors& wrong) {
      for (const ScenarioError& error : wrong.errors()) errors.add(place, error.sentence);
      return;
    }
  }
  set_place(value, place);
  Override override{place, keys_of(set.substr(0, equals)), errors};
  YamlNode* node = &root;
  for (std::size_t i = 0; node && i < override.keys.size(); ++i) node = override.member(*node, i);
  if (node) *node = std::move(value);
}

}  // namespace harness
