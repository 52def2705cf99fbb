// Phases and windows: where things happen in scenario time.
#include <algorithm>

#include "harness/scenario/call.hpp"
#include "harness/scenario/sections.hpp"

namespace harness {
namespace {

constexpr std::size_t kPhasesMax = 1'000;
constexpr std::int64_t kRunMax = kArrivalWindowMax;

struct PlacedPhase {
  Phase phase;
  Place place;
};

std::string window_text(const Phase& phase) {
  return "`" + phase.name + "` (" + format_duration(world::since_start(phase.from)) + ".." +
         format_duration(world::since_start(phase.to)) + ")";
}

// `{from, to}` or `{start, for}`.
bool read_explicit(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Nanos& from,
                   world::Nanos& to) {
  check_keys(errors, node, slot.path, {"from", "to", "start", "for"});
  const bool by_ends = node.find("from") && node.find("to");
  const bool by_length = node.find("start") && node.find("for");
  if (by_ends == by_length || node.entries.size() != 2) {
    return refuse_value(errors, node, slot,
                        "must be a duration, `{from: 60s, to: 180s}` or `{start: 60s, for: 120s}`");
  }
  const auto read = [&](const char* key, world::Nanos& out) {
    return read_value(errors, *node.find(key), Slot{slot.path + "." + key, {}, 0, kRunMax}, out);
  };
  if (by_ends) return read("from", from) && read("to", to);
  world::Nanos length{};
  if (!read("start", from) || !read("for", length)) return false;
  to = from + length;
  return true;
}

}  // namespace

void read_phases(const YamlNode* node, Loading& loading) {
  ErrorList& errors = loading.errors;
  if (!node) return;
  if (!node->is_map() || node->entries.empty()) {
    refuse_kind(errors, *node, Slot{"phases"}, "a map such as `{baseline: 60s, outage: 120s}`");
    return;
  }
  if (node->entries.size() > kPhasesMax) {
    errors.add(node->place, "there are more than " + std::to_string(kPhasesMax) + " phases");
    return;
  }
  std::vector<PlacedPhase> placed;
  world::Nanos next{};  // where a phase given by its length begins
  for (const YamlEntry& entry : node->entries) {
    const Slot slot{"phases." + entry.key, {}, 1, kRunMax};
    if (!check_name(loading, entry.place, "phase", entry.key)) continue;
    world::Nanos from = next, to{};
    if (entry.value.is_map()) {
      if (!read_explicit(errors, entry.value, slot, from, to)) continue;
    } else {
      world::Nanos length{};
      if (!read_value(errors, entry.value, slot, length)) continue;
      to = from + length;
    }
    if (to <= from || to.count() > kRunMax) {
      refuse_value(errors, entry.value, slot,
                   "must end after its start, and within " +
                       format_duration(world::Nanos(kRunMax)));
      continue;
    }
    next = to;
    placed.push_back({{entry.key, world::at(from), world::at(to)}, entry.place});
  }
  std::stable_sort(placed.begin(), placed.end(), [](const PlacedPhase& a, const PlacedPhase& b) {
    return a.phase.from < b.phase.from;
  });
  for (std::size_t i = 1; i < placed.size(); ++i) {
    if (placed[i].phase.from >= placed[i - 1].phase.to) continue;
    errors.add(placed[i].place, "phase " + window_text(placed[i].phase) + " overlaps " +
                                    window_text(placed[i - 1].phase));
  }
  for (PlacedPhase& p : placed) loading.scenario.phases.push_back(std::move(p.phase));
}

bool read_window(Loading& loading, const YamlNode& node, const Slot& slot, world::Instant& from,
                 world::Instant& to) {
  ErrorList& errors = loading.errors;
  world::Nanos begin{}, end{};
  if (node.is_map()) {
    if (!read_explicit(errors, node, slot, begin, end)) return false;
  } else if (!node.is_scalar()) {
    return refuse_kind(errors, node, slot, "a phase or a window such as `60s..180s`");
  } else if (const std::size_t dots = node.text.find(".."); dots != std::string::npos) {
    const auto a = parse_duration(node.text.substr(0, dots));
    if (a.value && dots + 2 == node.text.size()) {  // `60s..`, to the end
      from = world::at(*a.value);
      to = world::kNever;
      return true;
    }
    const auto b = parse_duration(node.text.substr(dots + 2));
    if (!a.value || !b.value) {
      return refuse_value(errors, node, slot,
                          "has an end that " + (a.value ? b.problem : a.problem));
    }
    begin = *a.value;
    end = *b.value;
  } else {
    if (const Phase* phase = loading.scenario.phase_named(node.text)) {
      from = phase->from;
      to = phase->to;
      return true;
    }
    return refuse_value(errors, node, slot,
                        "must be a phase or a window such as `60s..180s`, not `" + node.text + "`" +
                            did_you_mean(node.text, names_in(loading.scenario.phases)));
  }
  if (end <= begin) return refuse_value(errors, node, slot, "must end after its start");
  from = world::at(begin);
  to = world::at(end);
  return true;
}

}  // namespace harness
