// Faults with `on: agent`: an id, an instant or a window, and one action of kAgentFaultKinds.
#include <utility>

#include "harness/scenario/fault_keys.hpp"

namespace harness {
namespace {

template <std::size_t... I>
std::vector<KindForm> forms_of(std::index_sequence<I...>) {
  return {KindForm{std::string(kAgentFaultKinds[I].name),
                   field_names<std::variant_alternative_t<I, AgentAction>>()}...};
}
using Indices = std::make_index_sequence<std::variant_size_v<AgentAction>>;

template <std::size_t... I>
bool read_alternative(ErrorList& errors, std::size_t kind, const YamlNode& fields, const Slot& slot,
                      AgentAction& out, std::index_sequence<I...>) {
  bool good = false;
  const auto read_one = [&](auto value, std::size_t index) {
    if (index != kind) return;
    good = read_value(errors, fields, slot, value);
    if (good) out = value;
  };
  (read_one(std::variant_alternative_t<I, AgentAction>{}, I), ...);
  return good;
}

// `300s`, or a window as other faults have it.
bool read_at(Loading& loading, const YamlNode& node, const Slot& slot, AgentFault& fault) {
  const bool is_text = node.is_scalar() && node.text.find("..") == std::string::npos;
  if (is_text && loading.scenario.phase_named(node.text) == nullptr) {
    const auto at = parse_duration(node.text);
    if (!at.value) {
      return refuse_value(loading.errors, node, slot,
                          "must be an instant such as `300s`, a phase or a window, not `" +
                              node.text + "`" +
                              did_you_mean(node.text, names_in(loading.scenario.phases)));
    }
    fault.from = world::at(*at.value);
    fault.to = fault.from;
    return true;
  }
  return read_window(loading, node, slot, fault.from, fault.to);
}

void check_at(Loading& loading, const YamlNode& node, const Slot& slot, const AgentFault& fault) {
  if (loading.scenario.phases.empty() || fault.from < loading.scenario.end()) return;
  refuse_value(loading.errors, node, slot,
               "begins when the plan has ended, at " +
                   format_duration(world::since_start(loading.scenario.end())));
}

void check_every(Loading& loading, const YamlNode& node, const Slot& slot,
                 const AgentFault& fault) {
  const world::Nanos every =
      std::visit([](const auto& action) { return action.every; }, fault.action);
  if (every == world::Nanos{0}) return;
  if (every <= lasts(fault.action) || every.count() < kAgentEveryMin) {
    refuse_value(loading.errors, node, slot,
                 "must come back before it is struck again: `every` must be at least 1s and longer "
                 "than " +
                     format_duration(lasts(fault.action)));
  } else if (fault.to <= fault.from) {
    refuse_value(loading.errors, node, slot,
                 "strikes again and again, so `at` must be a phase or a window");
  }
}

void check_clock(Loading& loading, const YamlNode& node, const Slot& slot,
                 const AgentFault& fault) {
  const auto* clock = std::get_if<ClockAgent>(&fault.action);
  if (clock == nullptr) return;
  const int given = (clock->forward > world::Nanos{0}) + (clock->back > world::Nanos{0}) +
                    (clock->time_of_day.count() != ClockAgent::kUnset);
  if (given == 1) return;
  refuse_value(loading.errors, node, slot,
               "must say one of `forward`, `back` and `time_of_day`, as `clock: {forward: 6h}`");
}

void check_target(Loading& loading, const YamlNode& node, const std::string& path,
                  const AgentFault& fault) {
  const std::string problem = problem_of(fault, loading.scenario.target);
  if (!problem.empty()) loading.errors.add(node.place, "`" + path + "` " + problem);
}

}  // namespace

std::vector<KindForm> agent_fault_forms() { return forms_of(Indices{}); }

bool is_on_agent(const YamlNode& fault) {
  const YamlNode* on = fault.find("on");
  return on != nullptr && on->is_scalar() && on->text == "agent";
}

void read_agent_fault(Loading& loading, const YamlNode& node, const std::string& path,
                      std::set<std::string>& ids) {
  ErrorList& errors = loading.errors;
  AgentFault fault;
  fault.place = node.place;
  const std::vector<KindForm> forms = agent_fault_forms();
  std::vector<std::string> known = {"id", "on", "at"};
  for (const KindForm& form : forms) known.push_back(form.name);
  check_keys(errors, node, path, known);
  read_fault_id(loading, node, path, ids, fault.id);
  const Slot slot{path + ".at"};
  const YamlNode* at = node.find("at");
  if (at == nullptr) {
    errors.add(node.place, "`" + path + "` needs the key `at`: when it strikes, as `300s`");
  } else if (read_at(loading, *at, slot, fault)) {
    check_at(loading, *at, slot, fault);
  }
  const KindForm* chosen = nullptr;
  for (std::size_t k = 0; k < forms.size(); ++k) {
    const YamlNode* value = node.find(forms[k].name);
    if (value == nullptr) continue;
    if (chosen != nullptr) {
      errors.add(value->place, "`" + path + "` has two actions, `" + chosen->name + "` and `" +
                                   forms[k].name + "`; it must have one");
      return;
    }
    chosen = &forms[k];
    fault.place = value->place;
    const Slot action{path + "." + chosen->name};
    if (read_alternative(errors, k, fields_of_kind(*value, *chosen), action, fault.action,
                         Indices{})) {
      check_every(loading, *value, action, fault);
      check_clock(loading, *value, action, fault);
    }
  }
  if (chosen == nullptr) {
    errors.add(node.place, "`" + path +
                               "` strikes the agent and needs an action: `kill`, `term`, `freeze` "
                               "or `clock`");
  }
  check_target(loading, node, path, fault);
  loading.scenario.agent_faults.push_back(std::move(fault));
}

}  // namespace harness
