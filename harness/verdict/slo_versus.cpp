// The limit comes from the same run, so it has an error of its own: half of the confidence is spent
// on the baseline's interval and half on the share that exceeds the limit which its end gives. It
// is not known before the run, so exceedances are read off the histogram; a counter that the limit
// cuts counts against whatever is to be shown.
#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/slo_judge.hpp"
#include "reports/text.hpp"

namespace harness::slo_judge {

namespace {

using reports::Histogram;
using reports::human_count;
using reports::human_quantity;
using reports::human_share;
using reports::Outcome;
using reports::SloResult;
using reports::Verdict;

// The requests of some phases: those with a value, and what ranks above them or is open.
struct Sample {
  Histogram values;
  Histogram cancelled;   // these exceed when they took longer than the limit, or say nothing
  Histogram unfinished;  // these exceed, or are undetermined
  std::uint64_t failed = 0;
};

bool is_baseline(const Case& c, std::uint32_t phase) {
  return c.recorder.layout().phases[phase].name == "baseline";
}

// Of the baseline, or of what is compared with it: the objective's phase, or all but the baseline.
Sample sample_of(const Case& c, bool of_baseline) {
  Sample sample;
  const bool is_of_stream = c.slo.latency == reports::Latency::ttft ||
                            c.slo.latency == reports::Latency::stall;
  for (std::uint32_t i = 0; i < c.recorder.layout().phases.size(); ++i) {
    reports::Filter where = c.where;
    const bool is_wanted = of_baseline ? is_baseline(c, i)
                           : where.phase == reports::Filter::kAll ? !is_baseline(c, i)
                                                                  : where.phase == i;
    if (!is_wanted) continue;
    where.phase = i;
    if (is_of_stream) where.streamed = true;
    sample.values.merge(values_of(c, where));
    if (where.outcome) continue;
    const reports::Counts counts = c.recorder.counts(where);
    if (c.slo.latency == reports::Latency::lateness) sample.failed += counts.of(Outcome::dropped);
    if (has_every_request(c.slo.latency)) continue;
    sample.failed += counts.failed();
    sample.cancelled.merge(c.recorder.histogram(c.slo.latency, Outcome::cancelled, where));
    sample.unfinished.merge(c.recorder.histogram(c.slo.latency, Outcome::in_flight, where));
  }
  return sample;
}

// How many are above a limit; `generous`: with those that may be, being in the same counter.
std::uint64_t above(const Histogram& histogram, double limit_ms, bool generous) {
  std::uint64_t count = 0;
  histogram.for_each([&](std::size_t index, std::uint64_t in_it) {
    const std::int64_t edge = generous ? Histogram::highest_equivalent(index)
                                       : Histogram::lowest_equivalent(index);
    if (static_cast<double>(edge) / 1e6 > limit_ms) count += in_it;
  });
  return count;
}

struct Shares {
  std::uint64_t n = 0;
  std::uint64_t k = 0;
  std::uint64_t undetermined = 0;
};

Shares shares_of(const Sample& sample, double limit_ms, bool generous) {
  Shares shares;
  const std::uint64_t cancelled = above(sample.cancelled, limit_ms, generous);
  const std::uint64_t unfinished = above(sample.unfinished, limit_ms, generous);
  shares.n = sample.values.count() + sample.failed + cancelled + sample.unfinished.count();
  shares.k = above(sample.values, limit_ms, generous) + sample.failed + cancelled + unfinished;
  shares.undetermined = sample.unfinished.count() - unfinished;
  return shares;
}

// The larger of the two margins above a value, both in the value's unit.
double limit_of(const Slo& slo, double value) {
  const double relative = value * (1 + slo.versus->relative_ppm / 1e6);
  const double absolute = value + static_cast<double>(slo.versus->absolute) / 1e6;
  return std::max(slo.versus->relative_ppm > 0 ? relative : value,
                  slo.versus->absolute > 0 ? absolute : value);
}

// The baseline's end that makes a PASS hard, and the one that makes a FAIL hard; nothing: unknown.
struct Ends {
  std::optional<double> low;
  std::optional<double> value;
  std::optional<double> high;
};

Ends percentile_ends(const Slo& slo, const Sample& base, const Confidence& half) {
  SloResult at_pass, at_fail;
  at_pass.n = at_fail.n = base.values.count() + base.failed;
  add_percentile(at_pass, slo, base.values, 2 * half.pass);
  add_percentile(at_fail, slo, base.values, 2 * half.fail);
  return {at_pass.ci_low, at_pass.value, at_fail.ci_high};
}

std::string baseline_text(const Ends& ends, const SloResult& r, std::uint64_t n) {
  return fmt::format("the baseline's {} of {} requests gives a limit of {}; ",
                     human_quantity(ends.value, r.unit, "-"), human_count(n),
                     human_quantity(r.bound, r.unit, "-"));
}

SloResult without_baseline(SloResult r) {
  r.why = "no data: the baseline has no value to compare with";
  return r;
}

std::string outcome_text(const SloResult& r) {
  switch (r.verdict) {
    case Verdict::pass: return ", within it even at the lower end of the baseline's interval";
    case Verdict::fail: return ", beyond it even at the upper end of the baseline's interval";
    default: return "; too close to tell with so many requests";
  }
}

SloResult judge_percentile(const Case& c, const Confidence& half) {
  SloResult r;
  r.unit = "ms";
  const Sample base = sample_of(c, true), own = sample_of(c, false);
  const Ends ends = percentile_ends(c.slo, base, half);
  if (!ends.value) return without_baseline(std::move(r));
  r.bound = limit_of(c.slo, *ends.value);
  const Shares shown = shares_of(own, r.bound, false);
  r.n = shown.n;
  r.exceedances = shown.k;
  r.undetermined = shown.undetermined;
  r.why = kNoData;
  if (r.n == 0) return r;
  add_percentile(r, c.slo, own.values);
  r.verdict = Verdict::inconclusive;
  if (ends.low) {
    const Shares s = shares_of(own, limit_of(c.slo, *ends.low), true);
    if (judge_share(s.k, s.undetermined, s.n, c.slo.budget(), half) == Verdict::pass)
      r.verdict = Verdict::pass;
  }
  if (ends.high) {
    const Shares s = shares_of(own, limit_of(c.slo, *ends.high), false);
    if (judge_share(s.k, s.undetermined, s.n, c.slo.budget(), half) == Verdict::fail)
      r.verdict = Verdict::fail;
  }
  r.why = baseline_text(ends, r, base.values.count() + base.failed) +
          fmt::format("{} of {} took longer or failed{}", human_count(r.exceedances),
                      human_count(r.n), outcome_text(r));
  return r;
}

SloResult judge_error_rate(const Case& c, const Confidence& half) {
  SloResult r;
  r.unit = "ratio";
  const Sample base = sample_of(c, true), own = sample_of(c, false);
  const std::uint64_t base_n = base.values.count() + base.failed;
  if (base_n == 0) return without_baseline(std::move(r));
  const Ends ends{lower_bound(base.failed, base_n, half.pass),
                  static_cast<double>(base.failed) / static_cast<double>(base_n),
                  upper_bound(base.failed, base_n, half.fail)};
  r.bound = limit_of(c.slo, *ends.value);
  r.undetermined = own.unfinished.count();
  r.n = own.values.count() + own.failed + r.undetermined;
  r.exceedances = own.failed;
  r.why = kNoData;
  if (r.n == 0) return r;
  if (r.n > r.undetermined)
    r.value = static_cast<double>(r.exceedances) / static_cast<double>(r.n - r.undetermined);
  r.ci_low = wilson(r.exceedances, r.n).low;
  r.ci_high = wilson(r.exceedances + r.undetermined, r.n).high;
  r.verdict = Verdict::inconclusive;
  const auto judged = [&](double limit) {
    if (!(limit > 0) || limit >= 1) return Verdict::inconclusive;
    return judge_share(r.exceedances, r.undetermined, r.n, limit, half);
  };
  if (judged(limit_of(c.slo, *ends.low)) == Verdict::pass) r.verdict = Verdict::pass;
  if (judged(limit_of(c.slo, *ends.high)) == Verdict::fail) r.verdict = Verdict::fail;
  r.why = baseline_text(ends, r, base_n) +
          fmt::format("{} of {} failed{}", human_count(r.exceedances), human_count(r.n),
                      outcome_text(r));
  return r;
}

SloResult judge_average(const Case& c, const Confidence& half) {
  SloResult r;
  r.unit = "ms";
  Strata base, own;
  const reports::Layout& layout = c.recorder.layout();
  const Strata strata = strata_of(c, {world::Instant{}, world::Instant{} + layout.duration});
  for (std::uint32_t i = 0; i < strata.size(); ++i) {
    if (is_baseline(c, i)) base.push_back(strata[i]);
    else if (c.where.phase == reports::Filter::kAll || c.where.phase == i) own.push_back(strata[i]);
  }
  const auto base_mean = mean_of(base), own_mean = mean_of(own);
  if (!base_mean) return without_baseline(std::move(r));
  const Ends ends{base_mean->below(half.pass), base_mean->mean, base_mean->above(half.fail)};
  r.bound = limit_of(c.slo, *ends.value);
  const Window all = total_of(own);
  r.n = all.values;
  r.undetermined = unfinished(c);
  r.why = kNoData;
  if (!own_mean) return r;
  r.value = own_mean->mean;
  r.ci_low = std::max(0.0, own_mean->below(0.025));
  r.ci_high = own_mean->above(0.025);
  r.verdict = Verdict::inconclusive;
  if (own_mean->above(half.pass) <= limit_of(c.slo, *ends.low) && r.undetermined == 0)
    r.verdict = Verdict::pass;
  if (own_mean->below(half.fail) > limit_of(c.slo, *ends.high)) r.verdict = Verdict::fail;
  r.why = baseline_text(ends, r, total_of(base).values) +
          fmt::format("the mean of {} is {}{}", human_count(r.n),
                      human_quantity(r.value, r.unit, "-"), outcome_text(r));
  return r;
}

}  // namespace

SloResult judge_versus(const Case& c) {
  const Confidence half{c.confidence.pass / 2, c.confidence.fail / 2};
  SloResult r = c.slo.kind == MetricKind::error_rate      ? judge_error_rate(c, half)
                : c.slo.statistic == Statistic::percentile ? judge_percentile(c, half)
                                                           : judge_average(c, half);
  demand_minimum(r, c.slo);
  return r;
}

}  // namespace harness::slo_judge
