// What happened, in bounded memory: histograms per (phase x class x outcome x streamed), exact
// counters per SLO threshold and second, the timeline, and independent counts of planned and sent
// requests, so that the conservation laws are a real check. One recorder per thread of users; merge
// at the end. No lock; no allocation once each counter octave, second and interval has been seen.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/histogram.hpp"
#include "reports/operation.hpp"
#include "reports/segment.hpp"
#include "reports/timeline.hpp"
#include "world/units.hpp"

namespace reports {

struct Phase {
  std::string name;
  Instant begin{};
  Instant end{};  // exclusive
};

// Which operations; kAll or an index into the layout, and any outcome or answer if not given.
struct Filter {
  static constexpr std::uint32_t kAll = UINT32_MAX;
  std::uint32_t phase = kAll;
  std::uint32_t cls = kAll;
  std::optional<Outcome> outcome = {};
  std::optional<bool> streamed = {};

  bool admits(std::uint32_t of_phase, std::uint32_t of_cls) const {
    return (phase == kAll || phase == of_phase) && (cls == kAll || cls == of_cls);
  }
  bool admits(const Operation& op) const {
    return admits(op.phase, op.cls) && (!outcome || *outcome == op.outcome) &&
           (!streamed || *streamed == op.streamed);
  }
};

// What one objective counts, exactly and not read off a histogram.
struct Threshold {
  enum class Exceeds : std::uint8_t {
    latency,   // a value of `latency` beyond the bound
    failure,   // not ok; cancelled requests are left out
    not_good,  // not ok, or slower than Layout::good_within
    not_ok,    // not ok, cancelled ones too
  };
  Latency latency = Latency::response;
  Nanos bound{0};
  bool inclusive = false;  // a value equal to the bound is within it (<=)
  Filter where;
  Exceeds exceeds = Exceeds::latency;
};

// Failures, timeouts and drops are exceedances whatever they took. A cancelled or unfinished
// request is one when it took too long already; else the cancelled one is left out of n (the user's
// choice is no evidence) and the unfinished one is undetermined (and part of n). A filter on one
// outcome asks for the latencies of just these, so there only they count.
struct ThresholdCount {
  std::uint64_t n = 0;
  std::uint64_t exceedances = 0;
  std::uint64_t undetermined = 0;
};

// The same counters for the requests planned in one second, and the sum of the values of those that
// have one (for means): what windows, design effects and merges are made of.
struct ThresholdSecond {
  std::uint32_t n = 0;
  std::uint32_t exceedances = 0;
  std::uint32_t undetermined = 0;
  std::uint32_t values = 0;   // ok, or of the outcome that is asked for
  std::uint64_t sum_ns = 0;
};

struct Layout {
  std::vector<Phase> phases;         // at least one; in order, without gaps
  std::vector<std::string> classes;  // at least one
  std::vector<Threshold> thresholds;
  Nanos duration{0};
  Nanos good_within = Nanos::max();  // a slower answer makes its second a bad one (recovery)
  Segment segment;                   // whose users are recorded; others are passed over

  // The phase of an instant; the first before the beginning, the last after the end.
  std::uint32_t phase_at(Instant t) const;
};

struct Counts {
  std::uint64_t planned = 0;
  std::uint64_t sent = 0;
  std::array<std::uint64_t, kOutcomes> ended{};  // by Outcome

  std::uint64_t of(Outcome outcome) const { return ended[static_cast<std::size_t>(outcome)]; }
  std::uint64_t failed() const {
    return of(Outcome::error) + of(Outcome::timeout) + of(Outcome::dropped);
  }
  // Requests that say something about errors: all that ended but those cancelled or unfinished.
  std::uint64_t judged() const { return of(Outcome::ok) + failed(); }

  // Which law is broken, as a sentence; nothing when both hold:
  // planned = sent + dropped, sent = ok + error + timeout + cancelled + in_flight.
  std::optional<std::string> broken_law() const;
};

class Recorder {
 public:
  explicit Recorder(Layout layout);

  void planned(std::uint64_t requests = 1) { planned_ += requests; }  // said by the plan
  void sent() { ++sent_; }                                            // said by the sender
  // Said at the end of each; `gaps` are those between the events of its stream.
  void record(const Operation& op, std::span<const Nanos> gaps = {});
  // Said later, of an operation that was recorded: agent_added, once the fakes' part is known.
  void note(const Operation& op, Latency latency, Nanos value);
  // The same of a value that never came, which exceeds every bound.
  void note_failed(const Operation& op, Latency latency);

  void merge(const Recorder& other);  // of the same layout

  const Layout& layout() const { return layout_; }
  const Timeline& timeline() const { return timeline_; }
  const ThresholdCount& threshold(std::size_t index) const { return threshold_counts_[index]; }
  // By second of the planned instant, at most Timeline::kSecondsMax; later ones are in the last.
  const std::vector<ThresholdSecond>& threshold_seconds(std::size_t index) const {
    return threshold_seconds_[index];
  }

  Counts counts() const;               // planned and sent as they were said
  Counts counts(Filter where) const;   // planned and sent as the operations tell
  // Of every request that was sent, whatever its outcome; or of one outcome (dropped too).
  Histogram histogram(Latency latency, Filter where = {}) const;
  Histogram histogram(Latency latency, Outcome outcome, Filter where = {}) const;
  std::uint64_t failures(Failure why) const { return failures_[static_cast<std::size_t>(why)]; }
  std::uint64_t overflow() const;  // durations beyond 24 h

 private:
  friend struct RecorderJson;  // writes down what is recorded, and reads it back

  struct Cell {
    std::uint64_t count = 0;
    std::uint64_t sent = 0;
    std::array<Histogram, kLatencies> latencies;
  };

  Cell& cell(const Operation& op);
  template <class Visit>
  void for_each_cell(Filter where, Visit&& visit) const;  // visit(outcome, cell)

  void count(std::size_t threshold, const Operation& op, const ThresholdSecond& one);

  Layout layout_;
  std::uint64_t planned_ = 0;
  std::uint64_t sent_ = 0;
  std::vector<std::unique_ptr<Cell>> cells_;  // [phase][class][outcome][streamed]
  std::vector<ThresholdCount> threshold_counts_;
  std::vector<std::vector<ThresholdSecond>> threshold_seconds_;
  std::array<std::uint64_t, kFailures> failures_{};
  Timeline timeline_;
};

}  // namespace reports
