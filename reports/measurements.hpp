// Measurements: everything that a run's verdict is made from, and nothing that follows from it.
// The judge makes the same result of them whenever and wherever it is asked: at the end of the
// run, from measurements.json, or from the merged segments of one run. Immutable once made; any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/lanes.hpp"
#include "reports/recorder.hpp"
#include "reports/run_record.hpp"

namespace reports {

// Of measurements.json; a change that old readers would misread gets another number.
inline constexpr std::string_view kMeasurementsSchema = "shakedown/measurements/1";

// What the anytime-valid rule said of one objective, while the run went on.
struct AnytimeVerdict {
  Verdict verdict = Verdict::invalid;
  std::string rule;
  std::string why;
};

struct Measurements {
  // The layout's thresholds are those of `objectives`; its segment says whose users these are.
  explicit Measurements(Layout layout)
      : recorder(std::move(layout)),
        lanes(recorder.layout().duration, recorder.layout().segment) {}

  std::string version;  // of shakedown
  std::string scenario;
  std::string about;
  std::uint64_t seed = 0;
  std::string mode;      // these as in RunRecord
  std::string sut;
  std::string profile;
  double time_scale = 1;
  std::string reproduce;  // the whole run, not the segment
  std::map<std::string, std::string> configuration;
  std::vector<std::string> objectives;  // as written, in order

  Recorder recorder;
  Lanes lanes;  // for reports alone: no verdict follows from them
  std::vector<InvariantResult> invariants;
  std::vector<FaultResult> faults;
  bool interrupted = false;
  std::vector<AnytimeVerdict> anytime;  // by objective; empty: judged at the end alone
  std::string stopped_early;            // when and why, as a sentence; empty: it was not
  Instant stopped_at{};                 // when it was
  std::uint64_t digest = 0;
  std::int64_t start_unix_ms = 0;    // live with --start-at: scenario time 0; else 0
  std::uint64_t planned_ahead = 0;   // requests of the plan, this segment's
  bool has_closed_loops = false;     // whose requests the plan cannot count
  // Numbers that validity rules judge, by name ("own_cpu_ppm"); whole ones up to 2^53.
  std::map<std::string, double> facts;
  // What was judged while it ran, or of one segment alone; appended to the rules' results.
  std::vector<ValidityResult> validity;
  std::vector<std::string> missing;  // segments that a merge did not find: "2/3"
  std::string never_started;         // why nothing could be measured; empty: it was

  const Layout& layout() const { return recorder.layout(); }
};

}  // namespace reports
