// Faults: each has an id, backends, a window, conditions (read_fault_conditions.cpp) and exactly
// one action out of fakes::kFaultKinds.
#include <algorithm>
#include <set>
#include <utility>

#include "fakes/dialect.hpp"
#include "fakes/faults/suits.hpp"
#include "fakes/faults/header_text.hpp"
#include "harness/scenario/fault_keys.hpp"

namespace harness {
namespace {

constexpr std::size_t kFaultsMax = 10'000;
constexpr std::string_view kAllBackends = "backends";
constexpr std::string_view kBackendPrefix = "backends.";

template <std::size_t... I>
std::vector<KindForm> action_forms(std::index_sequence<I...>) {
  return {KindForm{std::string(fakes::kFaultKinds[I].name),
                   field_names<std::variant_alternative_t<I, fakes::FaultAction>>()}...};
}
using Indices = std::make_index_sequence<std::variant_size_v<fakes::FaultAction>>;

template <std::size_t... I>
bool read_alternative(ErrorList& errors, std::size_t kind, const YamlNode& fields, const Slot& slot,
                      fakes::FaultAction& out, std::index_sequence<I...>) {
  bool good = false;
  const auto read_one = [&](auto value, std::size_t index) {
    if (index != kind) return;
    good = read_value(errors, fields, slot, value);
    if (good) out = std::move(value);
  };
  (read_one(std::variant_alternative_t<I, fakes::FaultAction>{}, I), ...);
  return good;
}

// The action is the one key that names a kind of fault. False after adding an error.
bool read_action(ErrorList& errors, const YamlNode& node, const std::string& path,
                 fakes::Fault& fault) {
  const std::vector<KindForm> forms = fault_action_forms();
  std::vector<std::string> known = kFaultKeys;
  for (const KindForm& form : forms) known.push_back(form.name);
  check_keys(errors, node, path, known);
  const KindForm* chosen = nullptr;
  bool good = false;
  for (std::size_t k = 0; k < forms.size(); ++k) {
    const YamlNode* value = node.find(forms[k].name);
    if (!value) continue;
    if (chosen) {
      errors.add(value->place, "`" + path + "` has two actions, `" + chosen->name + "` and `" +
                                   forms[k].name + "`; it must have one");
      return false;
    }
    chosen = &forms[k];
    good = read_alternative(errors, k, fields_of_kind(*value, forms[k]),
                            Slot{path + "." + chosen->name}, fault.action, Indices{});
  }
  if (chosen) return good;
  std::string all;
  for (const KindForm& form : forms) all += (all.empty() ? "`" : ", `") + form.name + "`";
  errors.add(node.place, "`" + path + "` needs an action, one of " + all);
  return false;
}

// False after adding an error.
bool read_target(Loading& loading, const YamlNode& node, const std::string& path,
                 fakes::Fault& fault) {
  std::vector<std::string> targets;
  for (const auto& [name, backend] : loading.scenario.backends) {
    targets.push_back(std::string(kBackendPrefix) + name);
  }
  const std::string on = node.is_scalar() ? node.text : describe(node);
  if (std::find(targets.begin(), targets.end(), on) != targets.end()) {
    fault.on.insert(on.substr(kBackendPrefix.size()));
    return true;
  }
  std::string hint = did_you_mean(on, targets);
  if (loading.scenario.backends.contains(on)) {
    hint = " (did you mean `" + std::string(kBackendPrefix) + on + "`?)";
  }
  return refuse_value(loading.errors, node, Slot{path + ".on"},
                      "names `" + on + "`, which is not a backend of this scenario" + hint);
}

// `backends.primary`, a list of such, or `backends`: all of them.
void read_targets(Loading& loading, const YamlNode& node, const std::string& path,
                  fakes::Fault& fault) {
  if (node.is_scalar() && node.text == kAllBackends) return;
  if (!node.is_list()) {
    read_target(loading, node, path, fault);
    return;
  }
  if (node.items.empty()) {
    refuse_value(loading.errors, node, Slot{path + ".on"},
                 "must name at least one backend, or all of them with `backends`");
  }
  for (const YamlNode& item : node.items) read_target(loading, item, path, fault);
}

// The end of the window as it is written, or of the plan; kNever when neither has one.
world::Instant read_at(Loading& loading, const YamlNode* node, const std::string& path,
                       fakes::Fault& fault) {
  const bool planned = !loading.scenario.phases.empty();
  const Slot slot{path + ".at"};
  if (node && read_window(loading, *node, slot, fault.from, fault.to) && planned &&
      fault.from >= loading.scenario.end()) {
    refuse_value(loading.errors, *node, slot,
                 "begins when the plan has ended, at " +
                     format_duration(world::since_start(loading.scenario.end())));
  }
  if (!planned) return fault.to;
  const world::Instant end = std::min(fault.to, loading.scenario.end());
  // What lasts to the end of the plan does not heal for the requests that are still under way.
  if (fault.to >= loading.scenario.end()) fault.to = world::kNever;
  return end;
}

// Names and handshakes go wrong for all who come, and handshakes only where there are some.
void check_network_fault(Loading& loading, const YamlNode& node, const std::string& path,
                         const fakes::Fault& fault) {
  const bool is_dns = std::holds_alternative<fakes::Dns>(fault.action);
  const bool is_tls = std::holds_alternative<fakes::Tls>(fault.action);
  if (!is_dns && !is_tls) return;
  const std::string kind(fakes::kind_of(fault.action).name);
  const YamlNode* action = node.find(kind);
  for (const char* key : {"probability", "load", "limit", "fate"}) {
    const YamlNode* given = node.find(key);
    if (given == nullptr) continue;
    loading.errors.add(given->place, "`" + path + "` cannot have a `" + key +
                                         "`: while it lasts, `" + kind +
                                         "` is the same for every connection");
  }
  for (const auto& [name, backend] : loading.scenario.backends) {
    const bool struck = fault.on.empty() || fault.on.contains(name);
    if (!is_tls || !struck || backend.tls) continue;
    loading.errors.add(action->place, "`" + path + "` spoils handshakes, and `backends." + name +
                                          "` has none; give it `tls: true`");
  }
  if (!is_dns) return;
  const bool slow = std::get<fakes::Dns>(fault.action).how == fakes::DnsHow::slow;
  if (const YamlNode* delay = action->find("delay"); delay != nullptr && !slow) {
    loading.errors.add(delay->place, "`" + path + ".dns.delay` is for `how: slow` alone");
  }
}

// What a fault spoils must be on the wire of a backend that it names; of all backends, of one.
void check_dialects(Loading& loading, const YamlNode& node, const std::string& path,
                    const fakes::Fault& fault) {
  const std::string kind(fakes::kind_of(fault.action).name);
  std::vector<std::string> sentences;
  bool fits = false;
  for (const auto& [name, backend] : loading.scenario.backends) {
    const fakes::Dialect* dialect = fakes::find_dialect(backend.dialect);
    if (dialect == nullptr || !fakes::is_on(fault, name)) continue;
    const std::string why(fakes::why_unfit(fault.action, *dialect));
    if (why.empty()) {
      fits = true;
    } else {
      sentences.push_back("`" + path + "." + kind + "` cannot strike `backends." + name +
                          "`: in the dialect `" + backend.dialect + "`, " + why);
    }
  }
  if (fits && fault.on.empty()) return;
  for (std::string& sentence : sentences) {
    loading.errors.add(node.find(kind)->place, std::move(sentence));
  }
}

}  // namespace

const std::vector<std::string> kFaultKeys = {"id",       "on",     "at",    "probability",
                                             "wave",     "markov", "share", "match",
                                             "attempts", "fate",   "load",  "limit"};

void read_fault_id(Loading& loading, const YamlNode& node, const std::string& path,
                   std::set<std::string>& ids, std::string& id) {
  ErrorList& errors = loading.errors;
  const YamlNode* given = node.find("id");
  if (!given) {
    errors.add(node.place,
               "`" + path + "` needs the key `id`: the name under which it is reported");
    return;
  }
  if (read_value(errors, *given, Slot{path + ".id"}, id) &&
      check_name(loading, given->place, "fault", id) && !ids.insert(id).second) {
    errors.add(given->place, "two faults have the id `" + id + "`");
  }
}

std::vector<KindForm> fault_action_forms() { return action_forms(Indices{}); }

void read_fault(Loading& loading, const YamlNode& node, const std::string& path,
                std::set<std::string>& ids) {
  fakes::Fault fault;
  const bool has_action = read_action(loading.errors, node, path, fault);
  if (has_action) {
    const std::string problem = fakes::header_problem(fault.action);
    if (!problem.empty()) loading.errors.add(node.place, "`" + path + "` " + problem);
  }
  read_fault_id(loading, node, path, ids, fault.id);
  if (const YamlNode* on = node.find("on")) {
    read_targets(loading, *on, path, fault);
  } else {
    loading.errors.add(node.place,
                       "`" + path + "` needs the key `on`: what it strikes, as `backends.primary`");
  }
  const world::Instant end = read_at(loading, node.find("at"), path, fault);
  read_fault_conditions(loading, node, path, end, has_action, fault);
  if (has_action) {
    check_network_fault(loading, node, path, fault);
    check_dialects(loading, node, path, fault);
  }
  const YamlNode* action = node.find(fakes::kind_of(fault.action).name);
  loading.scenario.fault_places.push_back(action == nullptr ? node.place : action->place);
  loading.scenario.faults.push_back(std::move(fault));
}

void read_faults(const YamlNode* node, Loading& loading) {
  if (!node || node->kind == YamlNode::Kind::null) return;
  if (!node->is_list() || node->items.size() > kFaultsMax) {
    refuse_kind(loading.errors, *node, Slot{"faults"},
                "a list of at most " + std::to_string(kFaultsMax) + " faults");
    return;
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode& item = node->items[i];
    const std::string path = "faults[" + std::to_string(i) + "]";
    if (!item.is_map()) {
      refuse_kind(loading.errors, item, Slot{path},
                  "a map such as `{id: down, on: backends.primary, at: outage, refuse: {}}`");
      continue;
    }
    const YamlNode* id = item.find("id");
    const std::string named = id && id->is_scalar() ? "faults." + id->text : path;
    if (is_on_agent(item)) read_agent_fault(loading, item, named, ids);
    else read_fault(loading, item, named, ids);
  }
}

}  // namespace harness
