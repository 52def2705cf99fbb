#include "harness/verdict/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
  double limit_ns = static_cast<double>(limits.lateness_floor.count()) * f.time_scale;
  if (f.tightest_bound)
    limit_ns = std::max(limit_ns, static_cast<double>(f.tightest_bound->count()) *
                                      share(limits.lateness_share_ppm));
  const Nanos limit(static_cast<std::int64_t>(limit_ns));
  return {"lateness", f.lateness_p99 <= limit,
          fmt::format("the generator sent its requests late by {} at p99 (limit {})",
                      human_duration(f.lateness_p99), human_duration(limit))};
}

ValidityResult faults_fired(const ValidityFacts& f, const ValidityLimits&) {
  std::string silent;
  for (const reports::FaultResult& fault : f.faults)
    if (fault.fired == 0) silent += (silent.empty() ? "" : ", ") + fault.id;
  return {"faults_fired", silent.empty(),
          silent.empty() ? fmt::format("{} of {} faults fired", f.faults.size(), f.faults.size())
                         : "never fired: " + silent};
}

ValidityResult baseline(const ValidityFacts& f, const ValidityLimits& limits) {
  if (!f.baseline) return {"baseline", true, "the scenario has no phase named baseline"};
  const std::uint64_t failed = f.baseline->failed(), judged = f.baseline->judged();
  return {"baseline", judged > 0 && is_within(failed, judged, limits.baseline_errors_max_ppm),
          fmt::format("{} of {} requests failed before any fault ({}, limit {})",
                      human_count(failed), human_count(judged), human_share(share(failed, judged)),
                      human_share(share(limits.baseline_errors_max_ppm)))};
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

constexpr std::array<ValidityRule, 8> kValidityRules{{
    {"something_sent", "at least one request was sent", something_sent, false},
    {"conservation", "planned = sent + dropped, and sent = the sum of its outcomes", conservation,
     false},
    {"dropped", "no more planned requests were dropped than allowed (none)", nothing_dropped,
     false},
    {"lateness", "lateness p99 is within 1 % of the tightest latency bound, or 5 ms of wall time",
     lateness, true},
    {"faults_fired", "every fault of the scenario fired at least once", faults_fired, false},
    {"baseline", "at most 5 % of the requests of a phase named baseline failed", baseline, false},
    {"overflow", "no duration is beyond the histograms (24 h)", overflow, false},
    {"own_cpu", "the generator's busiest thread used at most 90 % of a core", own_cpu, true},
}};

}  // namespace

std::span<const ValidityRule> validity_rules() { return kValidityRules; }

ValidityFacts facts_of(const reports::Recorder& recorder, bool live) {
  ValidityFacts facts;
  facts.live = live;
  facts.counts = recorder.counts();
  facts.lateness_p99 = recorder.histogram(reports::Latency::lateness).percentile(990'000);
  facts.overflow = recorder.overflow();
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

std::vector<ValidityResult> check_validity(const ValidityFacts& facts,
                                           const ValidityLimits& limits) {
  std::vector<ValidityResult> results;
  for (const ValidityRule& rule : kValidityRules)
    if (facts.live || !rule.live_only) results.push_back(rule.check(facts, limits));
  return results;
}

}  // namespace harness
