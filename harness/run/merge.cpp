#include "harness/run/merge.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "harness/run/judge.hpp"

namespace harness {

namespace {

using reports::FaultResult;
using reports::InvariantResult;
using reports::Layout;
using reports::Measurements;
using reports::Segment;
using reports::ValidityResult;
using reports::Verdict;

// Rules that only the whole run can answer: one segment may have no user whom a fault strikes.
constexpr std::array<std::string_view, 3> kOfTheWhole = {"something_sent", "faults_fired",
                                                         "baseline"};

// How two segments of one run may not differ.
struct Trait {
  const char* name;
  std::string (*of)(const Measurements&);
};

constexpr std::array<Trait, 8> kTraits{{
    {"version of shakedown", [](const Measurements& m) { return m.version; }},
    {"scenario", [](const Measurements& m) { return m.scenario; }},
    {"seed", [](const Measurements& m) { return std::to_string(m.seed); }},
    {"mode", [](const Measurements& m) { return m.mode; }},
    {"sut", [](const Measurements& m) { return m.sut; }},
    {"profile", [](const Measurements& m) { return m.profile; }},
    {"time scale", [](const Measurements& m) { return std::to_string(m.time_scale); }},
    {"number of segments",
     [](const Measurements& m) { return std::to_string(m.layout().segment.count); }},
}};

// The first path at which two configurations differ, with both values; empty when none does.
std::string first_difference(const std::map<std::string, std::string>& one,
                             const std::map<std::string, std::string>& other) {
  const auto value = [](const auto& map, const std::string& path) {
    const auto found = map.find(path);
    return found == map.end() ? std::string("nothing") : "`" + found->second + "`";
  };
  std::map<std::string, std::string> all = one;
  all.insert(other.begin(), other.end());
  for (const auto& [path, ignored] : all) {
    if (value(one, path) == value(other, path)) continue;
    return path + " is " + value(one, path) + " and " + value(other, path);
  }
  return {};
}

bool same_shape(const Layout& a, const Layout& b) {
  const auto same_phase = [](const reports::Phase& x, const reports::Phase& y) {
    return x.name == y.name && x.begin == y.begin && x.end == y.end;
  };
  return a.classes == b.classes && a.duration == b.duration &&
         a.thresholds.size() == b.thresholds.size() &&
         std::equal(a.phases.begin(), a.phases.end(), b.phases.begin(), b.phases.end(),
                    same_phase);
}

bool same_invariant(const InvariantResult& a, const InvariantResult& b) {
  const auto same_witness = [](const reports::Violation& x, const reports::Violation& y) {
    return x.at == y.at && x.who == y.who && x.what == y.what;
  };
  return a.name == b.name && a.verdict == b.verdict && a.checked == b.checked &&
         a.violation_count == b.violation_count && a.skipped == b.skipped &&
         std::equal(a.violations.begin(), a.violations.end(), b.violations.begin(),
                    b.violations.end(), same_witness);
}

bool same_fault(const FaultResult& a, const FaultResult& b) {
  return a.id == b.id && a.kind == b.kind && a.on == b.on && a.begin == b.begin && a.end == b.end;
}

// The name of the first fact that only one has, or that has two values; empty: none.
std::string other_fact(const Measurements& a, const Measurements& b) {
  std::map<std::string, double> all = a.facts;
  all.insert(b.facts.begin(), b.facts.end());
  for (const auto& [name, ignored] : all) {
    const auto one = a.facts.find(name), other = b.facts.find(name);
    const bool both = one != a.facts.end() && other != b.facts.end();
    if (!both || one->second != other->second) return name;
  }
  return {};
}

// What of the simulated world the two segments saw otherwise; empty: nothing.
std::string other_world(const Measurements& a, const Measurements& b) {
  if (a.digest != b.digest) return "the digests of its events differ";
  if (!std::equal(a.invariants.begin(), a.invariants.end(), b.invariants.begin(),
                  b.invariants.end(), same_invariant))
    return "the invariants came out differently";
  const auto same = [](const FaultResult& x, const FaultResult& y) {
    return same_fault(x, y) && x.fired == y.fired;
  };
  if (!std::equal(a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(), same))
    return "the faults fired differently";
  const std::string fact = other_fact(a, b);
  return fact.empty() ? "" : "the fact " + fact + " differs";
}

// Live: each segment has the same invariants and faults, with counts of its own.
std::string other_lists(const Measurements& a, const Measurements& b) {
  const auto same_name = [](const InvariantResult& x, const InvariantResult& y) {
    return x.name == y.name;
  };
  if (!std::equal(a.invariants.begin(), a.invariants.end(), b.invariants.begin(),
                  b.invariants.end(), same_name))
    return "it judged other invariants";
  if (!std::equal(a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(), same_fault))
    return "it had other faults";
  return {};
}

class Complaints {
 public:
  void add(const std::string& sentence) { text_ += (text_.empty() ? "" : "\n") + sentence; }
  void throw_if_any() const {
    if (!text_.empty()) throw MergeError(text_);
  }

 private:
  std::string text_;
};

void compare(const SegmentPart& first, const SegmentPart& part, Complaints& complaints) {
  const Measurements& a = *first.measured;
  const Measurements& b = *part.measured;
  const std::string both = part.name + ": is not of the same run as " + first.name + ": ";
  for (const Trait& trait : kTraits) {
    if (trait.of(a) == trait.of(b)) continue;
    return complaints.add(both + "the " + trait.name + " is `" + trait.of(b) + "`, there `" +
                          trait.of(a) + "`");
  }
  const std::string configured = first_difference(b.configuration, a.configuration);
  if (!configured.empty()) return complaints.add(both + configured + " there");
  if (a.objectives != b.objectives || !same_shape(a.layout(), b.layout()))
    return complaints.add(both + "the objectives, phases or classes differ");
  const bool sim = a.mode == "sim";
  const std::string other = sim ? other_world(a, b) : other_lists(a, b);
  if (other.empty()) return;
  complaints.add(both + other + (sim ? ", so it simulated another world: another build, or "
                                       "something that is not deterministic"
                                     : ""));
}

// Why a simulated segment is no part of a whole run; empty: it is. Its result would be INVALID or
// would not exist, and a sum must not hide that.
std::string unfit_in_sim(const Measurements& m) {
  if (m.interrupted) return "was interrupted, so it saw only a part of its world; run it again";
  if (!m.never_started.empty()) return "never started (" + m.never_started + "); run it again";
  if (!m.missing.empty()) return "lacks segments itself; give the segments that were run";
  if (!m.stopped_early.empty() || !m.anytime.empty())
    return "could stop early, and one segment cannot know when the whole run is decided; run it "
           "again without --stop-early";
  const reports::Counts said = m.recorder.counts();
  const reports::Counts told = m.recorder.counts(reports::Filter{});
  if (said.planned == told.planned && said.sent == told.sent && !said.broken_law()) return {};
  return "its counts do not add up (" + std::to_string(said.planned) + " planned and " +
         std::to_string(said.sent) + " sent, the requests tell " + std::to_string(told.planned) +
         " and " + std::to_string(told.sent) + "); its measurements.json was changed, run it again";
}

void check(const std::vector<SegmentPart>& parts) {
  Complaints complaints;
  std::map<std::uint32_t, const SegmentPart*> seen;
  for (const SegmentPart& part : parts) {
    const Segment segment = part.measured->layout().segment;
    if (segment.is_whole()) {
      complaints.add(part.name + ": is a whole run, not a segment of one (`run --segment i/n`)");
      continue;
    }
    const auto [there, is_new] = seen.emplace(segment.index, &part);
    if (!is_new) {
      complaints.add(part.name + ": is segment " + segment.text() + ", and so is " +
                     there->second->name);
    }
    if (part.measured->mode != "sim") continue;
    const std::string unfit = unfit_in_sim(*part.measured);
    if (!unfit.empty()) complaints.add(part.name + ": " + unfit);
  }
  complaints.throw_if_any();
  for (std::size_t i = 1; i < parts.size(); ++i) compare(parts[0], parts[i], complaints);
  complaints.throw_if_any();
}

void add_up(InvariantResult& sum, const InvariantResult& more) {
  sum.checked += more.checked;
  sum.violation_count += more.violation_count;
  sum.violations.insert(sum.violations.end(), more.violations.begin(), more.violations.end());
  std::stable_sort(sum.violations.begin(), sum.violations.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  if (sum.violations.size() > InvariantResult::kWitnessesMax)
    sum.violations.resize(InvariantResult::kWitnessesMax);
  if (sum.skipped.empty()) sum.skipped = more.skipped;
  sum.verdict = sum.violation_count > 0 ? Verdict::fail
                : sum.checked > 0       ? Verdict::pass
                                        : Verdict::inconclusive;
}

// Every rule that says something of the segment as a generator, under the segment's name.
void keep_validity(const SegmentPart& part, Measurements& into) {
  const std::string prefix = "segment " + part.measured->layout().segment.text() + " ";
  for (ValidityResult rule : judge(part.measured).validity) {
    if (std::find(kOfTheWhole.begin(), kOfTheWhole.end(), rule.name) != kOfTheWhole.end()) continue;
    rule.name = prefix + rule.name;
    into.validity.push_back(std::move(rule));
  }
}

// Phases, faults and load line up only when scenario time began at one instant everywhere.
ValidityResult began_together(const std::vector<SegmentPart>& parts) {
  ValidityResult rule;
  rule.name = "began_together";
  rule.holds = true;
  for (const SegmentPart& part : parts) {
    const std::int64_t start = part.measured->start_unix_ms;
    if (start == 0 || start != parts[0].measured->start_unix_ms) rule.holds = false;
  }
  rule.detail = rule.holds ? "every segment began at the same --start-at"
                           : "the segments did not begin at one instant; give all of them the "
                             "same --start-at";
  return rule;
}

void add_live(const std::vector<SegmentPart>& parts, Measurements& into) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Measurements& more = *parts[i].measured;
    for (std::size_t k = 0; k < into.invariants.size(); ++k)
      add_up(into.invariants[k], more.invariants[k]);
    for (std::size_t k = 0; k < into.faults.size(); ++k)
      into.faults[k].fired += more.faults[k].fired;
    into.interrupted = into.interrupted || more.interrupted;
  }
  into.facts.clear();
  into.validity.clear();
  into.validity.push_back(began_together(parts));
  into.validity.push_back({"segments", true,
                           "invariants were judged in each segment, of its own users, and added "
                           "up; those that judge totals or shares hold for each segment alone"});
  for (const SegmentPart& part : parts) keep_validity(part, into);
}

std::vector<std::string> missing_of(const std::vector<SegmentPart>& parts) {
  std::vector<std::string> missing;
  const std::uint32_t count = parts[0].measured->layout().segment.count;
  for (std::uint32_t index = 1; index <= count; ++index) {
    const bool is_there = std::any_of(parts.begin(), parts.end(), [&](const SegmentPart& part) {
      return part.measured->layout().segment.index == index;
    });
    if (!is_there) missing.push_back(Segment{index, count}.text());
  }
  return missing;
}

}  // namespace

Measurements merged(const std::vector<SegmentPart>& parts) {
  check(parts);
  const Measurements& first = *parts[0].measured;
  Layout layout = first.layout();
  layout.segment = Segment{};
  Measurements whole(layout);
  whole.version = first.version;
  whole.scenario = first.scenario;
  whole.about = first.about;
  whole.seed = first.seed;
  whole.mode = first.mode;
  whole.sut = first.sut;
  whole.profile = first.profile;
  whole.time_scale = first.time_scale;
  whole.reproduce = first.reproduce;
  whole.configuration = first.configuration;
  whole.objectives = first.objectives;
  whole.invariants = first.invariants;
  whole.faults = first.faults;
  whole.interrupted = first.interrupted;
  whole.digest = first.digest;
  whole.start_unix_ms = first.start_unix_ms;
  whole.has_closed_loops = first.has_closed_loops;
  whole.facts = first.facts;
  whole.validity = first.validity;
  whole.missing = missing_of(parts);
  for (const SegmentPart& part : parts) {
    whole.recorder.merge(part.measured->recorder);
    const bool same_world = whole.mode == "sim" && &part != &parts.front();
    whole.lanes.add(part.measured->lanes, same_world);
    whole.planned_ahead += part.measured->planned_ahead;
  }
  if (whole.mode == "live") add_live(parts, whole);
  return whole;
}

}  // namespace harness
