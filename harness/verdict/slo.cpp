#include "harness/verdict/slo.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/recovery.hpp"
#include "reports/text.hpp"
#include "world/ensure.hpp"

namespace harness {

namespace {

using reports::Filter;
using reports::Histogram;
using reports::human_count;
using reports::human_duration;
using reports::human_share;
using reports::Outcome;
using reports::Recorder;
using reports::SloResult;
using reports::Verdict;
using world::Nanos;

constexpr double kPpm = 1e6;

// The evidence in a sentence: the confidence bound that decided, or what is missing.
std::string why_of(const SloResult& r, std::string_view verb, double budget,
                   const Confidence& confidence, std::uint64_t min_samples) {
  if (r.n == 0) return "no data: no request says anything about this objective";
  const double share = static_cast<double>(r.exceedances) / static_cast<double>(r.n);
  std::string why = fmt::format("{} of {} {} ({})", human_count(r.exceedances), human_count(r.n),
                                verb, human_share(share));
  if (r.undetermined > 0) why += fmt::format(", {} undetermined", human_count(r.undetermined));
  const std::string limit = human_share(budget);
  if (r.verdict == Verdict::pass)
    return why + fmt::format("; at {} confidence at most {}, within {}",
                             human_share(1 - confidence.pass),
                             human_share(upper_bound(r.exceedances + r.undetermined, r.n,
                                                     confidence.pass)), limit);
  if (r.verdict == Verdict::fail)
    return why + fmt::format("; at {} confidence at least {}, beyond {}",
                             human_share(1 - confidence.fail),
                             human_share(lower_bound(r.exceedances, r.n, confidence.fail)), limit);
  if (r.n < min_samples)
    return why + fmt::format("; {} samples are asked for", human_count(min_samples));
  const std::uint64_t able = samples_to_pass(0, budget, confidence.pass);
  if (able == 0 || r.n < able)
    return why + fmt::format("; no number of good ones can pass {} with fewer than {} requests",
                             limit, human_count(able));
  const std::uint64_t needed = samples_to_decide(r.exceedances, r.n, budget, confidence);
  if (needed == 0 || r.undetermined > 0)
    return why + "; too close to " + limit + " to tell";
  return why + fmt::format("; too close to {} to tell, about {} requests at this share would",
                           limit, human_count(needed));
}

// A gate on a share, with the minimum of samples: enough evidence to FAIL is enough.
Verdict gate(const SloResult& r, const Slo& slo, const Confidence& confidence) {
  const Verdict verdict =
      judge_share(r.exceedances, r.undetermined, r.n, slo.budget(), confidence);
  const bool is_too_few = verdict == Verdict::pass && r.n < slo.min_samples;
  return is_too_few ? Verdict::inconclusive : verdict;
}

// The percentile among all n, where whatever has no good latency ranks above all that have one.
void add_percentile(SloResult& r, const Slo& slo, const Histogram& good) {
  if (r.n == 0) return;
  const std::uint64_t rank = reports::nearest_rank(r.n, slo.percentile_ppm);
  if (rank <= good.count()) r.value = reports::milliseconds(good.at_rank(rank));
  const Ranks ranks = quantile_ranks(r.n, slo.percentile_ppm / kPpm);
  if (ranks.low >= 1 && ranks.low <= good.count())
    r.ci_low = reports::milliseconds(good.lowest_at_rank(ranks.low));
  if (ranks.high && *ranks.high <= good.count())
    r.ci_high = reports::milliseconds(good.at_rank(*ranks.high));
}

SloResult judge_latency(const Slo& slo, const Recorder& recorder, Filter where,
                        const reports::ThresholdCount& count, const Confidence& confidence) {
  SloResult r;
  r.unit = "ms";
  r.bound = reports::milliseconds(Nanos(slo.bound));
  r.n = count.n;
  r.exceedances = count.exceedances;
  r.undetermined = count.undetermined;
  const bool is_lateness = slo.latency == reports::Latency::lateness;
  add_percentile(r, slo, is_lateness ? recorder.histogram(slo.latency, where)
                                     : recorder.histogram(slo.latency, Outcome::ok, where));
  r.verdict = gate(r, slo, confidence);
  r.why = why_of(r, "exceed or failed", slo.budget(), confidence, slo.min_samples);
  return r;
}

SloResult judge_error_rate(const Slo& slo, const Recorder& recorder, Filter where,
                           const Confidence& confidence) {
  const reports::Counts counts = recorder.counts(where);
  SloResult r;
  r.unit = "ratio";
  r.bound = slo.budget();
  r.undetermined = counts.of(Outcome::in_flight);
  r.n = counts.judged() + r.undetermined;
  r.exceedances = counts.failed();
  if (counts.judged() > 0)
    r.value = static_cast<double>(counts.failed()) / static_cast<double>(counts.judged());
  if (r.n > 0) {
    r.ci_low = wilson(r.exceedances, r.n).low;
    r.ci_high = wilson(r.exceedances + r.undetermined, r.n).high;
  }
  r.verdict = gate(r, slo, confidence);
  r.why = why_of(r, "failed", slo.budget(), confidence, slo.min_samples);
  return r;
}

// Measured, not estimated: the recovery lies between two instants, and the bound outside of them
// decides.
SloResult judge_recovery(const Slo& slo, const Recorder& recorder, const JudgeInput& input) {
  SloResult r;
  r.unit = "s";
  r.bound = reports::seconds(Nanos(slo.bound));
  if (!input.healed) {
    r.why = "no data: there is no instant at which every fault has healed within the run";
    return r;
  }
  const Recovery recovery = recovery_after(*input.healed, recorder.timeline().seconds());
  r.n = recovery.requests;
  r.exceedances = recovery.bad;
  if (r.n == 0) {
    r.why = "no data: no request was planned after the last fault had healed";
    return r;
  }
  const auto is_within = [&](Nanos t) {
    return slo.inclusive ? t.count() <= slo.bound : t.count() < slo.bound;
  };
  r.ci_low = reports::seconds(recovery.at_least);
  if (recovery.at_most) {
    r.value = reports::seconds(*recovery.at_most);
    r.ci_high = r.value;
    r.why = fmt::format("good service from {} after the last fault healed",
                        human_duration(*recovery.at_most));
  } else {
    r.why = fmt::format("service did not recover in the {} from the heal to the last request",
                        human_duration(recovery.observed));
  }
  if (!is_within(recovery.at_least)) r.verdict = Verdict::fail;
  else if (recovery.at_most && is_within(*recovery.at_most)) r.verdict = Verdict::pass;
  else r.verdict = Verdict::inconclusive;
  if (r.verdict == Verdict::inconclusive && recovery.at_most)
    r.why += fmt::format(", last bad second at {}; too few requests between them",
                         human_duration(recovery.at_least));
  if (r.verdict == Verdict::pass && r.n < slo.min_samples) {
    r.verdict = Verdict::inconclusive;
    r.why += fmt::format("; {} samples are asked for", human_count(slo.min_samples));
  }
  return r;
}

}  // namespace

double Slo::budget() const {
  const std::int64_t ppm = kind == MetricKind::error_rate ? bound : 1'000'000 - percentile_ppm;
  return static_cast<double>(ppm) / kPpm;
}

void register_thresholds(std::span<const Slo> slos, reports::Layout& layout) {
  constexpr std::uint32_t kTailPpm = 950'000;  // a lower percentile lets too many good ones exceed
  for (const Slo& slo : slos) {
    const Filter where = filter_of(slo, layout.phases, layout.classes);
    if (slo.kind != MetricKind::latency) continue;
    layout.thresholds.push_back({slo.latency, Nanos(slo.bound), slo.inclusive, where});
    const bool is_of_all = slo.cls.empty() && slo.phase.empty();
    if (slo.latency == reports::Latency::response && is_of_all && slo.percentile_ppm >= kTailPpm)
      layout.good_within = std::min(layout.good_within, Nanos(slo.bound));
  }
}

std::vector<SloResult> judge_slos(std::span<const Slo> slos, const Recorder& recorder,
                                  const JudgeInput& input) {
  const reports::Layout& layout = recorder.layout();
  const Confidence confidence = input.confidence.shared_by(slos.size());
  std::vector<SloResult> results;
  std::size_t next_threshold = 0;
  for (const Slo& slo : slos) {
    const Filter where = filter_of(slo, layout.phases, layout.classes);
    SloResult result;
    switch (slo.kind) {
      case MetricKind::latency:
        ENSURE(next_threshold < layout.thresholds.size(), "objectives were registered before");
        result = judge_latency(slo, recorder, where, recorder.threshold(next_threshold++),
                               confidence);
        break;
      case MetricKind::error_rate:
        result = judge_error_rate(slo, recorder, where, confidence);
        break;
      case MetricKind::recovery_time: result = judge_recovery(slo, recorder, input); break;
    }
    result.expr = slo.expr;
    results.push_back(std::move(result));
  }
  return results;
}

std::uint64_t samples_needed(const Slo& slo, const Confidence& confidence) {
  if (slo.kind == MetricKind::recovery_time) return 0;
  const std::uint64_t able = samples_to_pass(0, slo.budget(), confidence.pass);
  return able == 0 ? 0 : std::max(able, slo.min_samples);
}

}  // namespace harness
