// When a fault strikes, and whom: probability, wave, markov, share, match, attempts, fate, load and
// limit. Each is read alone; then it is asked whether together they make sense.
#include <algorithm>
#include <array>

#include "harness/scenario/call.hpp"
#include "harness/scenario/fault_keys.hpp"

namespace harness {
namespace {

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::size_t kStepsMax = 1'000;

// One probability of several, of which some may be 0%.
bool read_share_of_course(ErrorList& errors, const YamlNode& node, const Slot& slot,
                          std::vector<std::uint32_t>& out) {
  const Slot bounded{slot.path, world::Unit::ppm, 0, kPpm};
  std::uint32_t ppm = 0;
  if (!read_value(errors, node, bounded, ppm)) return false;
  out.push_back(ppm);
  return true;
}

// `0%..80%`, a ramp.
bool read_ramp(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Course& course) {
  course.shape = fakes::Course::Shape::ramp;
  const std::size_t dots = node.text.find("..");
  YamlNode first = node, last = node;
  first.text = node.text.substr(0, dots);
  last.text = node.text.substr(dots + 2);
  return read_share_of_course(errors, first, slot, course.ppm) &&
         read_share_of_course(errors, last, slot, course.ppm);
}

// `[80%, 40%, 10%]`, steps.
bool read_steps(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Course& course) {
  course.shape = fakes::Course::Shape::steps;
  const std::size_t n = node.items.size();
  if (n == 0 || n > kStepsMax) {
    return refuse_value(
        errors, node, slot,
        "must have 1 to " + std::to_string(kStepsMax) + " steps, not " + std::to_string(n));
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!read_share_of_course(errors, node.items[i], slot.element(i), course.ppm)) return false;
  }
  return true;
}

void read_probability(ErrorList& errors, const YamlNode& node, const Slot& slot, world::Instant end,
                      fakes::Fault& fault) {
  const bool ramp = node.is_scalar() && node.text.find("..") != std::string::npos;
  if (!ramp && !node.is_list()) {
    read_value(errors, node, Slot{slot.path, world::Unit::ppm, 1, kPpm}, fault.probability_ppm);
    return;
  }
  fakes::Course course;
  course.end = end;
  if (!(ramp ? read_ramp : read_steps)(errors, node, slot, course)) return;
  if (std::all_of(course.ppm.begin(), course.ppm.end(), [](auto ppm) { return ppm == 0; })) {
    refuse_value(errors, node, slot, "is 0% throughout, so it would never strike");
  } else if (end == world::kNever) {
    refuse_value(errors, node, slot,
                 "changes over the window, which has no end: give it one, as `at: 30s..90s`");
  } else {
    fault.course = std::move(course);
  }
}

void read_wave(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Fault& fault) {
  fakes::SquareWave wave;
  if (!node.is_map()) {
    refuse_kind(errors, node, slot, "a map such as `{period: 20s, on: 5s}`");
  } else if (read_value(errors, node, slot, wave)) {
    fault.wave = wave;
    if (wave.on <= wave.period) return;
    refuse_value(errors, *node.find("on"), Slot{slot.path + ".on"},
                 "must be at most the period, " + format_duration(wave.period) + ", not `" +
                     format_duration(wave.on) + "`");
  }
}

void read_markov(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Fault& fault) {
  fakes::Markov markov;
  if (!node.is_map()) {
    refuse_kind(errors, node, slot, "a map such as `{up: 30s, down: 5s}`");
  } else if (read_value(errors, node, slot, markov)) {
    fault.markov = markov;
  }
}

void read_load_threshold(ErrorList& errors, const YamlNode& node, const Slot& slot,
                         fakes::Fault& fault) {
  fakes::LoadThreshold load;
  if (!node.is_map()) {
    refuse_kind(errors, node, slot, "a map such as `{above: 50, below: 20}`");
  } else if (read_value(errors, node, slot, load)) {
    fault.load = load;
    if (load.below <= load.above) return;
    refuse_value(errors, *node.find("below"), Slot{slot.path + ".below"},
                 "must be at most `above`, " + std::to_string(load.above) + ", not `" +
                     std::to_string(load.below) + "`: it ends with fewer requests than it begins");
  }
}

// `20% of users`. On a command line blanks cost quotes: `20%_of_users` is the same.
void read_share(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Fault& fault) {
  constexpr std::string_view kExpected =
      "a share such as `20% of users`, `20% of sessions` or `20% of keys`";
  std::string text = node.text;
  std::replace(text.begin(), text.end(), '_', ' ');
  const std::size_t of = text.find(" of ");
  if (!node.is_scalar() || of == std::string::npos) {
    refuse_kind(errors, node, slot, kExpected);
    return;
  }
  YamlNode part = node;
  part.text = std::string(trimmed(std::string_view(text).substr(0, of)));
  fakes::Share share;
  if (!read_value(errors, part, Slot{slot.path, world::Unit::ppm, 1, kPpm}, share.ppm)) return;
  part.text = std::string(trimmed(std::string_view(text).substr(of + 4)));
  if (read_value(errors, part, slot, share.of)) fault.share = share;
}

// `3`, `1..2` or `3..`.
bool read_attempts(ErrorList& errors, const YamlNode& node, const Slot& slot,
                   fakes::AttemptRange& out) {
  const std::size_t dots = node.text.find("..");
  const auto first = parse_integer(node.text.substr(0, dots));
  const bool open = dots != std::string::npos && dots + 2 == node.text.size();
  const auto last =
      dots == std::string::npos || open ? first : parse_integer(node.text.substr(dots + 2));
  constexpr std::int64_t kAttemptsMax = 1'000'000;
  if (!node.is_scalar() || !first.value || !last.value || *first.value < 1 ||
      *last.value < *first.value || *last.value > kAttemptsMax) {
    return refuse_kind(errors, node, slot, "an attempt such as `1`, or a range such as `1..2`");
  }
  out.first = static_cast<std::uint32_t>(*first.value);
  if (!open) out.last = static_cast<std::uint32_t>(*last.value);
  return true;
}

void read_match(ErrorList& errors, const YamlNode& node, const Slot& slot, fakes::Fault& fault) {
  if (!read_value(errors, node, slot, fault.match)) return;
  for (const char* key : {"model", "endpoint"}) {
    const YamlNode* value = node.find(key);
    if (value && value->text.find('*') < value->text.size() - 1) {
      refuse_value(errors, *value, Slot{slot.path + "." + key},
                   "may have a `*` only at its end, not as in " + describe(*value));
    }
  }
  const YamlNode* endpoint = node.find("endpoint");
  if (endpoint && !endpoint->text.starts_with('/')) {
    refuse_value(errors, *endpoint, Slot{slot.path + ".endpoint"},
                 "must be a path, not " + describe(*endpoint) + " (did you mean `/" +
                     excerpt(endpoint->text) + "`?)");
  }
}

void read_fate(Loading& loading, const YamlNode& node, const Slot& slot, fakes::Fault& fault) {
  if (read_value(loading.errors, node, slot, fault.fate)) {
    check_name(loading, node.place, "fate", fault.fate);
  }
}

// What needs a request cannot be asked of a connection.
void check_connection(ErrorList& errors, const YamlNode& node, const std::string& path) {
  if (node.find("match") || node.find("attempts")) {
    errors.add(node.place, "`" + path +
                               "` strikes connections before a request is read, so it cannot have "
                               "`match` or `attempts`");
  }
  if (const YamlNode* share = node.find("share")) {
    refuse_value(errors, *share, Slot{path + ".share"},
                 "cannot be told of connections, which are made before a request says who asks: "
                 "give a `probability`, or another action such as `reset`");
  }
}

}  // namespace

std::vector<KindForm> fault_map_forms() {
  return {{"wave", field_names<fakes::SquareWave>()},
          {"markov", field_names<fakes::Markov>()},
          {"match", field_names<fakes::FaultMatch>()},
          {"load", field_names<fakes::LoadThreshold>()}};
}

void read_fault_conditions(Loading& loading, const YamlNode& node, const std::string& path,
                           world::Instant end, bool has_action, fakes::Fault& fault) {
  ErrorList& errors = loading.errors;
  const auto with = [&](const char* key, auto read) {
    if (const YamlNode* value = node.find(key)) read(*value, Slot{path + "." + key});
  };
  with("probability", [&](const YamlNode& value, const Slot& slot) {
    read_probability(errors, value, slot, end, fault);
  });
  with("wave", [&](const auto& value, const auto& slot) { read_wave(errors, value, slot, fault); });
  with("markov",
       [&](const auto& value, const auto& slot) { read_markov(errors, value, slot, fault); });
  with("share",
       [&](const auto& value, const auto& slot) { read_share(errors, value, slot, fault); });
  with("match",
       [&](const auto& value, const auto& slot) { read_match(errors, value, slot, fault); });
  with("attempts", [&](const auto& value, const auto& slot) {
    read_attempts(errors, value, slot, fault.attempts);
  });
  with("fate",
       [&](const auto& value, const auto& slot) { read_fate(loading, value, slot, fault); });
  with("load", [&](const auto& value, const auto& slot) {
    read_load_threshold(errors, value, slot, fault);
  });
  with("limit", [&](const YamlNode& value, const Slot& slot) {
    const Slot bounded{slot.path, world::Unit::count, 1, 1'000'000'000};
    std::int64_t limit = 0;
    if (read_value(errors, value, bounded, limit)) fault.limit = limit;
  });
  if (has_action && fakes::kind_of(fault.action).layer == fakes::FaultLayer::connection) {
    check_connection(errors, node, path);
  }
}

}  // namespace harness
