#include "harness/verdict/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/verdict/statistics.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

using reports::human_count;
using reports::human_duration;
using reports::human_share;
using reports::Outcome;
using reports::ValidityResult;
using world::Nanos;

// part / whole <= ppm / 1e6 without rounding.
bool is_within(std::uint64_t part, std::uint64_t whole, std::uint32_t ppm) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<Wide>(part) * 1'000'000 <= static_cast<Wide>(whole) * ppm;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double share(std::uint32_t ppm) { return ppm / 1e6; }

ValidityResult something_sent(const ValidityFacts& f, const ValidityLimits&) {
  return {"something_sent", f.counts.sent > 0,
          fmt::format("{} of {} planned requests were sent", human_count(f.counts.sent),
                      human_count(f.counts.planned))};
}

ValidityResult conservation(const ValidityFacts& f, const ValidityLimits&) {
  const auto broken = f.counts.broken_law();
  return {"conservation", !broken, broken ? *broken : "every planned request is accounted for"};
}

ValidityResult nothing_dropped(const ValidityFacts& f, const ValidityLimits& limits) {
  const std::uint64_t dropped = f.counts.of(Outcome::dropped);
  return {"dropped", is_within(dropped, f.counts.planned, limits.dropped_max_ppm),
          fmt::format("{} of {} planned requests were never sent ({}, limit {})",
                      human_count(dropped), human_count(f.counts.planned),
                      human_share(share(dropped, f.counts.planned)),
                      human_share(share(limits.dropped_max_ppm)))};
}

ValidityResult lateness(const ValidityFacts& f, const ValidityLimits& limits) {
  const Nanos limit = lateness_limit(f.tightest_bound, f.time_scale, limits);
  return {"lateness", f.lateness_p99 <= limit,
          fmt::format("the generator sent its requests late by {} at p99 (limit {})",
                      human_duration(f.lateness_p99), human_duration(limit))};
}

// More than 1 % of n, as a percentile says it. A hundred requests can show one of a hundred; fewer
// must leave no doubt, for one late timer of this host is nothing that the generator does.
bool more_than_a_hundredth(std::uint64_t part, std::uint64_t n) {
  constexpr std::uint64_t kEnough = 100;
  constexpr double kDoubt = 0.005;
  if (is_within(part, n, 10'000)) return false;
  return n >= kEnough || lower_bound(part, n, kDoubt) > 0.01;
}

ValidityResult calibration(const ValidityFacts& f, const ValidityLimits&) {
  if (!f.calibration) return {"calibration", true, "not measured"};
  const CalibrationFacts& c = *f.calibration;
  if (c.left_out)
    return {"calibration", true,
            "left out (--no-calibration): whether the generator alone can hold the plan was not "
            "measured",
            true};
  if (c.planned == 0) return {"calibration", true, "no request of the plan has an instant"};
  const std::uint64_t missed = c.planned - std::min(c.planned, c.sent_in_time);
  const bool holds =
      !more_than_a_hundredth(missed, c.planned) && !more_than_a_hundredth(c.late, c.planned);
  return {"calibration", holds,
          fmt::format("against a target that answers at once, the generator sent {} of the {} "
                      "requests of the plan's busiest second in time ({}, at least 99%), late by "
                      "{} at p99 (limit {})",
                      human_count(c.sent_in_time), human_count(c.planned),
                      human_share(share(c.sent_in_time, c.planned)),
                      human_duration(c.lateness_p99), human_duration(c.lateness_limit))};
}

ValidityResult fake_lateness(const ValidityFacts& f, const ValidityLimits&) {
  if (!f.fakes) return {"fake_lateness", true, "not measured"};
  const FakeLateness& l = *f.fakes;
  if (l.writes == 0) return {"fake_lateness", true, "the fakes wrote nothing that was due"};
  return {"fake_lateness", !more_than_a_hundredth(l.late, l.writes),
          fmt::format("the fakes' own writes left late by {} at p99 (limit {}) and {} at most; {} "
                      "of {} were over the limit",
                      human_duration(l.p99), human_duration(l.limit), human_duration(l.most),
                      human_count(l.late), human_count(l.writes))};
}

ValidityResult capacity(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.calibration || !f.calibration->capacity)
    return {"capacity", true, "no closed loop, or not measured"};
  const double limit = *f.calibration->capacity * share(limits.capacity_share_ppm);
  return {"capacity", f.closed_rate <= limit,
          fmt::format("the closed loops made {:.0f} requests/s; the generator alone makes {:.0f}/s "
                      "against a target that answers at once (limit {} of that)",
                      f.closed_rate, *f.calibration->capacity,
                      human_share(share(limits.capacity_share_ppm)))};
}

ValidityResult faults_fired(const ValidityFacts& f, const ValidityLimits&) {
  std::string silent;
  for (const reports::FaultResult& fault : f.faults)
    if (fault.fired == 0)
      silent += fmt::format("{}{} ({}..{})", silent.empty() ? "" : ", ", fault.id,
                            human_duration(world::since_start(fault.begin)),
                            human_duration(world::since_start(fault.end)));
  if (silent.empty())
    return {"faults_fired", true,
            fmt::format("{} of {} faults fired", f.faults.size(), f.faults.size())};
  // An interrupted run is INCONCLUSIVE whatever its faults did.
  if (f.interrupted) return {"faults_fired", true, "had not fired when interrupted: " + silent};
  return {"faults_fired", false,
          "never fired: " + silent + "; did any request come while it was open?"};
}

ValidityResult baseline(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.baseline) return {"baseline", true, "the scenario has no phase named baseline"};
  const std::uint64_t failed = f.baseline->failed(), judged = f.baseline->judged();
  if (judged == 0)
    return {"baseline", false, "no request of the phase baseline ended: it shows nothing"};
  return {"baseline", is_within(failed, judged, limits.baseline_errors_max_ppm),
          fmt::format("{} of {} requests failed before any fault ({}, limit {})",
                      human_count(failed), human_count(judged), human_share(share(failed, judged)),
                      human_share(share(limits.baseline_errors_max_ppm)))};
}

// Not invalid: a scenario may be about invariants while everything is down. But a green that says
// nothing of it would be read as health.
ValidityResult requests_failed(const ValidityFacts& f, const ValidityLimits& limits) {
  const std::uint64_t failed = f.counts.failed(), judged = f.counts.judged();
  const std::string counted =
      fmt::format("{} of {} requests failed ({})", human_count(failed), human_count(judged),
                  human_share(share(failed, judged)));
  const std::uint64_t left = f.counts.of(Outcome::cancelled);
  if (left > 0 && !is_within(left, f.counts.sent, limits.failed_warn_ppm)) {
    return {"requests_failed_unjudged", true,
            fmt::format("{} of {} requests were given up by their users, and count neither as "
                        "failed nor as answered: this verdict is about the others",
                        human_count(left), human_count(f.counts.sent)),
            true};
  }
  if (f.failures_judged) return {"requests_failed_unjudged", true, counted + ", which is judged"};
  const bool warns = !is_within(failed, judged, limits.failed_warn_ppm);
  return {"requests_failed_unjudged", true,
          counted + ", and no objective counts failures" +
              (warns ? ": this verdict does not say that the target worked; add an objective as "
                       "error_rate < 5%"
                     : ""),
          warns};
}

ValidityResult overflow(const ValidityFacts& f, const ValidityLimits&) {
  return {"overflow", f.overflow == 0,
          fmt::format("{} durations beyond 24h", human_count(f.overflow))};
}

ValidityResult own_cpu(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.own_cpu_ppm) return {"own_cpu", true, "not measured"};
  return {"own_cpu", *f.own_cpu_ppm <= limits.own_cpu_max_ppm,
          fmt::format("the generator's busiest thread used {} of a core (limit {})",
                      human_share(share(*f.own_cpu_ppm)),
                      human_share(share(limits.own_cpu_max_ppm)))};
}

ValidityResult descriptors(const ValidityFacts& f, const ValidityLimits&) {
  const std::string refused =
      fmt::format("{} requests found no descriptor or port", human_count(f.no_room));
  if (!f.descriptors) return {"descriptors", f.no_room == 0, refused};
  const DescriptorFacts& d = *f.descriptors;
  return {"descriptors", f.no_room == 0 && d.needed <= d.limit,
          fmt::format("{}; a process needed up to {} descriptors of {} allowed, and {} if the "
                      "target never answered",
                      refused, human_count(d.needed), human_count(d.limit),
                      human_count(d.could_need))};
}

ValidityResult clocks(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.clocks) return {"clocks", true, "not measured"};
  const ClockFacts& c = *f.clocks;
  return {"clocks",
          c.wall_jump <= limits.wall_jump_max && c.wall_drift <= limits.wall_jump_max &&
              c.suspended <= limits.suspended_max,
          fmt::format("the wall clock moved against the steady one by {} at once and {} in all "
                      "(limit {}); the machine slept for {} (limit {})",
                      human_duration(c.wall_jump), human_duration(c.wall_drift),
                      human_duration(limits.wall_jump_max), human_duration(c.suspended),
                      human_duration(limits.suspended_max))};
}

ValidityResult loop_stalls(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.clocks) return {"loop_stalls", true, "not measured"};
  return {"loop_stalls", f.clocks->loop_stall <= limits.loop_stall_max,
          fmt::format("the generator's loop stood still for at most {} of wall time (limit {})",
                      human_duration(f.clocks->loop_stall),
                      human_duration(limits.loop_stall_max))};
}

constexpr std::array<ValidityRule, 15> kValidityRules{{
    {"something_sent", "at least one request was sent", something_sent, false},
    {"conservation", "planned = sent + dropped, and sent = the sum of its outcomes", conservation,
     false},
    {"dropped", "no more planned requests were dropped than allowed (none)", nothing_dropped,
     false},
    {"lateness", "lateness p99 is within 1 % of the tightest latency bound, or 5 ms of wall time",
     lateness, true},
    {"calibration",
     "before the run, against a target that answers at once, the generator alone sent 99 % of the "
     "plan's busiest second in time, within the limit of lateness at p99",
     calibration, true},
    {"fake_lateness",
     "the fakes' own writes left late by at most 100 ms of wall time at p99, or a tenth of the "
     "tightest latency bound if that is less, or what is accepted of requests if that is more",
     fake_lateness, true},
    {"capacity", "closed loops made at most 90 % of the requests that the generator alone can make",
     capacity, true},
    {"faults_fired", "every fault of the scenario fired at least once", faults_fired, false},
    {"baseline", "at most 5 % of the requests of a phase named baseline failed", baseline, false},
    {"requests_failed_unjudged",
     "warns when most requests failed and no objective counts failed requests", requests_failed,
     false},
    {"overflow", "no duration is beyond the histograms (24 h)", overflow, false},
    {"own_cpu", "the generator's busiest thread used at most 90 % of a core", own_cpu, true},
    {"descriptors", "no request lacked a descriptor or port, and the limit was not passed",
     descriptors, true},
    {"clocks", "the wall clock was not set by more than 500 ms, and the machine did not sleep",
     clocks, true},
    {"loop_stalls", "the generator's loop never stood still for more than 1 s", loop_stalls, true},
}};

}  // namespace

std::span<const ValidityRule> validity_rules() { return kValidityRules; }

// A failed request exceeds every bound of a response, of a stream's first event and of its stalls
// (see ThresholdCount), and is a bad one of its second.
bool judges_failures(std::span<const Slo> slos) {
  return std::any_of(slos.begin(), slos.end(), [](const Slo& slo) {
    // Those that survived say nothing of those that did not.
    const bool of_survivors = slo.outcome || slo.statistic == Statistic::min ||
                              slo.statistic == Statistic::count || slo.statistic == Statistic::avg;
    if (of_survivors) return false;
    switch (slo.kind) {
      case MetricKind::error_rate:
      case MetricKind::goodput:
      case MetricKind::throughput:
      case MetricKind::recovery_time: return true;
      case MetricKind::retry_amplification:
      case MetricKind::fairness:
      case MetricKind::memory_slope: return false;
      case MetricKind::latency:
        return slo.latency != reports::Latency::lateness &&
               slo.latency != reports::Latency::inter_token &&
               slo.latency != reports::Latency::queue_wait &&
               slo.latency != reports::Latency::agent_added &&
               slo.latency != reports::Latency::status;
    }
    return false;
  });
}

ValidityFacts facts_of(const reports::Recorder& recorder, bool live) {
  ValidityFacts facts;
  facts.live = live;
  facts.counts = recorder.counts();
  facts.lateness_p99 = recorder.histogram(reports::Latency::lateness).percentile(990'000);
  facts.overflow = recorder.overflow();
  // Requests that were dropped for want of room have a rule of their own.
  const std::uint64_t no_capacity = recorder.failures(reports::Failure::no_capacity);
  facts.no_room = no_capacity - std::min(no_capacity, facts.counts.of(Outcome::dropped));
  for (const reports::Threshold& threshold : recorder.layout().thresholds)
    if (threshold.exceeds == reports::Threshold::Exceeds::latency && threshold.bound > Nanos{0} &&
        threshold.latency != reports::Latency::lateness)
      facts.tightest_bound =
          std::min(facts.tightest_bound.value_or(threshold.bound), threshold.bound);
  const auto& phases = recorder.layout().phases;
  for (std::uint32_t i = 0; i < phases.size(); ++i)
    if (phases[i].name == "baseline")
      facts.baseline = recorder.counts({i, reports::Filter::kAll});
  return facts;
}

Nanos lateness_limit(std::optional<Nanos> tightest_bound, double time_scale,
                     const ValidityLimits& limits) {
  const double floor = static_cast<double>(limits.lateness_floor.count()) * time_scale;
  if (!tightest_bound) return Nanos(static_cast<std::int64_t>(floor));
  const double of_bound =
      static_cast<double>(tightest_bound->count()) * share(limits.lateness_share_ppm);
  return Nanos(static_cast<std::int64_t>(std::max(floor, of_bound)));
}

Nanos fake_lateness_limit(std::optional<Nanos> tightest_bound, double time_scale,
                          const ValidityLimits& limits) {
  double most = static_cast<double>(limits.fakes_late_max.count()) * time_scale;
  if (tightest_bound) {
    most = std::min(most, static_cast<double>(tightest_bound->count()) *
                              share(limits.fakes_late_share_ppm));
  }
  return std::max(Nanos(static_cast<std::int64_t>(most)),
                  lateness_limit(tightest_bound, time_scale, limits));
}

std::optional<ValidityResult> generator_too_slow(const CalibrationFacts& measured) {
  ValidityFacts facts;
  facts.calibration = measured;
  ValidityResult result = calibration(facts, {});
  if (result.holds) return std::nullopt;
  return result;
}

std::vector<ValidityResult> check_validity(const ValidityFacts& facts,
                                           const ValidityLimits& limits) {
  std::vector<ValidityResult> results;
  for (const ValidityRule& rule : kValidityRules)
    if (facts.live || !rule.live_only) results.push_back(rule.check(facts, limits));
  return results;
}

}  // namespace harness
