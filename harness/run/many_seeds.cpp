#include "harness/run/many_seeds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/statistics.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::human_share;
using reports::SloResult;
using reports::Verdict;

namespace {

constexpr double kAlpha = 0.05;

// On which side of its bound an objective is in one run; nothing when it has no data.
std::optional<bool> is_within(const SloResult& slo) {
  if (slo.verdict == Verdict::pass) return true;
  if (slo.verdict == Verdict::fail) return false;
  if (slo.verdict == Verdict::invalid || slo.undetermined >= slo.n) return std::nullopt;
  if (!slo.value) return false;
  if (const auto margin = slo.margin()) return *margin >= 0;
  return std::nullopt;
}

// Without a value the rank falls among failures: no value is worse.
bool is_worse(const SloResult& slo, const std::optional<double>& than_margin, bool than_none) {
  if (than_none) return false;
  const auto margin = slo.margin();
  if (!slo.value || !margin) return !slo.value;
  return !than_margin || *margin < *than_margin;
}

PooledObjective pooled_objective(std::span<const SeedRun> runs, std::size_t index) {
  PooledObjective pooled;
  std::vector<double> values;
  std::optional<double> worst_margin;
  bool worst_among_failures = false;
  for (const SeedRun& run : runs) {
    if (run.slos.size() <= index) {  // its results could not be written
      ++pooled.no_data;
      continue;
    }
    const SloResult& slo = run.slos[index];
    pooled.expr = slo.expr;
    pooled.unit = slo.unit;
    const std::optional<bool> within = is_within(slo);
    ++(!within ? pooled.no_data : *within ? pooled.within : pooled.beyond);
    if (slo.value) values.push_back(*slo.value);
    if (!within || !is_worse(slo, worst_margin, worst_among_failures)) continue;
    worst_among_failures = !slo.value;
    worst_margin = slo.margin();
    pooled.worst = slo.value;
    pooled.worst_seed = run.seed;
  }
  if (!values.empty()) {
    std::sort(values.begin(), values.end());
    pooled.median = values[(values.size() - 1) / 2];
  }
  return pooled;
}

PooledInvariant pooled_invariant(std::span<const SeedRun> runs, std::size_t index) {
  PooledInvariant pooled;
  for (const SeedRun& run : runs) {
    if (run.invariants.size() <= index) {
      ++pooled.unknown;
      continue;
    }
    const reports::InvariantResult& invariant = run.invariants[index];
    pooled.name = invariant.name;
    if (invariant.violation_count > 0 || invariant.verdict == Verdict::fail) {
      ++pooled.broken;
      if (!pooled.first_broken) pooled.first_broken = run.seed;
    } else {
      ++(invariant.verdict == Verdict::pass && invariant.skipped.empty() ? pooled.held
                                                                         : pooled.unknown);
    }
  }
  return pooled;
}

std::string first_of(std::span<const SeedRun> runs, Verdict verdict) {
  const auto found = std::find_if(runs.begin(), runs.end(),
                                  [verdict](const SeedRun& r) { return r.verdict == verdict; });
  if (found == runs.end()) return {};
  return fmt::format("seed {}: {}", found->seed, found->reason);
}

std::string claim_of(const SeedsJudgement& j, std::size_t seeds) {
  if (!j.bad_share_upper) return fmt::format("none of {} seeds was decided", human_count(seeds));
  const std::uint64_t decided = j.good + j.bad;
  std::string claim =
      fmt::format("{} of {} seeds bad: with 95% confidence {} {} of seeds are",
                  human_count(j.bad), human_count(decided), j.good > 0 ? "at most" : "at least",
                  human_share(j.good > 0 ? *j.bad_share_upper : lower_bound(j.bad, decided, 0.05)));
  const std::uint64_t rest = j.inconclusive + j.invalid;
  if (rest > 0) claim += fmt::format(" ({} more were not decided)", human_count(rest));
  return claim;
}

}  // namespace

SeedRun seed_run_of(const reports::RunRecord& record, std::string folder) {
  SeedRun run;
  run.seed = record.seed;
  run.verdict = record.verdict;
  if (!record.reasons.empty()) run.reason = record.reasons.front();
  run.stopped_early = record.stopped_early;
  run.reproduce = record.reproduce;
  run.folder = std::move(folder);
  run.requests = record.counts.sent;
  run.digest = record.digest;
  run.slos = record.slos;
  run.invariants = record.invariants;
  for (reports::InvariantResult& invariant : run.invariants) invariant.violations.clear();
  return run;
}

SeedsJudgement judge_seeds(std::span<const SeedRun> runs, std::uint64_t asked) {
  SeedsJudgement j;
  j.asked = std::max<std::uint64_t>(asked, runs.size());
  const bool is_whole = j.asked == runs.size();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].stopped_early.empty()) ++j.stopped_early;
    switch (runs[i].verdict) {
      case Verdict::pass: ++j.good; break;
      case Verdict::fail:
        if (!j.first_bad) j.first_bad = i;
        ++j.bad;
        break;
      case Verdict::inconclusive: ++j.inconclusive; break;
      case Verdict::invalid: ++j.invalid; break;
    }
  }
  if (j.good + j.bad > 0) j.bad_share_upper = upper_bound(j.bad, j.good + j.bad, kAlpha);
  j.claim = claim_of(j, runs.size());
  if (j.bad > 0) j.verdict = Verdict::fail;
  else if (j.invalid > 0 || runs.empty()) j.verdict = Verdict::invalid;
  else if (j.inconclusive > 0 || !is_whole) j.verdict = Verdict::inconclusive;
  else j.verdict = Verdict::pass;
  const auto say = [&](std::uint64_t count, Verdict verdict) {
    if (count == 0) return;
    j.reasons.push_back(fmt::format("{} of {} seeds {}; {}", human_count(count),
                                    human_count(runs.size()), name_of(verdict),
                                    first_of(runs, verdict)));
  };
  say(j.bad, Verdict::fail);
  say(j.invalid, Verdict::invalid);
  say(j.inconclusive, Verdict::inconclusive);
  if (!is_whole) {
    j.reasons.push_back(fmt::format("interrupted when {} of {} seeds had ended",
                                    human_count(runs.size()), human_count(j.asked)));
  }
  std::size_t objectives = 0, invariants = 0;
  for (const SeedRun& run : runs) {
    objectives = std::max(objectives, run.slos.size());
    invariants = std::max(invariants, run.invariants.size());
  }
  for (std::size_t i = 0; i < objectives; ++i) j.objectives.push_back(pooled_objective(runs, i));
  for (std::size_t i = 0; i < invariants; ++i) j.invariants.push_back(pooled_invariant(runs, i));
  return j;
}

}  // namespace harness
