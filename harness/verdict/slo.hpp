// Service level objectives: `response.p95 < 30s`, `ttft.p99 <= 2s of chat in outage`, `error_rate <
// 5% min 300 samples`, `recovery_time < 60s`. A percentile objective is judged by its exact
// exceedance counter, where failures exceed; no data is INVALID, never a pass. One simulated run of
// a fixed seed is judged by the same rule: its n requests are a sample of what the seed could have
// drawn. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/statistics.hpp"
#include "reports/recorder.hpp"
#include "reports/run_record.hpp"

namespace harness {

// What can be bounded. A row of kMetrics, for `shakedown list metrics`.
enum class MetricKind : std::uint8_t { latency, error_rate, recovery_time };

struct Metric {
  std::string_view name;
  std::string_view unit;     // how its bound is written: "duration" or "share"
  std::string_view doc;
  std::string_view formula;
  MetricKind kind;
  reports::Latency latency;  // when kind is latency: written NAME.pNN
};
std::span<const Metric> metrics();

struct Slo {
  std::string expr;               // as written, without outer blanks
  MetricKind kind = MetricKind::latency;
  reports::Latency latency = reports::Latency::response;
  std::uint32_t percentile_ppm = 0;   // p95 is 950'000
  bool inclusive = false;             // <= rather than <
  std::int64_t bound = 0;             // nanoseconds, or parts per million of error_rate
  std::string cls;                    // empty: all classes
  std::string phase;                  // empty: the whole run
  std::size_t cls_offset = 0;         // where these names stand in expr
  std::size_t phase_offset = 0;
  std::uint64_t min_samples = 1;

  // The share of requests that may exceed: 1 - q, or the bound of error_rate.
  double budget() const;
};

// A fault in an expression: where (characters from its beginning), and a sentence with a
// suggestion.
struct SloError : std::runtime_error {
  std::size_t offset;
  SloError(std::size_t at, const std::string& sentence)
      : std::runtime_error(sentence), offset(at) {}
};

Slo parse_slo(std::string_view text);  // throws SloError

// The phase and class names of an expression as indices. Throws SloError for an unknown name.
reports::Filter filter_of(const Slo& slo, std::span<const reports::Phase> phases,
                          std::span<const std::string> classes);

// Adds one exact counter per percentile objective to the layout, in order, and sets good_within to
// the tightest response bound. Throws SloError for an unknown name. Call before the run.
void register_thresholds(std::span<const Slo> slos, reports::Layout& layout);

// What recovery is measured from: the end of the last fault window; nothing without faults.
struct JudgeInput {
  std::optional<reports::Instant> healed;
  Confidence confidence;  // for all objectives together
};

// One result per objective, in order. The recorder's layout must come from register_thresholds.
std::vector<reports::SloResult> judge_slos(std::span<const Slo> slos,
                                           const reports::Recorder& recorder,
                                           const JudgeInput& input);

// Before a run: the requests that an objective needs to be able to pass at all, k = 0. 0 for
// objectives that are measured rather than estimated (recovery_time).
std::uint64_t samples_needed(const Slo& slo, const Confidence& confidence = {});

}  // namespace harness
