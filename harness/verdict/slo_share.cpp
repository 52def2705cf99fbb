#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/verdict/slo_judge.hpp"
#include "reports/text.hpp"

namespace harness::slo_judge {

namespace {

using reports::Histogram;
using reports::human_count;
using reports::human_duration;
using reports::human_share;
using reports::SloResult;
using reports::Verdict;

constexpr std::int64_t kSecond = 1'000'000'000;

std::size_t second_of(world::Instant t) {
  const std::int64_t second = world::since_start(t).count() / kSecond;
  return std::min(static_cast<std::size_t>(second), reports::Timeline::kSecondsMax);
}

double as_double(std::uint64_t count) { return static_cast<double>(count); }

bool is_rate(const Slo& slo) {
  return slo.kind == MetricKind::goodput || slo.kind == MetricKind::throughput;
}

std::string_view verb_of(const Slo& slo) {
  if (slo.kind == MetricKind::error_rate) return "failed";
  if (slo.kind == MetricKind::goodput) return "were no good answers";
  if (slo.kind == MetricKind::throughput) return "did not end ok";
  return slo.outcome ? "took longer" : "took longer or failed";
}

// What the requests are worth, when they are not worth their number.
std::string worth(const SloResult& r) {
  if (r.design_effect <= reports::kShownDesignEffect) return "";
  return fmt::format(" (in clumps, worth {} independent ones)",
                     human_count(static_cast<std::uint64_t>(as_double(r.n) / r.design_effect)));
}

// The evidence in a sentence: the confidence bound that decided, or what is missing.
std::string why_of(const SloResult& r, const Slo& slo, double budget,
                   const Confidence& confidence) {
  std::string why =
      fmt::format("{} of {} {} ({})", human_count(r.exceedances), human_count(r.n), verb_of(slo),
                  human_share(as_double(r.exceedances) / as_double(r.n)));
  if (r.undetermined > 0) why += fmt::format(", {} undetermined", human_count(r.undetermined));
  const std::string limit = human_share(budget);
  if (r.verdict == Verdict::pass)
    return why + fmt::format(", where {} may; at {} confidence at most {} do{}", limit,
                             human_share(1 - confidence.pass),
                             human_share(upper_bound(r.exceedances + r.undetermined, r.n,
                                                     confidence.pass, r.design_effect)),
                             worth(r));
  if (r.verdict == Verdict::fail)
    return why + fmt::format(", where {} may; at {} confidence at least {} do{}", limit,
                             human_share(1 - confidence.fail),
                             human_share(lower_bound(r.exceedances, r.n, confidence.fail,
                                                     r.design_effect)),
                             worth(r));
  why += worth(r);
  if (r.n < slo.min_samples)
    return why + fmt::format("; {} samples are asked for", human_count(slo.min_samples));
  if (is_rate(slo)) return why + "; too close to " + limit + " to tell";
  const std::uint64_t able = samples_to_pass(0, budget, confidence.pass);
  if (able == 0 || as_double(r.n) / r.design_effect < as_double(able))
    return why + fmt::format("; with fewer than {} {} no number of good ones can pass {}",
                             human_count(static_cast<std::uint64_t>(
                                 std::ceil(as_double(able) * r.design_effect))),
                             r.design_effect > reports::kShownDesignEffect ? "requests like these"
                                                                           : "requests",
                             limit);
  const std::uint64_t needed =
      samples_to_decide(r.exceedances, r.n, budget, confidence, r.design_effect);
  if (needed == 0 || r.undetermined > 0)
    return why + "; too close to " + limit + " to tell";
  return why + fmt::format("; too close to {} to tell, about {} requests at this share would",
                           limit, human_count(needed));
}

// Value and interval of a share, in the unit of the objective.
void add_share(SloResult& r, const Case& c, const Stretch& stretch) {
  const double low = wilson(r.exceedances, r.n, r.design_effect).low;
  const double high = wilson(r.exceedances + r.undetermined, r.n, r.design_effect).high;
  const std::uint64_t known = r.n - r.undetermined;
  if (!is_rate(c.slo)) {
    if (known > 0) r.value = as_double(r.exceedances) / as_double(known);
    r.ci_low = low;
    r.ci_high = high;
    return;
  }
  const double per_second = as_double(r.n) / reports::seconds(stretch.length());
  r.value = as_double(known - r.exceedances) / reports::seconds(stretch.length());
  r.ci_low = per_second * (1 - high);
  r.ci_high = per_second * (1 - low);
}

SloResult judge_share_of(const Case& c, const Stretch& stretch, const Confidence& confidence) {
  const Slo& slo = c.slo;
  const Strata strata = strata_of(c, stretch);
  const Window all = total_of(strata);
  SloResult r;
  r.unit = slo.kind == MetricKind::latency ? "ms" : is_rate(slo) ? "/s" : "ratio";
  r.bound = slo.shown_bound();
  r.n = all.n;
  r.exceedances = all.exceedances;
  r.undetermined = all.undetermined;
  r.why = kNoData;
  if (r.n == 0) return r;
  r.design_effect = design_effect_of(strata);
  if (slo.kind != MetricKind::latency) add_share(r, c, stretch);
  else if (slo.window.count() == 0) add_percentile(r, slo, values_of(c, c.where));

  const double budget = is_rate(slo) ? rate_budget(slo, stretch.length(), r.n) : slo.budget();
  if (!(budget > 0)) {
    r.why = fmt::format("only {} were planned, so that no target can reach {}",
                        reports::human_quantity(
                            as_double(r.n) / reports::seconds(stretch.length()), r.unit, "-"),
                        reports::human_quantity(r.bound, r.unit, "-"));
    return r;
  }
  r.verdict = judge_share(r.exceedances, r.undetermined, r.n, budget, confidence, r.design_effect);
  if (r.verdict == Verdict::pass && r.n < slo.min_samples) r.verdict = Verdict::inconclusive;
  r.why = why_of(r, slo, budget, confidence);
  return r;
}

SloResult judge_stretch(const Case& c, const Stretch& stretch, const Confidence& confidence) {
  if (c.slo.statistic == Statistic::max) return judge_maximum(c, stretch);
  if (c.slo.statistic == Statistic::avg || (is_rate(c.slo) && c.input.closed))
    return judge_mean(c, stretch, confidence);
  return judge_share_of(c, stretch, confidence);
}

// How bad: what failed before what is open, and of these the larger share of exceedances.
std::pair<int, double> badness(const SloResult& r) {
  const int rank = r.verdict == Verdict::fail ? 2 : r.verdict == Verdict::pass ? 0 : 1;
  return {rank, r.n == 0 ? 0 : as_double(r.exceedances) / as_double(r.n)};
}

// What the last window counted beyond the end of the one that it overlaps.
Window tail_of(const Case& c, const std::vector<Stretch>& windows) {
  Window tail = total_of(strata_of(c, {windows[windows.size() - 2].end, windows.back().end}));
  const bool is_mean = c.slo.statistic == Statistic::avg;
  if (is_mean) tail.n = tail.values;
  if (is_mean) tail.exceedances = tail.undetermined = 0;
  return tail;
}

// Every window must hold. That a PASS needs all of them costs nothing; that one of them may
// FAIL shares the chance of a false one.
SloResult judge_windows(const Case& c) {
  const std::vector<Stretch> windows = windows_of(c.slo, c.recorder.layout());
  const Confidence confidence = c.confidence.shared_by(windows.size());
  const bool overlap =
      windows.size() > 1 && windows.back().begin < windows[windows.size() - 2].end;
  SloResult worst, all;
  std::size_t held = 0, worst_at = 0;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    SloResult r = judge_stretch(c, windows[i], confidence);
    all.unit = r.unit;
    all.bound = r.bound;
    all.rule = r.rule;
    Window more;
    more.n = r.n;
    more.exceedances = r.exceedances;
    more.undetermined = r.undetermined;
    if (overlap && i + 1 == windows.size()) more = tail_of(c, windows);  // the rest is counted
    all.n += more.n;
    all.exceedances += more.exceedances;
    all.undetermined += more.undetermined;
    held += r.verdict == Verdict::pass ? 1 : 0;
    if (i > 0 && badness(r) <= badness(worst)) continue;
    worst = std::move(r);
    worst_at = i;
  }
  all.why = kNoData;
  if (all.n == 0) return all;
  if (c.slo.kind == MetricKind::latency && c.slo.statistic == Statistic::percentile) {
    add_percentile(all, c.slo, values_of(c, c.where));
  } else {
    all.value = worst.value;
    all.ci_low = worst.ci_low;
    all.ci_high = worst.ci_high;
  }
  all.design_effect = worst.design_effect;
  all.n_effective = as_double(worst.n) / worst.design_effect;
  // A window without data is no pass, but the run does say something about the objective.
  all.verdict = worst.verdict == Verdict::invalid ? Verdict::inconclusive : worst.verdict;
  const auto from_start = [](world::Instant t) { return human_duration(world::since_start(t)); };
  all.why = fmt::format("{} of {} windows of {}{} hold; the worst, {}..{}: {}", held,
                        windows.size(), human_duration(c.slo.window),
                        overlap ? " (the last overlaps)" : "",
                        from_start(windows[worst_at].begin), from_start(windows[worst_at].end),
                        worst.why);
  return all;
}

}  // namespace

Strata strata_of(const Case& c, const Stretch& stretch) {
  const reports::Layout& layout = c.recorder.layout();
  const bool is_one = c.slo.phase.empty() ? layout.phases.size() == 1 : !c.slo.versus;
  std::vector<std::vector<Window>> by_phase(is_one ? 1 : layout.phases.size());
  const std::size_t first = second_of(stretch.begin);
  std::size_t end = second_of(stretch.end);
  // Windows share the second of their edge: it is the later's, and the last one has its own. (Not
  // of a rate, which needs as many seconds as the window is long.)
  const bool is_to_the_end = stretch.end >= stretch_of(c.slo, layout).end && !is_rate(c.slo);
  if (c.slo.window.count() == 0 || is_to_the_end) {
    if (world::since_start(stretch.end).count() % kSecond != 0) ++end;
    const bool is_last = stretch.end >= layout.phases.back().end;
    if (is_last) end = std::max(end, c.seconds->size());
  }
  for (std::size_t s = first; s < end; ++s) {
    const reports::ThresholdSecond second =
        s < c.seconds->size() ? (*c.seconds)[s] : reports::ThresholdSecond{};
    const world::Instant at{world::Nanos(static_cast<std::int64_t>(s) * kSecond)};
    by_phase[is_one ? 0 : layout.phase_at(at)].push_back(
        {second.n, second.exceedances, second.undetermined, second.values,
         static_cast<double>(second.sum_ns) / 1e6, 1});
  }
  Strata strata;
  for (const std::vector<Window>& seconds : by_phase) {
    const std::size_t width =
        std::max<std::size_t>(1, (seconds.size() + kWindowsAimed / 2) / kWindowsAimed);
    std::vector<Window>& windows = strata.emplace_back();
    for (std::size_t s = 0; s < seconds.size(); ++s) {
      if (s % width == 0) windows.emplace_back();
      Window& window = windows.back();
      window.n += seconds[s].n;
      window.exceedances += seconds[s].exceedances;
      window.undetermined += seconds[s].undetermined;
      window.values += seconds[s].values;
      window.sum_ms += seconds[s].sum_ms;
      window.length_s += seconds[s].length_s;
    }
  }
  return strata;
}

Window total_of(const Strata& strata) {
  Window all;
  for (const std::vector<Window>& windows : strata) {
    for (const Window& window : windows) {
      all.n += window.n;
      all.exceedances += window.exceedances;
      all.undetermined += window.undetermined;
      all.values += window.values;
      all.sum_ms += window.sum_ms;
      all.length_s += window.length_s;
    }
  }
  return all;
}

double design_effect_of(const Strata& strata) {
  std::vector<std::vector<Tally>> tallies;
  for (const std::vector<Window>& windows : strata) {
    std::vector<Tally>& row = tallies.emplace_back();
    for (const Window& window : windows) row.push_back({window.n, window.exceedances});
  }
  return design_effect(tallies);
}

bool has_every_request(reports::Latency latency) {
  using reports::Latency;
  return latency == Latency::lateness || latency == Latency::queue_wait ||
         latency == Latency::inter_token || latency == Latency::agent_added ||
         latency == Latency::status;
}

Histogram values_of(const Case& c, reports::Filter where) {
  if (has_every_request(c.slo.latency) || where.outcome)
    return c.recorder.histogram(c.slo.latency, where);
  return c.recorder.histogram(c.slo.latency, reports::Outcome::ok, where);
}

void add_percentile(SloResult& r, const Slo& slo, const Histogram& values, double alpha) {
  if (r.n == 0) return;
  const std::uint64_t rank = reports::nearest_rank(r.n, slo.percentile_ppm);
  if (rank <= values.count()) r.value = reports::milliseconds(values.at_rank(rank));
  // Among n / D independent ones, and from there back to ranks of all n.
  const auto worth = static_cast<std::uint64_t>(std::floor(as_double(r.n) / r.design_effect));
  const Ranks ranks =
      quantile_ranks(std::max<std::uint64_t>(worth, 1), slo.percentile_ppm / 1e6, alpha);
  const auto low = static_cast<std::uint64_t>(as_double(ranks.low) * r.design_effect);
  if (low >= 1 && low <= values.count())
    r.ci_low = reports::milliseconds(values.lowest_at_rank(low));
  if (!ranks.high) return;
  const auto high = std::min(
      r.n, static_cast<std::uint64_t>(std::ceil(as_double(*ranks.high) * r.design_effect)));
  if (high <= values.count()) r.ci_high = reports::milliseconds(values.at_rank(high));
}

void demand_minimum(SloResult& r, const Slo& slo) {
  if (r.verdict != Verdict::pass || r.n >= slo.min_samples) return;
  r.verdict = Verdict::inconclusive;
  r.why += fmt::format("; {} samples are asked for", human_count(slo.min_samples));
}

SloResult judge_counted(const Case& c) {
  if (c.slo.window.count() > 0) return judge_windows(c);
  return judge_stretch(c, stretch_of(c.slo, c.recorder.layout()), c.confidence);
}

}  // namespace harness::slo_judge
