// Load classes, and those of their members that have forms of their own: arrivals, users, sessions.
#include <filesystem>
#include <utility>

#include "harness/scenario/call.hpp"
#include "harness/scenario/sections.hpp"

namespace harness {
namespace {

template <std::size_t... I>
std::vector<KindForm> arrival_forms(std::index_sequence<I...>) {
  return {KindForm{std::string(kArrivalKinds[I].name),
                   field_names<std::variant_alternative_t<I, Arrivals>>()}...};
}

template <std::size_t... I>
bool read_alternative(ErrorList& errors, const KindFound& found, const Slot& slot, Arrivals& out,
                      std::index_sequence<I...>) {
  bool good = false;
  const auto read_one = [&](auto value, std::size_t index) {
    if (index != found.index) return;
    good = read_value(errors, found.fields, slot, value);
    if (good) out = std::move(value);
  };
  (read_one(std::variant_alternative_t<I, Arrivals>{}, I), ...);
  return good;
}

using Indices = std::make_index_sequence<std::variant_size_v<Arrivals>>;

}  // namespace

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Arrivals& out) {
  std::vector<std::string> examples;
  for (const ArrivalKind& kind : kArrivalKinds) examples.emplace_back(kind.example);
  if (node.is_scalar()) {
    // A bare rate is the likeliest slip: `arrivals: 5/s`.
    if (const auto rate = parse_rate(node.text); rate.value) {
      return refuse_value(errors, node, slot,
                          "must say how requests come (did you mean `constant(" +
                              std::string(trimmed(node.text)) + ")` or `poisson(" +
                              std::string(trimmed(node.text)) + ")`?)");
    }
  }
  const auto found = find_kind(errors, node, slot, arrival_forms(Indices{}), examples);
  return found && read_alternative(errors, *found, slot, out, Indices{});
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Users& out) {
  const Slot count{slot.path, world::Unit::count, 1, kUsersMax};
  if (node.is_scalar() && !parse_call(node.text)) {
    out.choice = UserChoice::uniform;
    return read_integer(errors, node, count, out.count);
  }
  const std::vector<KindForm> kinds = {
      {"uniform", {"users"}}, {"round_robin", {"users"}}, {"zipf", {"users", "s"}}};
  const auto found =
      find_kind(errors, node, slot, kinds, {"20", "round_robin(20)", "zipf(users=100, s=1.1)"});
  if (!found) return false;
  check_keys(errors, found->fields, slot.path, kinds[found->index].fields);
  constexpr UserChoice kChoices[] = {UserChoice::uniform, UserChoice::round_robin,
                                     UserChoice::zipf};
  Users users;
  users.choice = kChoices[found->index];
  const YamlNode* n = found->fields.find("users");
  if (!n) return refuse_value(errors, node, slot, "must say how many users, as `round_robin(20)`");
  bool good = read_integer(errors, *n, count, users.count);
  if (const YamlNode* s = found->fields.find("s"); s && users.choice == UserChoice::zipf) {
    good &= read_integer(errors, *s, Slot{slot.path + ".s", world::Unit::micro, 0, 10'000'000},
                         users.s_micro);
  }
  if (good) out = users;
  return good;
}

bool read_value(ErrorList& errors, const YamlNode& node, const Slot& slot, Sessions& out) {
  if (node.is_scalar()) {
    if (node.text == "one per user") {
      out.turns_per_session = 0;
      return true;
    }
    if (node.text == "one per request") {
      out.turns_per_session = 1;
      return true;
    }
  }
  const YamlNode* turns = node.find("turns_per_session");
  if (!turns || node.entries.size() != 1) {
    return refuse_value(errors, node, slot,
                        "must be `one per user`, `one per request` or `{turns_per_session: 4}`, "
                        "not " +
                            describe(node));
  }
  return read_integer(errors, *turns,
                      Slot{slot.path + ".turns_per_session", world::Unit::count, 1, 1'000'000},
                      out.turns_per_session);
}

namespace {

constexpr std::size_t kClassesMax = 1'000;

// The trace of a class, read once however many classes replay it.
const std::vector<TraceRow>* trace_of(Loading& loading, const Recorded& recorded) {
  auto& traces = loading.scenario.traces;
  if (const auto found = traces.find(recorded.file); found != traces.end()) return &found->second;
  const auto beside = std::filesystem::path(loading.scenario.file).parent_path();
  try {
    auto rows = read_trace((beside / recorded.file).string(), recorded.format);
    return &traces.emplace(recorded.file, std::move(rows)).first->second;
  } catch (const ScenarioErrors& wrong) {
    for (const ScenarioError& error : wrong.errors()) {
      loading.errors.add(error.place, error.sentence);
    }
    return nullptr;
  }
}

void check_trace(Loading& loading, const YamlNode& node, const LoadClass& load_class) {
  const auto* recorded = std::get_if<Recorded>(&load_class.arrivals);
  if (!recorded) return;
  for (const char* key : {"prompt_tokens", "output_tokens"}) {
    if (const YamlNode* given = node.find(key)) {
      refuse_value(loading.errors, *given, Slot{"load." + load_class.name + "." + key},
                   "has no effect: the trace gives the lengths");
    }
  }
  const auto* rows = trace_of(loading, *recorded);
  if (!rows) return;
  const world::Nanos length = load_class.to - load_class.from;
  if (!rows->empty() && rows->back().at >= length) {
    loading.errors.add(node.find("arrivals")->place,
                       "the trace lasts " + format_duration(rows->back().at) +
                           ", longer than the " + format_duration(length) + " in which `load." +
                           load_class.name + "` runs; its last rows would be left out");
  }
}

// The corpus of a class, read once however many classes send it.
void check_bodies(Loading& loading, const YamlNode& node, const LoadClass& load_class) {
  const YamlNode* given = node.find("bodies");
  if (given == nullptr || loading.scenario.corpora.count(load_class.bodies) > 0) return;
  if (load_class.bodies.empty()) {
    refuse_value(loading.errors, *given, Slot{"load." + load_class.name + ".bodies"},
                 "must name a file beside the scenario");
    return;
  }
  const auto beside = std::filesystem::path(loading.scenario.file).parent_path();
  try {
    loading.scenario.corpora.emplace(load_class.bodies,
                                     read_corpus((beside / load_class.bodies).string()));
  } catch (const ScenarioErrors& wrong) {
    for (const ScenarioError& error : wrong.errors()) {
      loading.errors.add(error.place, error.sentence);
    }
  }
}

// A target of one's own has one dialect, which the class's API must agree with.
void take_dialect(Loading& loading, const YamlNode& node, LoadClass& load_class) {
  const Target& target = loading.scenario.target;
  if (!target.is_given()) return;
  const Slot slot{"load." + load_class.name + "."};
  const YamlNode* api = node.find("api");
  const std::string dialect(name_of(target.dialect));
  if (target.dialect == TargetDialect::openai_responses) {
    if (api != nullptr && load_class.api != Api::responses) {
      refuse_value(loading.errors, *api, Slot{slot.path + "api"},
                   "is not what the target speaks: its dialect is `" + dialect + "`");
    }
    load_class.api = Api::responses;
  } else if (target.dialect != TargetDialect::openai_chat && api != nullptr) {
    refuse_value(loading.errors, *api, Slot{slot.path + "api"},
                 "has no effect: the target's dialect is `" + dialect + "`");
  }
  const YamlNode* stream = node.find("stream");
  if (target.dialect == TargetDialect::json && stream != nullptr) {
    refuse_value(loading.errors, *stream, Slot{slot.path + "stream"},
                 "has no effect: `target.mapping.stream` says how the target answers");
  }
  if (target.mapping) load_class.stream = target.mapping->stream == MappedStream::sse;
}

// Keys that mean something only together with others.
void check_api(Loading& loading, const YamlNode& node, const LoadClass& load_class) {
  const bool responses = load_class.api == Api::responses;
  const bool streams = load_class.stream.value_or(loading.scenario.client.stream);
  const bool background = responses && load_class.background;
  struct Rule {
    const char* key;
    bool holds;
    const char* needs;
  };
  const Rule rules[] = {
      {"background", responses || !load_class.background, "`api: responses`"},
      {"poll", background, "`api: responses` and `background: true`"},
      {"cancels", background, "`api: responses` and `background: true`"},
      {"reconnects", background && streams,
       "`api: responses`, `background: true` and `stream: true`"},
  };
  for (const Rule& rule : rules) {
    const YamlNode* given = node.find(rule.key);
    if (given == nullptr || rule.holds) continue;
    refuse_value(loading.errors, *given, Slot{"load." + load_class.name + "." + rule.key},
                 std::string("needs ") + rule.needs + " beside it");
  }
}

void read_class(Loading& loading, const YamlEntry& entry) {
  ErrorList& errors = loading.errors;
  const Slot slot{"load." + entry.key};
  LoadClass load_class;
  const std::size_t before = errors.size();
  if (!check_name(loading, entry.place, "load class", entry.key)) return;
  if (!read_value(errors, entry.value, slot, load_class)) return;
  load_class.name = entry.key;
  take_dialect(loading, entry.value, load_class);
  check_api(loading, entry.value, load_class);
  load_class.to = loading.scenario.phases.empty() ? world::Instant{} : loading.scenario.end();
  if (!load_class.phase.empty()) {
    const Phase* phase = loading.scenario.phase_named(load_class.phase);
    if (phase) {
      load_class.from = phase->from;
      load_class.to = phase->to;
    } else {
      refuse_value(errors, *entry.value.find("in"), Slot{slot.path + ".in"},
                   "names `" + load_class.phase + "`, which is not a phase" +
                       did_you_mean(load_class.phase, names_in(loading.scenario.phases)));
    }
  }
  if (errors.size() == before && !loading.scenario.phases.empty()) {
    check_trace(loading, entry.value, load_class);
  }
  check_bodies(loading, entry.value, load_class);
  loading.scenario.load.push_back(std::move(load_class));
}

// A plan is held in memory; what could not be is refused before it is made.
void check_size(Loading& loading, const Place& place) {
  std::int64_t requests = 0, users = 0;
  for (const LoadClass& c : loading.scenario.load) {
    requests += arrivals_estimate(c.arrivals, c.to - c.from) * c.parallel;
    users += c.users.count;
    if (requests > kArrivalsMax || users > kUsersMax) break;
  }
  if (requests > kArrivalsMax) {
    loading.errors.add(place,
                       "`load` plans more than " + std::to_string(kArrivalsMax) + " requests");
  }
  if (users > kUsersMax) {
    loading.errors.add(place, "`load` has more than " + std::to_string(kUsersMax) + " users");
  }
}

}  // namespace

void read_load(const YamlNode* node, Loading& loading) {
  if (!node) return;
  if (!node->is_map() || node->entries.empty() || node->entries.size() > kClassesMax) {
    refuse_kind(loading.errors, *node, Slot{"load"},
                "a map such as `{chat: {users: 20, arrivals: poisson(5/s)}}`");
    return;
  }
  for (const YamlEntry& entry : node->entries) read_class(loading, entry);
  check_size(loading, node->place);
}

}  // namespace harness
