// How far a run is, on standard error: one line that is redrawn a few times a second on a terminal;
// elsewhere, as in the log of a CI job, a line of its own every now and then, so that a long run is
// seen to live and a short one says nothing.
#pragma once

#include <string>
#include <vector>

#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"

namespace harness {

// What one line says. Times are scenario time but for `left`.
struct ProgressFacts {
  std::string scenario;
  double done = 0, all = 0;       // seconds; done < 0: it has not begun
  double rate = 0;                // requests ended per second
  std::optional<world::Nanos> p95;
  std::uint64_t ended = 0, failed = 0;
  std::vector<std::string> faults;  // that are active
  std::optional<double> left;       // seconds of wall time
};

// At most 79 columns; the faults give way first.
std::string progress_text(const ProgressFacts& facts);

class ProgressLine {
 public:
  ProgressLine(const Prepared& prepared, const RunOptions& options, bool quiet);
  ~ProgressLine() { wipe(); }

  void show(const Progress& progress);
  void wipe();

 private:
  static constexpr std::int64_t kRedrawNanos = 200'000'000;
  static constexpr std::int64_t kLogNanos = 10'000'000'000;

  ProgressFacts facts_of(const Progress& progress, std::int64_t now);

  std::string scenario_;
  std::vector<reports::FaultResult> faults_;
  double time_scale_;  // 0: virtual time
  bool on_;
  bool terminal_;
  bool drawn_ = false;
  std::int64_t begun_;
  std::int64_t last_;
  double last_done_ = 0;
  std::uint64_t last_ended_ = 0;
};

}  // namespace harness
