// Two sets of finished runs of one scenario become one comparison: is the candidate worse than its
// base by more than delta? Runs must agree in everything but the target. sim: exact for one seed,
// paired over several (compare_pairs.hpp); live: non-inferiority with a bootstrapped interval.
// Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/finished_run.hpp"
#include "harness/verdict/bootstrap.hpp"
#include "harness/verdict/paired.hpp"

namespace harness {

struct ComparedMetric {
  std::string name;  // "response.p95"
  std::string unit;  // "ms", "ratio" or "/s"
  Summary summary;
  reports::Latency latency = reports::Latency::response;
};

// Throws FinishedRunError with the names that there are.
ComparedMetric compared_metric(std::string_view name);
std::vector<ComparedMetric> default_metrics();

struct CompareOptions {
  double delta = 0.10;
  std::vector<ComparedMetric> metrics;
  std::vector<std::string> allowed;  // keys of the configuration that may differ, or their parents
};

struct MetricComparison {
  ComparedMetric metric;
  std::optional<double> base;       // of all runs together; nothing: among failures
  std::optional<double> candidate;
  double ratio = 1;                 // times worse; the median over seeds when there are several
  std::optional<double> low, high;  // live
  std::optional<SignTest> sign;         // sim, several seeds: worse, better or equal, by any amount
  std::optional<SignedRank> beyond;     // of the distances to the limit: worse by more than delta
  std::optional<SignedRank> within;     // the same mirrored: not worse by more than delta
  std::uint64_t seeds_beyond = 0;
  reports::Verdict verdict = reports::Verdict::inconclusive;
  std::string why;
};

// Of one seed: a request that came out otherwise.
struct ChangedRequest {
  std::string turn;
  std::string before;  // "ok 1.2s"
  std::string after;
};

struct Comparison {
  std::string scenario;
  std::string mode;
  std::string method;  // "exact", "paired" or "non-inferiority"
  std::size_t base_runs = 0, candidate_runs = 0, pairs = 0;
  reports::Verdict verdict = reports::Verdict::inconclusive;
  std::vector<std::string> notes;  // sentences
  std::vector<MetricComparison> metrics;
  std::uint64_t compared_requests = 0, changed_requests = 0;  // exact
  std::vector<ChangedRequest> worst;                          // of them, the first few
};

// Why these cannot be compared, one sentence each; empty: they can. Neither side is empty.
std::vector<std::string> refusals(std::span<const FinishedRun> base,
                                  std::span<const FinishedRun> candidate,
                                  const std::vector<std::string>& allowed);

// After no refusal. Throws FinishedRunError for a metric that has no data.
Comparison compare(std::span<const FinishedRun> base, std::span<const FinishedRun> candidate,
                   const CompareOptions& options);

// What the requests of these runs came to, for one metric.
Series series_of(std::span<const FinishedRun> runs, const ComparedMetric& metric);

}  // namespace harness
