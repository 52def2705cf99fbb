// The recorded run: everything that the writers need and nothing that they must not show. A pure
// value, made once at the end; result.json is this value written down, and read_result gives it
// back (without the intervals, which are in latency.hlog). What may differ between two equal runs
// is kept apart, in Environment.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/order_statistics.hpp"
#include "reports/recorder.hpp"
#include "reports/timeline.hpp"
#include "reports/verdict.hpp"
#include "world/units.hpp"

namespace reports {

// Of result.json; a change that old readers would misread gets another number.
inline constexpr std::string_view kResultSchema = "shakedown/result/1";

// Some percentiles of one latency, each the nearest rank (ceil), with the 95 % interval of each
// from order statistics, as if the requests were independent.
struct LatencySummary {
  std::uint64_t count = 0;
  Nanos p50{0}, p90{0}, p95{0}, p99{0}, p999{0}, max{0}, mean{0};
  std::array<Bounds, 5> bounds = {};  // by kPercentileNames
};
inline constexpr std::array<std::string_view, 5> kPercentileNames{"p50", "p90", "p95", "p99",
                                                                  "p999"};
using LatencySummaries = std::array<LatencySummary, kLatencies>;  // by Latency

LatencySummary summary_of(const Histogram& histogram);

// One row of "by": a phase, a class or an outcome. Latencies are of every request that was sent.
struct Breakdown {
  std::string name;
  Counts counts;
  LatencySummaries latencies;
};

struct SloResult {
  std::string expr;
  // Of value, bound and ci: "ms", "s", "ratio", "/s", "count", "number" or "bytes/h".
  std::string unit;
  double bound = 0;               // for "vs baseline" the limit that its value gave
  std::optional<double> value;    // nothing: no data, or the rank falls among failures
  std::optional<double> ci_low;   // 95 %, two-sided; nothing: no bound on that side
  std::optional<double> ci_high;
  std::uint64_t n = 0;
  std::uint64_t exceedances = 0;
  std::uint64_t undetermined = 0;
  Verdict verdict = Verdict::invalid;
  std::string why;                // the evidence in a sentence; for INCONCLUSIVE what would decide
  double design_effect = 1;       // n requests are worth n_effective = n / design_effect
  double n_effective = 0;
  std::string rule = "fixed";     // "fixed": for this n; "anytime"; "measured": no sampling error
  bool lower_is_better = true;

  // How far the value is inside the bound (positive) or beyond it, as a share of the bound.
  std::optional<double> margin() const;
};

// A smaller design effect is not worth a word.
inline constexpr double kShownDesignEffect = 1.05;

struct Violation {
  Instant at{};
  std::string who;   // "u17.s2.t5"
  std::string what;  // one sentence
};

struct InvariantResult {
  static constexpr std::size_t kWitnessesMax = 20;  // kept; all are counted

  std::string name;
  Verdict verdict = Verdict::invalid;
  std::uint64_t checked = 0;
  std::uint64_t violation_count = 0;
  std::vector<Violation> violations;  // the first kWitnessesMax
  std::string skipped = {};  // why it was not judged at all; empty: it was
};

struct FaultResult {
  std::string id;
  std::string kind;
  std::string on;
  Instant begin{};
  Instant end{};
  std::uint64_t fired = 0;
};

// One validity rule as it came out: does this run say anything about the target?
struct ValidityResult {
  std::string name;
  bool holds = false;
  std::string detail;  // what was measured, against what limit
  bool warning = false;  // it holds, but whoever reads the verdict should know
};

struct Measurements;  // measurements.hpp

struct RunRecord {
  std::string scenario;
  std::string about;
  std::uint64_t seed = 0;
  std::string mode;     // "sim" or "live"
  std::string sut;      // "linked", "process" or "external"
  std::string profile;  // of the bundled core; empty for an external target
  double time_scale = 1;
  Nanos duration{0};
  bool interrupted = false;
  std::string stopped_early;  // when and why, as a sentence; empty: it was not
  // Every value of the scenario as written, by path (harness/scenario/configuration.hpp), and its
  // fingerprint_of: runs with the same one can be compared and merged.
  std::map<std::string, std::string> configuration;
  std::uint64_t fingerprint = 0;

  Verdict verdict = Verdict::invalid;
  std::vector<std::string> reasons;
  std::uint64_t digest = 0;  // of every simulated event; 0 in live
  std::string reproduce;     // a command line

  std::vector<Phase> phases;
  Counts counts;
  std::array<std::uint64_t, kFailures> failures{};
  LatencySummaries latencies;  // of every request that was sent
  std::vector<Breakdown> by_phase, by_class, by_outcome;

  std::vector<SloResult> slos;
  std::vector<InvariantResult> invariants;
  std::vector<FaultResult> faults;
  std::vector<ValidityResult> validity;

  std::vector<std::string> classes;
  Nanos interval{0};
  std::vector<Slice> slices;

  std::string segment;  // "2/3"; empty: the whole run
  std::shared_ptr<const Measurements> measurements;  // what it was made from; null: read back

  // Failures among the requests that say something about errors; nothing when there are none.
  std::optional<double> error_rate() const;
};

// Fills phases, counts, latencies, breakdowns, failures and intervals from what was recorded.
void measure(RunRecord& record, const Recorder& recorder);

// What may differ between two runs that are equal otherwise.
struct Environment {
  std::string version;      // of shakedown
  std::string compiler;
  std::string build_type;
  std::string host;
  std::string system;       // kernel and machine
  std::string cpu;
  std::uint32_t cores = 0;
  std::vector<std::string> command_line;
  std::int64_t started_unix_ms = 0;  // wall clock
  Nanos wall_time{0};
  Nanos cpu_user{0};
  Nanos cpu_system{0};
  std::uint64_t rss_max_bytes = 0;
};

}  // namespace reports
