#include "harness/scenario/loader.hpp"

#include <algorithm>
#include <utility>

#include "fakes/dialect.hpp"
#include "harness/scenario/configuration.hpp"
#include "harness/scenario/overrides.hpp"
#include "harness/scenario/sections.hpp"

namespace harness {

const Phase* Scenario::phase_at(world::Instant t) const {
  const auto after = std::upper_bound(phases.begin(), phases.end(), t,
                                      [](world::Instant i, const Phase& p) { return i < p.from; });
  if (after == phases.begin() || t >= std::prev(after)->to) return nullptr;
  return &*std::prev(after);
}

const Phase* Scenario::phase_named(std::string_view wanted) const {
  const auto found = std::find_if(phases.begin(), phases.end(),
                                  [&](const Phase& p) { return p.name == wanted; });
  return found == phases.end() ? nullptr : &*found;
}

bool check_name(Loading& loading, const Place& place, std::string_view what,
                const std::string& name) {
  constexpr std::size_t kNameMax = 64;  // it becomes a folder, a tag, a column
  const bool good = !name.empty() && name.size() <= kNameMax &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '-';
                    });
  if (!good) {
    loading.errors.add(place, "the name of a " + std::string(what) + " has 1 to " +
                                  std::to_string(kNameMax) +
                                  " letters, digits, `_` or `-`; `" + name + "` has not");
  }
  return good;
}

namespace {

constexpr std::size_t kListedMax = 1'000;  // slos, invariants, tags

void read_name(const YamlNode* node, Loading& loading) {
  if (node && read_value(loading.errors, *node, Slot{"scenario"}, loading.scenario.name)) {
    check_name(loading, node->place, "scenario", loading.scenario.name);
  }
}

void read_about(const YamlNode* node, Loading& loading) {
  if (!node) return;
  std::string& about = loading.scenario.about;
  read_value(loading.errors, *node, Slot{"about"}, about);
  // A folded block (`about: >`) ends with a line break that nobody meant.
  about.erase(about.find_last_not_of(" \n") + 1);
}

void read_tags(const YamlNode* node, Loading& loading) {
  if (node) {
    read_value(loading.errors, *node, Slot{"tags", {}, 0, kListedMax}, loading.scenario.tags);
  }
}

void read_seed(const YamlNode* node, Loading& loading) {
  if (!node) return;
  const Slot slot{"seed"};
  if (!node->is_scalar()) {
    refuse_kind(loading.errors, *node, slot, "a seed such as `7`");
    return;
  }
  const auto seed = parse_seed(node->text);
  if (seed.value) {
    loading.scenario.seed = *seed.value;
  } else {
    refuse_value(loading.errors, *node, slot, seed.problem);
  }
}

// The wire format that a backend speaks must have a row in fakes/dialect.cpp.
void check_dialect(Loading& loading, const YamlNode& section, const std::string& path,
                   const std::string& dialect) {
  const YamlNode* written = section.find("dialect");
  if (!written || fakes::find_dialect(dialect)) return;
  std::vector<std::string> known;
  for (const fakes::Dialect* d : fakes::kDialects) known.emplace_back(d->name());
  refuse_value(loading.errors, *written, Slot{path + ".dialect"},
               "names " + describe(*written) + ", which is not a dialect" +
                   did_you_mean(dialect, known) + "; `shakedown list dialects` shows all");
}

void check_replies(Loading& loading, const YamlNode& section, const std::string& path,
                   const fakes::Backend& backend) {
  const YamlNode* written = section.find("replies");
  for (std::size_t i = 0; i < backend.replies.size(); ++i) {
    const std::string problem = fakes::problem_of(backend.replies[i]);
    if (problem.empty()) continue;
    loading.errors.add(written->items[i].place,
                       "`" + path + ".replies[" + std::to_string(i) + "]` " + problem);
  }
}

void check_tools(Loading& loading, const YamlNode& section, const std::string& path,
                 const fakes::Backend& backend) {
  const std::string problem = fakes::problem_of(backend.tools);
  if (problem.empty()) return;
  loading.errors.add(section.find("tools")->place, "`" + path + ".tools` " + problem);
}

// Backends of one quota group count together, so their limits are the same.
void check_group(Loading& loading, const YamlEntry& entry) {
  const fakes::Limits& limits = loading.scenario.backends[entry.key].limits;
  if (limits.group.empty()) return;
  for (const auto& [name, other] : loading.scenario.backends) {
    if (other.limits.group != limits.group || other.limits == limits) continue;
    const YamlNode* written = entry.value.find("limits");
    refuse_value(loading.errors, *written, Slot{"backends." + entry.key + ".limits"},
                 "must be those of `backends." + name + "`, which is of the group `" +
                     limits.group + "` too");
    return;
  }
}

void read_backends(const YamlNode* node, Loading& loading) {
  auto& backends = loading.scenario.backends;
  if (!node || !node->is_map() || node->entries.empty()) {
    if (node) {
      refuse_kind(loading.errors, *node, Slot{"backends"},
                  "a map such as `{primary: {dialect: openai-chat}}`");
    } else if (!loading.scenario.target.is_given()) {
      loading.errors.add(loading.root.place,
                         "the scenario needs the key `backends`: the fakes that the agent calls");
    }
    return;
  }
  constexpr std::size_t kBackendsMax = 100;
  if (node->entries.size() > kBackendsMax) {
    loading.errors.add(node->place,
                       "there are more than " + std::to_string(kBackendsMax) + " backends");
    return;
  }
  for (const YamlEntry& entry : node->entries) {
    if (!check_name(loading, entry.place, "backend", entry.key)) continue;
    fakes::Backend& backend = backends[entry.key];
    if (read_value(loading.errors, entry.value, Slot{"backends." + entry.key}, backend)) {
      check_dialect(loading, entry.value, "backends." + entry.key, backend.dialect);
      check_replies(loading, entry.value, "backends." + entry.key, backend);
      check_tools(loading, entry.value, "backends." + entry.key, backend);
      check_group(loading, entry);
      read_replay(loading, entry, backend);
    }
  }
}

void read_agent(const YamlNode* node, Loading& loading) {
  Scenario& scenario = loading.scenario;
  const YamlNode* named = node ? node->find("providers") : nullptr;
  if (node && !read_value(loading.errors, *node, Slot{"agent"}, scenario.agent)) return;
  std::vector<std::string> backends;
  for (const auto& [name, backend] : scenario.backends) backends.push_back(name);
  if (!named) {
    if (backends.size() == 1) scenario.agent.providers = backends;
    if (backends.size() > 1 && !scenario.target.is_given()) {
      loading.errors.add(node ? node->place : loading.root.place,
                         "`agent.providers` must say in which order the " +
                             std::to_string(backends.size()) + " backends are asked");
    }
    return;
  }
  if (named->items.empty()) {
    refuse_value(loading.errors, *named, Slot{"agent.providers"}, "must name at least one backend");
  }
  for (const YamlNode& item : named->items) {
    if (scenario.backends.contains(item.text)) continue;
    loading.errors.add(item.place, "`agent.providers` names `" + item.text +
                                       "`, which is not a backend of this scenario" +
                                       did_you_mean(item.text, backends));
  }
}

void read_client(const YamlNode* node, Loading& loading) {
  if (node) read_value(loading.errors, *node, Slot{"client"}, loading.scenario.client);
}

void read_slos(const YamlNode* node, Loading& loading) {
  if (!node || node->kind == YamlNode::Kind::null) return;
  if (!node->is_list() || node->items.size() > kListedMax) {
    refuse_kind(loading.errors, *node, Slot{"slo"}, "a list such as `[response.p95 < 30s]`");
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode& item = node->items[i];
    std::string text;
    if (read_value(loading.errors, item, Slot{"slo[" + std::to_string(i) + "]"}, text)) {
      loading.scenario.slos.push_back({std::move(text), item.place});
    }
  }
}

void read_invariants(const YamlNode* node, Loading& loading) {
  if (!node || node->kind == YamlNode::Kind::null) return;
  if (!node->is_list() || node->items.size() > kListedMax) {
    refuse_kind(loading.errors, *node, Slot{"invariants"}, "a list such as `[terminal_once]`");
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode& item = node->items[i];
    const Slot slot{"invariants[" + std::to_string(i) + "]"};
    InvariantChoice choice{"", "", item.place};
    if (item.is_scalar()) {
      choice.name = item.text;
    } else if (item.is_map() && item.entries.size() == 1 && item.entries[0].value.is_scalar()) {
      choice.name = item.entries[0].key;
      choice.parameter = item.entries[0].value.text;
    } else {
      refuse_kind(loading.errors, item, slot, "a name, or `name: parameter`");
      continue;
    }
    loading.scenario.invariants.push_back(std::move(choice));
  }
}

void read_drain(const YamlNode* node, Loading& loading) {
  // By default as long as the last request may take.
  loading.scenario.drain = loading.scenario.client.timeout;
  if (node) {
    read_value(loading.errors, *node, Slot{"drain", {}, 0, kArrivalWindowMax},
               loading.scenario.drain);
  }
}

}  // namespace

// In the order in which they are read: phases before what happens in them, backends before what
// strikes or asks them.
// clang-format off
const std::array<Section, kSections> kSectionTable = {{
  {"scenario", "Name of the scenario, and of its folder in the results.",
   true, read_name},
  {"about", "What happens, and why it matters.",
   false, read_about},
  {"tags", "Words by which to choose scenarios.",
   false, read_tags},
  {"seed", "Seed of every draw; --seed overrides it.",
   false, read_seed},
  {"target", "An agent of your own, instead of the bundled core.",
   false, read_target},
  {"backends", "The fake providers that the agent calls, by name.",
   false, read_backends},
  {"programs", "Programs that the agent's commands can run, by name.",
   false, read_programs},
  {"agent", "Configuration of the bundled core, over that of its profile.",
   false, read_agent},
  {"client", "How the users' client behaves.",
   false, read_client},
  {"phases", "Named stretches of scenario time: name: length, one after the other.",
   true, read_phases},
  {"load", "Classes of requests, by name: who asks, when, what.",
   true, read_load},
  {"faults", "What breaks: an id, where (on), when (at), and one action each.",
   false, read_faults},
  {"slo", "Objectives, as `response.p95 < 30s` or `error_rate < 5% in outage`.",
   false, read_slos},
  {"invariants", "Rules that may never be broken, by name, or name: parameter.",
   false, read_invariants},
  {"drain", "Time for what is in flight after the last phase; client.timeout by default.",
   false, read_drain},
}};
// clang-format on

// What fakes without an agent need of a scenario.
static bool of_fakes(std::string_view section) {
  return section == "seed" || section == "backends" || section == "phases" || section == "faults";
}

Scenario parse_scenario(std::string_view text, const std::string& file,
                        const LoadOptions& options) {
  YamlNode root = parse_yaml(text, file);
  ErrorList errors;
  if (root.is_map()) {
    for (const std::string& set : options.sets) apply_override(root, set, errors);
  } else {
    const std::string meant = options.only_fakes
                                  ? "a file of fakes is a map that has `backends:`, not "
                                  : "a scenario is a map that begins with `scenario: name`, not ";
    errors.add(root.place, meant + describe(root));
  }
  errors.throw_if_any();

  Loading loading{root, {}, {}};
  loading.scenario.file = file;
  loading.scenario.agent = options.agent;
  std::vector<std::string> known;
  for (const Section& section : kSectionTable) known.emplace_back(section.key);
  check_keys(loading.errors, root, "", known);
  for (const Section& section : kSectionTable) {
    const YamlNode* value = root.find(section.key);
    if (options.only_fakes && (!value || !of_fakes(section.key))) continue;
    if (!value && section.required) {
      loading.errors.add(root.place, "the scenario needs the key `" + std::string(section.key) +
                                         "`: " + std::string(section.doc));
    }
    section.read(value, loading);
  }
  if (options.only_fakes && loading.scenario.backends.empty() && loading.errors.empty()) {
    loading.errors.add(root.place, "a file of fakes needs the key `backends`");
  }
  loading.errors.throw_if_any();
  loading.scenario.configuration = configuration_of(root, loading.scenario);
  return std::move(loading.scenario);
}

Scenario load_scenario(const std::string& path, const LoadOptions& options) {
  return parse_scenario(read_bounded(path, kYamlBytesMax, "a scenario"), path, options);
}

}  // namespace harness
