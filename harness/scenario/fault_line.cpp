#include "harness/scenario/fault_line.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "fakes/faults/catalogue.hpp"
#include "harness/scenario/fault_keys.hpp"

namespace harness {
namespace {

const std::string kFile = "--fault";
constexpr std::string_view kBlank = " \t\r\n";

Place place_at(std::size_t offset) { return {kFile, 1, static_cast<int>(offset) + 1}; }

[[noreturn]] void refuse(std::size_t offset, std::string sentence) {
  throw ScenarioErrors({{place_at(offset), std::move(sentence)}});
}

YamlNode map_at(std::size_t offset) {
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.place = place_at(offset);
  return map;
}

// Places in a value were counted from its own beginning.
void shift(YamlNode& node, std::size_t offset) {
  const auto moved = [&](const Place& place) {
    return place_at(offset + static_cast<std::size_t>(std::max(place.column, 1)) - 1);
  };
  node.place = moved(node.place);
  for (YamlNode& item : node.items) shift(item, offset);
  for (YamlEntry& entry : node.entries) {
    entry.place = moved(entry.place);
    shift(entry.value, offset);
  }
}

void place_all(YamlNode& node, std::size_t offset) {
  node.place = place_at(offset);
  for (YamlNode& item : node.items) place_all(item, offset);
  for (YamlEntry& entry : node.entries) {
    entry.place = place_at(offset);
    place_all(entry.value, offset);
  }
}

// A value: `{...}`, `[...]` and quoted texts as in YAML; anything else as it stands.
YamlNode value_of(std::string_view text, std::size_t offset) {
  YamlNode node;
  if (text.find_first_of("{[\"'") == 0) {
    try {
      node = parse_yaml(text, kFile);
    } catch (const ScenarioErrors& wrong) {
      // The end of a value that breaks off may be told as one behind it.
      const auto column =
          static_cast<std::size_t>(std::max(wrong.errors().front().place.column, 1));
      refuse(offset + std::min(column - 1, text.size()), wrong.errors().front().sentence);
    }
    shift(node, offset);
    return node;
  }
  node.place = place_at(offset);
  if (text.empty()) return node;
  node.kind = YamlNode::Kind::scalar;
  node.text = std::string(text);
  return node;
}

// Walks over the line from left to right and builds the map of a fault.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line), map_(map_at(0)) {}

  YamlNode read() {
    skip_blanks();
    read_action();
    for (skip_blanks(); at_ < line_.size(); skip_blanks()) read_clause();
    return std::move(map_);
  }

  const std::string& id() const { return id_; }  // for a fault that has none of its own

 private:
  void skip_blanks() { at_ = std::min(line_.find_first_not_of(kBlank, at_), line_.size()); }
  bool next_is(char c) const { return at_ < line_.size() && line_[at_] == c; }

  std::string_view take_word() {
    const std::size_t begin = at_;
    at_ = std::min(line_.find_first_of(" \t\r\n=(", at_), line_.size());
    return line_.substr(begin, at_ - begin);
  }

  // From here to the first of the ends that stands outside of quotes and brackets.
  std::string_view take_until(std::string_view ends) {
    const std::size_t begin = at_;
    char quote = 0;
    int depth = 0;
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (quote != 0) {
        if (c == '\\' && quote == '"' && at_ + 1 < line_.size()) {
          ++at_;
        } else if (c == quote) {
          quote = 0;
        }
        continue;
      }
      if (depth <= 0 && ends.find(c) != std::string_view::npos) break;
      if (c == '"' || c == '\'') quote = c;
      if (c == '(' || c == '[' || c == '{') ++depth;
      if (c == ')' || c == ']' || c == '}') --depth;
    }
    return line_.substr(begin, at_ - begin);
  }

  void read_action() {
    const std::size_t begin = at_;
    const std::string kind(take_word());
    if (read_row(kind, begin)) return;
    std::vector<std::string> names;
    for (const KindForm& form : fault_action_forms()) names.push_back(form.name);
    const auto found = std::find(names.begin(), names.end(), kind);
    if (found == names.end()) {
      if (kind.find('.') != kind.npos) names.clear();  // no kind has one
      for (const fakes::CatalogueRow& row : fakes::catalogue()) names.emplace_back(row.name);
      refuse(begin, "a fault begins with its kind, as `status(code=502)`, and `" + excerpt(kind) +
                        "` is none" + did_you_mean(kind, names) +
                        "; `shakedown list faults` shows all");
    }
    YamlNode parameters = map_at(at_);
    const auto index = static_cast<std::size_t>(found - names.begin());
    if (next_is('(')) parameters = read_arguments(fault_action_forms()[index]);
    if (next_is('=')) refuse(at_, "parameters stand in parentheses, as `" + kind + "(...)`");
    id_ = kind;
    put(kind, begin, std::move(parameters));
  }

  // A name of the catalogue stands for its example, as it is. False: it is none.
  bool read_row(const std::string& name, std::size_t offset) {
    for (const fakes::CatalogueRow& row : fakes::catalogue()) {
      if (row.name != name) continue;
      YamlNode example = parse_yaml("{" + std::string(row.example) + "}", kFile);
      YamlEntry action = std::move(example.entries.front());
      if (next_is('(') || next_is('=')) {
        refuse(at_, "`" + name + "` has its parameters; to give others, write `" + action.key +
                        "(...)`");
      }
      place_all(action.value, offset);
      id_ = name.substr(name.find('.') + 1);
      put(action.key, offset, std::move(action.value));
      return true;
    }
    return false;
  }

  static bool is_match(const std::string& key) {
    const std::vector<std::string> fields = field_names<fakes::FaultMatch>();
    return std::find(fields.begin(), fields.end(), key) != fields.end();
  }

  // `at WINDOW`, `on BACKENDS`, `key=value` or `key(field=value, ...)`.
  void read_clause() {
    const std::size_t begin = at_;
    std::string key(take_word());
    if (key == "p") key = "probability";
    if (is_match(key)) key = "match." + key;
    if (next_is('(')) {
      for (const KindForm& form : fault_map_forms()) {
        if (form.name == key) return put(key, begin, read_arguments(form));
      }
      refuse(at_, "`" + excerpt(key) + "` takes no parentheses");
    }
    const bool assigned = next_is('=');
    if (assigned) ++at_;
    if (!assigned && key != "at" && key != "on") {
      refuse(begin,
             "behind the kind of a fault stand `at 30s..90s`, `on backends.primary` and "
             "conditions such as `p=5%`; `" +
                 excerpt(key) + "` is none of them" + did_you_mean(key, kFaultKeys));
    }
    skip_blanks();
    put(key, begin, read_clause_value(key));
  }

  YamlNode read_clause_value(const std::string& key) {
    const std::size_t begin = at_;
    std::string_view text = take_until(kBlank);
    if (text.empty()) refuse(begin, "`" + excerpt(key) + "` needs a value");
    const std::size_t end = at_;
    skip_blanks();
    if (key == "share" && take_word() == "of") {  // `20% of users`, with its blanks
      skip_blanks();
      take_word();
      text = line_.substr(begin, at_ - begin);
    } else {
      at_ = end;
    }
    const bool several = key == "on" && text.front() != '[' && text.find(',') != text.npos;
    return several ? list_of(text, begin) : value_of(text, begin);
  }

  // `backends.a,backends.b`
  static YamlNode list_of(std::string_view text, std::size_t offset) {
    YamlNode list;
    list.kind = YamlNode::Kind::list;
    list.place = place_at(offset);
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t comma = std::min(text.find(',', start), text.size());
      list.items.push_back(value_of(text.substr(start, comma - start), offset + start));
      start = comma + 1;
    }
    return list;
  }

  // `(value, key=value, ...)` as a map; values without a key are the fields in their order.
  YamlNode read_arguments(const KindForm& form) {
    const std::size_t open = at_++;
    YamlNode map = map_at(open);
    for (std::size_t i = 0;; ++i) {
      skip_blanks();
      if (i == 0 && next_is(')')) break;
      const std::size_t begin = at_;
      std::string_view text = take_until(",)");
      if (at_ == line_.size()) refuse(open, "this parenthesis is not closed");
      text = text.substr(0, text.find_last_not_of(kBlank) + 1);
      add_argument(map, form, i, text, begin);
      if (next_is(')')) break;
      ++at_;
    }
    ++at_;
    if (at_ < line_.size() && kBlank.find(line_[at_]) == std::string_view::npos) {
      refuse(at_, "a blank must stand behind the parenthesis");
    }
    return map;
  }

  static void add_argument(YamlNode& map, const KindForm& form, std::size_t index,
                           std::string_view text, std::size_t offset) {
    const std::size_t equals = text.find_first_of("=\"'{[(");
    std::string key = index < form.fields.size() ? form.fields[index] : "";
    std::size_t start = 0;
    if (equals != text.npos && text[equals] == '=') {
      key = std::string(text.substr(0, text.find_last_not_of(" \t=", equals) + 1));
      start = std::min(text.find_first_not_of(kBlank, equals + 1), text.size());
    }
    if (key.empty() || map.find(key)) {
      refuse(offset, "`" + form.name + "` has one argument too many: `" + excerpt(text) + "`");
    }
    map.entries.push_back(
        {std::move(key), place_at(offset), value_of(text.substr(start), offset + start)});
  }

  // At the end of a path, `wave.period`.
  void put(std::string_view path, std::size_t offset, YamlNode value) {
    YamlNode* map = &map_;
    for (std::size_t dot; (dot = path.find('.')) != path.npos; path.remove_prefix(dot + 1)) {
      const std::string key(path.substr(0, dot));
      if (!map->find(key)) map->entries.push_back({key, place_at(offset), map_at(offset)});
      map = map->find(key);
      if (!map->is_map()) refuse(offset, "`" + key + "` is given twice");
    }
    const std::string key(path);
    if (map->find(key)) refuse(offset, "`" + excerpt(key) + "` is given twice");
    map->entries.push_back({key, place_at(offset), std::move(value)});
  }

  std::string_view line_;
  std::size_t at_ = 0;
  YamlNode map_;
  std::string id_;
};

void add_default(YamlNode& fault, const std::string& key, const std::string& text) {
  if (fault.find(key)) return;
  fault.entries.push_back({key, fault.place, value_of(text, 0)});
}

std::string free_id(const std::string& kind, const std::set<std::string>& taken) {
  std::string id = kind;
  for (int n = 2; taken.contains(id); ++n) id = kind + "_" + std::to_string(n);
  return id;
}

}  // namespace

fakes::Fault read_fault_line(std::string_view text, const Scenario& scenario) {
  if (text.size() > kFaultLineBytesMax) {
    refuse(0, "the line has " + std::to_string(text.size()) + " bytes; at most " +
                  std::to_string(kFaultLineBytesMax) + " are read");
  }
  LineReader reader(text);
  YamlNode node = reader.read();
  std::set<std::string> ids;
  for (const fakes::Fault& other : scenario.faults) ids.insert(other.id);
  add_default(node, "id", free_id(reader.id(), ids));
  add_default(node, "on", "backends");
  Loading loading{node, {}, {}};
  loading.scenario.backends = scenario.backends;
  loading.scenario.phases = scenario.phases;
  read_fault(loading, node, "fault", ids);
  loading.errors.throw_if_any();
  return std::move(loading.scenario.faults.front());
}

fakes::Fault read_fault_line(std::string_view text, const std::vector<std::string>& backends,
                             const std::vector<fakes::Fault>& others) {
  Scenario scenario;
  for (const std::string& name : backends) scenario.backends[name];
  scenario.faults = others;
  return read_fault_line(text, scenario);
}

}  // namespace harness
