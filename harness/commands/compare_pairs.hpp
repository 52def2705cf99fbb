// One metric of a candidate against its base, both simulated with the same seeds. FAIL and PASS are
// claims with an error rate each: Wilcoxon's signed ranks of the distances to the limit
// d = candidate - (1 + delta) base, mirrored where more is better. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "harness/commands/compare_judge.hpp"

namespace harness {

// What one seed came to on both sides; nothing: no request of it says anything about the metric.
// Infinite: a percentile among failures.
struct SeedPair {
  std::optional<double> base;
  std::optional<double> candidate;
};

// How far beyond the limit (positive) or within it. Infinite: only the base has a value. Nothing:
// there is nothing to compare, as among failures on both sides.
std::optional<double> beyond_limit(const SeedPair& pair, const Summary& summary, double delta);

struct PairAlphas {
  double pass = 0.05;
  double fail = 0.05;  // shared by all metrics
};

// Sets ratio, verdict, why and, of several seeds, what they were judged by. `m.metric` is set.
void judge_exact(MetricComparison& m, const SeedPair& pair, double delta);
void judge_pairs(MetricComparison& m, std::span<const SeedPair> pairs, double delta,
                 const PairAlphas& alphas);

std::string factor(double ratio);  // "1.3", "inf"
std::string as_bad(double ratio);  // "1.3 times as bad", "the same", "infinitely worse"

}  // namespace harness
