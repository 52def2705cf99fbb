#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/recovery.hpp"
#include "harness/verdict/slo_judge.hpp"
#include "reports/text.hpp"

namespace harness::slo_judge {

namespace {

using reports::human_count;
using reports::human_duration;
using reports::human_quantity;
using reports::Outcome;
using reports::SloResult;
using reports::Verdict;
using world::Nanos;

double as_double(std::uint64_t count) { return static_cast<double>(count); }

// The recovery lies between two instants, and the bound outside of them decides.
SloResult judge_recovery(const Case& c) {
  SloResult r;
  r.unit = "s";
  r.bound = c.slo.shown_bound();
  if (!c.input.healed) {
    r.why = "no data: there is no instant at which every fault has healed within the run";
    return r;
  }
  const Recovery recovery = recovery_after(*c.input.healed, c.recorder.timeline().seconds());
  r.n = recovery.requests;
  r.exceedances = recovery.bad;
  if (r.n == 0) {
    r.why = "no data: no request was planned after the last fault had healed";
    return r;
  }
  const auto is_within = [&](Nanos t) {
    return c.slo.inclusive() ? t.count() <= c.slo.bound : t.count() < c.slo.bound;
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
  return r;
}

// Two numbers that were counted, and one that they give.
void decide(SloResult& r, const Slo& slo, double value) {
  r.value = r.ci_low = r.ci_high = value;
  r.verdict = holds(value, slo.comparison, r.bound) ? Verdict::pass : Verdict::fail;
}

SloResult judge_amplification(const Case& c) {
  const LedgerFacts& facts = c.input.ledger;
  SloResult r;
  r.unit = "number";
  r.bound = c.slo.shown_bound();
  r.why = "no data: nobody counted the calls to providers";
  if (!facts.provider_calls || !facts.turns_asked) return r;
  r.n = *facts.turns_asked;
  r.why = "no data: no turn was asked";
  if (r.n == 0) return r;
  decide(r, c.slo, as_double(*facts.provider_calls) / as_double(r.n));
  r.why = fmt::format("{} calls to providers for {} turns", human_count(*facts.provider_calls),
                      human_count(r.n));
  return r;
}

SloResult judge_fairness(const Case& c) {
  const LedgerFacts& facts = c.input.ledger;
  SloResult r;
  r.unit = "number";
  r.bound = c.slo.shown_bound();
  r.n = facts.users;
  r.why = "no data: fairness needs at least two users who asked";
  if (!facts.jain_index || r.n < 2) return r;
  decide(r, c.slo, *facts.jain_index);
  r.why = fmt::format("Jain's index over {} users is {}", human_count(r.n),
                      reports::human_number(*facts.jain_index));
  return r;
}

SloResult judge_memory(const Case& c) {
  const LedgerFacts& facts = c.input.ledger;
  SloResult r;
  r.unit = "bytes/h";
  r.bound = c.slo.shown_bound();
  r.n = facts.memory_samples;
  r.why = "no data: the memory of the target was not measured";
  if (!facts.memory_slope_bytes_per_hour) return r;
  decide(r, c.slo, *facts.memory_slope_bytes_per_hour);
  r.why = fmt::format("{} over {} samples",
                      human_quantity(*facts.memory_slope_bytes_per_hour, r.unit, "-"),
                      human_count(r.n));
  return r;
}

// How many there are; those that are still under way may become one more of an outcome.
SloResult judge_count(const Case& c) {
  reports::Filter of_any_outcome = c.where;
  of_any_outcome.outcome.reset();
  const reports::Counts counts = c.recorder.counts(of_any_outcome);
  SloResult r;
  r.unit = "count";
  r.bound = c.slo.shown_bound();
  r.n = counts.planned;
  r.why = kNoData;
  if (r.n == 0) return r;
  const std::uint64_t count = c.slo.latency == reports::Latency::response
                                  ? c.recorder.counts(c.where).planned
                                  : c.recorder.histogram(c.slo.latency, c.where).count();
  if (c.slo.outcome && *c.slo.outcome != Outcome::in_flight)
    r.undetermined = counts.of(Outcome::in_flight);
  const double value = as_double(count), at_most = as_double(count + r.undetermined);
  decide(r, c.slo, value);
  r.ci_high = at_most;
  r.why = fmt::format("there are {} of {} requests", human_count(count), human_count(r.n));
  if (holds(at_most, c.slo.comparison, r.bound) == (r.verdict == Verdict::pass)) return r;
  r.verdict = Verdict::inconclusive;
  r.why += fmt::format(", {} undetermined", human_count(r.undetermined));
  return r;
}

SloResult judge_minimum(const Case& c) {
  const reports::Histogram values = values_of(c, c.where);
  SloResult r;
  r.unit = "ms";
  r.bound = c.slo.shown_bound();
  r.n = values.count();
  r.why = kNoData;
  if (r.n == 0) return r;
  decide(r, c.slo, reports::milliseconds(values.min()));
  r.why = fmt::format("the smallest of {} is {}", human_count(r.n), human_duration(values.min()));
  return r;
}

}  // namespace

SloResult judge_maximum(const Case& c, const Stretch& stretch) {
  const bool is_whole = c.slo.window.count() == 0;
  const Window all = total_of(strata_of(c, stretch));
  SloResult r;
  r.rule = "measured";
  r.unit = "ms";
  r.bound = c.slo.shown_bound();
  r.n = all.n;
  r.exceedances = all.exceedances;
  r.undetermined = all.undetermined;
  r.why = kNoData;
  if (r.n == 0) return r;
  // A request that was never answered took longer than any.
  r.verdict = r.exceedances > 0    ? Verdict::fail
              : r.undetermined > 0 ? Verdict::inconclusive
                                   : Verdict::pass;
  const reports::Histogram values = values_of(c, c.where);
  if (is_whole && values.count() > 0) {
    r.value = reports::milliseconds(values.max());
    if (values.count() == r.n) r.ci_low = r.ci_high = r.value;
  }
  r.why = fmt::format("{} of {} took longer or failed", human_count(r.exceedances),
                      human_count(r.n));
  if (r.undetermined > 0) r.why += fmt::format(", {} undetermined", human_count(r.undetermined));
  demand_minimum(r, c.slo);
  return r;
}

std::uint64_t unfinished(const Case& c) {
  if (has_every_request(c.slo.latency) || c.where.outcome) return 0;
  return c.recorder.counts(c.where).of(Outcome::in_flight);
}

std::optional<BatchMean> mean_of(const Strata& strata) {
  std::vector<std::vector<Batch>> batches;
  for (const std::vector<Window>& windows : strata) {
    std::vector<Batch>& row = batches.emplace_back();
    for (const Window& window : windows) row.push_back({as_double(window.values), window.sum_ms});
  }
  return batch_mean(batches);
}

namespace {

// Good ones per second, of a closed loop: how many were planned is the target's doing too.
std::optional<BatchMean> rate_of(const Strata& strata) {
  std::vector<std::vector<Batch>> batches;
  for (const std::vector<Window>& windows : strata) {
    std::vector<Batch>& row = batches.emplace_back();
    for (const Window& w : windows)
      row.push_back({w.length_s, as_double(w.n - w.exceedances - w.undetermined)});
  }
  return batch_mean(batches);
}

}  // namespace

SloResult judge_mean(const Case& c, const Stretch& stretch, const Confidence& confidence) {
  const bool is_latency = c.slo.kind == MetricKind::latency;
  const Strata strata = strata_of(c, stretch);
  const Window all = total_of(strata);
  SloResult r;
  r.unit = is_latency ? "ms" : "/s";
  r.bound = c.slo.shown_bound();
  r.n = is_latency ? all.values : all.n;
  r.undetermined = is_latency ? unfinished(c) : all.undetermined;
  if (!is_latency) r.exceedances = all.exceedances;
  r.why = kNoData;
  if (r.n == 0) return r;
  const std::optional<BatchMean> mean = is_latency ? mean_of(strata) : rate_of(strata);
  r.verdict = Verdict::inconclusive;
  if (!mean) {
    r.value = is_latency ? all.sum_ms / as_double(all.values)
                         : as_double(all.n - all.exceedances - all.undetermined) / all.length_s;
    r.why = fmt::format("{} requests in too few seconds; an interval of a mean needs {} of them",
                        human_count(r.n), kDesignWindowsMin);
    return r;
  }
  r.value = mean->mean;
  r.ci_low = std::max(0.0, mean->below(0.025));
  r.ci_high = mean->above(0.025);
  const bool upper = is_upper(c.slo.comparison);
  const double to_pass = upper ? mean->above(confidence.pass) : mean->below(confidence.pass);
  const double to_fail = upper ? mean->below(confidence.fail) : mean->above(confidence.fail);
  // What is unfinished may have taken any time, and may have become good.
  if (holds(to_pass, c.slo.comparison, r.bound) && (!is_latency || r.undetermined == 0))
    r.verdict = Verdict::pass;
  if (!holds(to_fail, c.slo.comparison, r.bound) && (is_latency || r.undetermined == 0))
    r.verdict = Verdict::fail;
  const double decisive = r.verdict == Verdict::fail ? to_fail : to_pass;
  r.why = fmt::format("the mean of {} is {}; at {} confidence {} {}", human_count(r.n),
                      human_quantity(r.value, r.unit, "-"),
                      reports::human_share(
                          1 - (r.verdict == Verdict::fail ? confidence.fail : confidence.pass)),
                      upper == (r.verdict != Verdict::fail) ? "at most" : "at least",
                      human_quantity(decisive, r.unit, "-"));
  if (r.undetermined > 0) r.why += fmt::format(", {} undetermined", human_count(r.undetermined));
  demand_minimum(r, c.slo);
  return r;
}

SloResult judge_measured(const Case& c) {
  SloResult r;
  switch (c.slo.kind) {
    case MetricKind::recovery_time: r = judge_recovery(c); break;
    case MetricKind::retry_amplification: r = judge_amplification(c); break;
    case MetricKind::fairness: r = judge_fairness(c); break;
    case MetricKind::memory_slope: r = judge_memory(c); break;
    default: r = c.slo.statistic == Statistic::count ? judge_count(c) : judge_minimum(c); break;
  }
  r.rule = "measured";
  demand_minimum(r, c.slo);
  return r;
}

}  // namespace harness::slo_judge
