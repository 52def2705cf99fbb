// Faults: each has an id, a backend, a window, and exactly one action out of fakes::kFaultKinds.
#include <algorithm>
#include <set>
#include <utility>

#include "harness/scenario/sections.hpp"

namespace harness {
namespace {

constexpr std::size_t kFaultsMax = 10'000;
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

const std::vector<std::string> kFaultKeys = {"id", "on", "at", "probability", "match", "attempts"};

// The action is the one key that names a kind of fault. False after adding an error.
bool read_action(ErrorList& errors, const YamlNode& node, const std::string& path,
                 fakes::Fault& fault) {
  const std::vector<KindForm> forms = action_forms(Indices{});
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

// `3`, `1..2` or `3..`.
bool read_attempts(ErrorList& errors, const YamlNode& node, const Slot& slot,
                   fakes::AttemptRange& out) {
  const std::size_t dots = node.text.find("..");
  const auto first = parse_integer(node.text.substr(0, dots));
  const bool open = dots != std::string::npos && dots + 2 == node.text.size();
  const auto last = dots == std::string::npos || open ? first
                                                      : parse_integer(node.text.substr(dots + 2));
  constexpr std::int64_t kAttemptsMax = 1'000'000;
  if (!node.is_scalar() || !first.value || !last.value || *first.value < 1 ||
      *last.value < *first.value || *last.value > kAttemptsMax) {
    return refuse_kind(errors, node, slot, "an attempt such as `1`, or a range such as `1..2`");
  }
  out.first = static_cast<std::uint32_t>(*first.value);
  if (!open) out.last = static_cast<std::uint32_t>(*last.value);
  return true;
}

void read_backend(Loading& loading, const YamlNode& node, const std::string& path,
                  fakes::Fault& fault) {
  std::vector<std::string> targets;
  for (const auto& [name, backend] : loading.scenario.backends) {
    targets.push_back(std::string(kBackendPrefix) + name);
  }
  const std::string on = node.is_scalar() ? node.text : describe(node);
  if (std::find(targets.begin(), targets.end(), on) == targets.end()) {
    std::string hint = did_you_mean(on, targets);
    if (loading.scenario.backends.contains(on)) {
      hint = " (did you mean `" + std::string(kBackendPrefix) + on + "`?)";
    }
    loading.errors.add(node.place, "`" + path + ".on` names `" + on +
                                       "`, which is not a backend of this scenario" + hint);
    return;
  }
  fault.on = on.substr(kBackendPrefix.size());
}

// Names and handshakes go wrong for all who come, and handshakes only where there are some.
void check_network_fault(Loading& loading, const YamlNode& node, const std::string& path,
                         const fakes::Fault& fault) {
  const bool is_dns = std::holds_alternative<fakes::Dns>(fault.action);
  const bool is_tls = std::holds_alternative<fakes::Tls>(fault.action);
  const YamlNode* action = node.find(fakes::kind_of(fault.action).name);
  const std::string kind(fakes::kind_of(fault.action).name);
  if ((is_dns || is_tls) && fault.probability_ppm < 1'000'000) {
    loading.errors.add(node.find("probability")->place,
                       "`" + path + "` cannot have a `probability`: while it lasts, `" + kind +
                           "` is the same for every connection");
  }
  const auto backend = loading.scenario.backends.find(fault.on);
  if (is_tls && backend != loading.scenario.backends.end() && !backend->second.tls) {
    loading.errors.add(action->place, "`" + path + "` spoils handshakes, and `backends." +
                                          fault.on + "` has none; give it `tls: true`");
  }
  if (!is_dns) return;
  const bool slow = std::get<fakes::Dns>(fault.action).how == fakes::DnsHow::slow;
  if (const YamlNode* delay = action->find("delay"); delay != nullptr && !slow) {
    loading.errors.add(delay->place, "`" + path + ".dns.delay` is for `how: slow` alone");
  }
}

void read_fault(Loading& loading, const YamlNode& node, const std::string& path,
                std::set<std::string>& ids) {
  ErrorList& errors = loading.errors;
  fakes::Fault fault;
  const bool has_action = read_action(errors, node, path, fault);
  if (const YamlNode* id = node.find("id")) {
    if (read_value(errors, *id, Slot{path + ".id"}, fault.id) &&
        check_name(loading, id->place, "fault", fault.id) && !ids.insert(fault.id).second) {
      errors.add(id->place, "two faults have the id `" + fault.id + "`");
    }
  } else {
    errors.add(node.place,
               "`" + path + "` needs the key `id`: the name under which it is reported");
  }
  if (const YamlNode* on = node.find("on")) {
    read_backend(loading, *on, path, fault);
  } else {
    errors.add(node.place,
               "`" + path + "` needs the key `on`: what it strikes, as `backends.primary`");
  }
  if (const YamlNode* at = node.find("at")) {
    const Slot slot{path + ".at"};
    if (read_window(loading, *at, slot, fault.from, fault.to) && !loading.scenario.phases.empty() &&
        fault.from >= loading.scenario.end()) {
      refuse_value(errors, *at, slot,
                   "begins when the plan has ended, at " +
                       format_duration(world::since_start(loading.scenario.end())));
    }
    // What lasts to the end of the plan does not heal for the requests that are still under way.
    const bool to_the_end =
        !loading.scenario.phases.empty() && fault.to >= loading.scenario.end();
    if (to_the_end) fault.to = world::kNever;
  }
  if (const YamlNode* probability = node.find("probability")) {
    const Slot slot{path + ".probability", world::Unit::ppm, 1, 1'000'000};
    read_value(errors, *probability, slot, fault.probability_ppm);
  }
  if (const YamlNode* match = node.find("match")) {
    read_value(errors, *match, Slot{path + ".match"}, fault.match);
  }
  if (const YamlNode* attempts = node.find("attempts")) {
    read_attempts(errors, *attempts, Slot{path + ".attempts"}, fault.attempts);
  }
  const bool by_request = node.find("match") || node.find("attempts");
  const bool by_connection =
      has_action && fakes::kind_of(fault.action).layer == fakes::FaultLayer::connection;
  if (by_connection && by_request) {
    errors.add(node.place, "`" + path + "` strikes connections before a request is read, so it "
                               "cannot have `match` or `attempts`");
  }
  if (has_action) check_network_fault(loading, node, path, fault);
  loading.scenario.faults.push_back(std::move(fault));
}

}  // namespace

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
    read_fault(loading, item, id && id->is_scalar() ? "faults." + id->text : path, ids);
  }
}

}  // namespace harness
