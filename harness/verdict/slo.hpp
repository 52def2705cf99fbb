// Service level objectives: `response.p95 < 30s`, `ttft.p99 <= 2s of chat in outage`, `error_rate <
// 5% over 30s min 300 samples`, `response.p95 vs baseline +10% or +50ms in recovery`; docs/slo.md
// has them all. A share is judged by its exact exceedance counter, where failures exceed; no data
// is INVALID, never a pass. One simulated run of a fixed seed is judged by the same rule: its n
// requests are a sample of what the seed could have drawn. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/slo_facts.hpp"
#include "harness/verdict/statistics.hpp"
#include "reports/recorder.hpp"
#include "reports/run_record.hpp"

namespace harness {

// What can be bounded. A row of kMetrics, for `shakedown list metrics`.
enum class MetricKind : std::uint8_t {
  latency,
  error_rate,
  goodput,
  throughput,
  recovery_time,
  retry_amplification,
  fairness,
  memory_slope,
};

struct Metric {
  std::string_view name;
  std::string_view unit;     // how its bound is written: "duration", "share", "rate", ...
  std::string_view doc;
  std::string_view formula;
  MetricKind kind;
  reports::Latency latency;  // when kind is latency: written NAME.pNN
};
std::span<const Metric> metrics();
const Metric& metric_of(MetricKind kind, reports::Latency latency);

// What of a latency; every other metric is one number.
enum class Statistic : std::uint8_t { number, percentile, avg, min, max, count };
enum class Comparison : std::uint8_t { less, at_most, more, at_least, equal, not_equal };

bool holds(double value, Comparison comparison, double bound);
bool is_upper(Comparison comparison);  // < and <=: less is better

// The larger of the two above the same metric in the phase named baseline.
struct Versus {
  std::uint32_t relative_ppm = 0;
  std::int64_t absolute = 0;  // nanoseconds, or parts per million of error_rate
  std::size_t offset = 0;     // of the word baseline
};

struct Slo {
  std::string expr;               // as written, without outer blanks
  MetricKind kind = MetricKind::latency;
  reports::Latency latency = reports::Latency::response;
  Statistic statistic = Statistic::number;
  std::uint32_t percentile_ppm = 0;   // p95 is 950'000
  Comparison comparison = Comparison::less;
  // Nanoseconds; parts per million (error_rate, fairness, retry_amplification); a count; millionths
  // per hour (goodput, throughput); bytes per hour.
  std::int64_t bound = 0;
  std::optional<Versus> versus;       // instead of a bound
  std::string cls;                    // empty: all classes
  std::string phase;                  // empty: the whole run
  std::optional<reports::Outcome> outcome;
  std::optional<bool> streamed;
  std::size_t cls_offset = 0;         // where these names stand in expr
  std::size_t phase_offset = 0;
  reports::Nanos window{0};           // of `over`, whole seconds; 0: none
  std::size_t window_offset = 0;
  std::uint64_t min_samples = 1;

  bool inclusive() const {
    return comparison == Comparison::at_most || comparison == Comparison::at_least;
  }
  // Judged as a share of requests that may exceed.
  bool is_share() const;
  // Whether a recorder counts for it (one Threshold).
  bool is_counted() const;
  // The share of requests that may exceed: 1 - q, or the bound of error_rate. Of a share that needs
  // no plan: not of goodput and throughput, see rate_budget.
  double budget() const;
  // The bound in the unit of its result.
  double shown_bound() const;
};

// A fault in an expression: where (characters from its beginning), and a sentence with a
// suggestion.
struct SloError : std::runtime_error {
  std::size_t offset;
  SloError(std::size_t at, const std::string& sentence)
      : std::runtime_error(sentence), offset(at) {}
};

Slo parse_slo(std::string_view text);  // throws SloError

// The phase and class names of an expression as indices, its tags as they are. Throws SloError for
// an unknown name, a window longer than its phase, a comparison with a baseline that is not there.
reports::Filter filter_of(const Slo& slo, const reports::Layout& layout);

// Adds one counter per objective that needs one to the layout, in order, and sets good_within to
// the tightest response bound. Throws SloError like filter_of. Call before the run.
void register_thresholds(std::span<const Slo> slos, reports::Layout& layout);

// The latency that an objective bounds from above, if it does: what lateness is held against.
std::optional<reports::Nanos> latency_bound(const Slo& slo);
std::optional<reports::Nanos> tightest_bound(std::span<const Slo> slos);  // of these

struct JudgeInput {
  std::optional<reports::Instant> healed;  // end of the last fault window; nothing without faults
  Confidence confidence;                   // for all objectives together
  bool closed = false;   // users wait for answers, so that the target decides how many are planned
  LedgerFacts ledger;    // what the recorder cannot know
};

// One result per objective, in order. The recorder's layout must come from register_thresholds.
std::vector<reports::SloResult> judge_slos(std::span<const Slo> slos,
                                           const reports::Recorder& recorder,
                                           const JudgeInput& input);

// Before a run: the requests that an objective needs to be able to pass at all, k = 0, in each of
// its windows. `stretch` is how long it is judged (rates). 0 for objectives that are measured
// rather than estimated, whose minimum is all they need.
std::uint64_t samples_needed(const Slo& slo, reports::Nanos stretch = {},
                             const Confidence& confidence = {});

// The share of n requests that may be no good ones when so many good ones per second are asked for
// over a stretch: 1 - G T / n. Not above 0 when too few are planned to ever give that rate.
double rate_budget(const Slo& slo, reports::Nanos stretch, std::uint64_t n);

// The stretch that an objective is about: its phase, or the run. And its windows, of one length,
// from its beginning on; where they leave a tail, one more that ends with the stretch and overlaps
// the one before, so that no second is left out.
struct Stretch {
  reports::Instant begin{};
  reports::Instant end{};
  reports::Nanos length() const { return end - begin; }
};
Stretch stretch_of(const Slo& slo, const reports::Layout& layout);
std::vector<Stretch> windows_of(const Slo& slo, const reports::Layout& layout);

}  // namespace harness
