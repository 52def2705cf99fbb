#include "reports/recorder.hpp"

#include "world/ensure.hpp"

namespace reports {

namespace {

enum class Evidence { none, within, exceeds, undetermined };

bool is_failure(Outcome outcome) {
  return outcome == Outcome::error || outcome == Outcome::timeout || outcome == Outcome::dropped;
}

// Latencies whose values are noted one by one, beside the operation.
bool is_noted(Latency latency) {
  return latency == Latency::inter_token || latency == Latency::agent_added;
}

// What one operation says about a threshold; see ThresholdCount.
Evidence evidence_of(const Operation& op, const Threshold& threshold) {
  const bool is_of_stream =
      threshold.latency == Latency::ttft || threshold.latency == Latency::stall;
  if (is_of_stream && !op.streamed) return Evidence::none;

  const auto exceeds = [&](Nanos value) {
    return threshold.inclusive ? value > threshold.bound : value >= threshold.bound;
  };
  const std::optional<Nanos> value = latency_of(op, threshold.latency);

  // Lateness is known as soon as the request is sent, whatever became of it.
  if (threshold.latency == Latency::lateness && value)
    return exceeds(*value) ? Evidence::exceeds : Evidence::within;
  if (is_failure(op.outcome)) return Evidence::exceeds;
  if (op.outcome == Outcome::ok) {
    if (!value) return Evidence::none;
    return exceeds(*value) ? Evidence::exceeds : Evidence::within;
  }
  // Cancelled or unfinished: only a lower bound is known, but for a first event that has arrived.
  const bool is_known = threshold.latency == Latency::ttft && value;
  const Nanos at_least =
      value ? *value : op.sent != world::kNever ? op.last_event - op.sent : Nanos{0};
  if (exceeds(at_least)) return Evidence::exceeds;
  if (is_known) return Evidence::within;
  return op.outcome == Outcome::in_flight ? Evidence::undetermined : Evidence::none;
}

}  // namespace

std::uint32_t Layout::phase_at(Instant t) const {
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < phases.size(); ++i)
    if (t >= phases[i].begin) found = i;
  return found;
}

std::optional<std::string> Counts::broken_law() const {
  const auto said = [](std::string_view name, std::uint64_t count) {
    return std::string(name) + " " + std::to_string(count);
  };
  if (planned != sent + of(Outcome::dropped))
    return said("planned", planned) + " is not " + said("sent", sent) + " + " +
           said("dropped", of(Outcome::dropped));
  const std::uint64_t ended_sum = of(Outcome::ok) + of(Outcome::error) + of(Outcome::timeout) +
                                  of(Outcome::cancelled) + of(Outcome::in_flight);
  if (sent != ended_sum)
    return said("sent", sent) + " is not " + said("ok", of(Outcome::ok)) + " + " +
           said("error", of(Outcome::error)) + " + " + said("timeout", of(Outcome::timeout)) +
           " + " + said("cancelled", of(Outcome::cancelled)) + " + " +
           said("in_flight_at_end", of(Outcome::in_flight));
  return std::nullopt;
}

Recorder::Recorder(Layout layout)
    : layout_(std::move(layout)),
      cells_(layout_.phases.size() * layout_.classes.size() * kOutcomes),
      threshold_counts_(layout_.thresholds.size()),
      timeline_(layout_.duration, layout_.classes.size()) {
  ENSURE(!cells_.empty(), "a recorder needs at least one phase and one class");
}

Recorder::Cell& Recorder::cell(std::uint32_t phase, std::uint32_t cls, Outcome outcome) {
  ENSURE(phase < layout_.phases.size() && cls < layout_.classes.size(),
         "an operation belongs to a phase and a class of the layout");
  const std::size_t row = phase * layout_.classes.size() + cls;
  std::unique_ptr<Cell>& cell = cells_[row * kOutcomes + static_cast<std::size_t>(outcome)];
  if (!cell) cell = std::make_unique<Cell>();
  return *cell;
}

template <class Visit>
void Recorder::for_each_cell(Filter where, Visit&& visit) const {
  const std::size_t classes = layout_.classes.size();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto phase = static_cast<std::uint32_t>(i / (classes * kOutcomes));
    const auto cls = static_cast<std::uint32_t>(i / kOutcomes % classes);
    if (cells_[i] && where.admits(phase, cls))
      visit(static_cast<Outcome>(i % kOutcomes), *cells_[i]);
  }
}

void Recorder::record(const Operation& op, std::span<const Nanos> gaps) {
  if (!layout_.segment.has(op.user)) return;
  Cell& c = cell(op.phase, op.cls, op.outcome);
  ++c.count;
  if (op.outcome != Outcome::dropped) ++c.sent;
  for (std::size_t i = 0; i < kLatencies; ++i)
    if (const auto value = latency_of(op, static_cast<Latency>(i))) c.latencies[i].record(*value);
  for (const Nanos gap : gaps) note(op, Latency::inter_token, gap);
  ++failures_[static_cast<std::size_t>(op.failure)];

  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    const Threshold& threshold = layout_.thresholds[i];
    if (is_noted(threshold.latency) || !threshold.where.admits(op.phase, op.cls)) continue;
    const Evidence evidence = evidence_of(op, threshold);
    if (evidence == Evidence::none) continue;
    ThresholdCount& count = threshold_counts_[i];
    ++count.n;
    if (evidence == Evidence::exceeds) ++count.exceedances;
    if (evidence == Evidence::undetermined) ++count.undetermined;
  }

  const Nanos response = *latency_of(op, Latency::response);
  if (op.outcome != Outcome::cancelled)
    timeline_.planned_request(op.planned,
                              op.outcome != Outcome::ok || response > layout_.good_within);
  if (op.outcome != Outcome::dropped) timeline_.response(op.last_event, op.cls, response);
}

void Recorder::note(const Operation& op, Latency latency, Nanos value) {
  if (!layout_.segment.has(op.user)) return;
  cell(op.phase, op.cls, op.outcome).latencies[static_cast<std::size_t>(latency)].record(value);
  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    const Threshold& threshold = layout_.thresholds[i];
    if (threshold.latency != latency || !threshold.where.admits(op.phase, op.cls)) continue;
    ThresholdCount& count = threshold_counts_[i];
    ++count.n;
    if (threshold.inclusive ? value > threshold.bound : value >= threshold.bound)
      ++count.exceedances;
  }
}

void Recorder::merge(const Recorder& other) {
  ENSURE(cells_.size() == other.cells_.size() &&
             threshold_counts_.size() == other.threshold_counts_.size(),
         "recorders of one run have the same layout");
  planned_ += other.planned_;
  sent_ += other.sent_;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (!other.cells_[i]) continue;
    if (!cells_[i]) cells_[i] = std::make_unique<Cell>();
    cells_[i]->count += other.cells_[i]->count;
    cells_[i]->sent += other.cells_[i]->sent;
    for (std::size_t l = 0; l < kLatencies; ++l)
      cells_[i]->latencies[l].merge(other.cells_[i]->latencies[l]);
  }
  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    threshold_counts_[i].n += other.threshold_counts_[i].n;
    threshold_counts_[i].exceedances += other.threshold_counts_[i].exceedances;
    threshold_counts_[i].undetermined += other.threshold_counts_[i].undetermined;
  }
  for (std::size_t i = 0; i < kFailures; ++i) failures_[i] += other.failures_[i];
  timeline_.merge(other.timeline_);
}

Counts Recorder::counts() const {
  Counts counts = this->counts(Filter{});
  counts.planned = planned_;
  counts.sent = sent_;
  return counts;
}

Counts Recorder::counts(Filter where) const {
  Counts counts;
  for_each_cell(where, [&](Outcome outcome, const Cell& c) {
    counts.planned += c.count;
    counts.sent += c.sent;
    counts.ended[static_cast<std::size_t>(outcome)] += c.count;
  });
  return counts;
}

Histogram Recorder::histogram(Latency latency, Filter where) const {
  Histogram all;
  for_each_cell(where, [&](Outcome outcome, const Cell& c) {
    if (outcome != Outcome::dropped) all.merge(c.latencies[static_cast<std::size_t>(latency)]);
  });
  return all;
}

Histogram Recorder::histogram(Latency latency, Outcome outcome, Filter where) const {
  Histogram all;
  for_each_cell(where, [&](Outcome of, const Cell& c) {
    if (of == outcome) all.merge(c.latencies[static_cast<std::size_t>(latency)]);
  });
  return all;
}

std::uint64_t Recorder::overflow() const {
  std::uint64_t total = 0;
  for_each_cell(Filter{}, [&](Outcome, const Cell& c) {
    for (const Histogram& histogram : c.latencies) total += histogram.overflow();
  });
  return total;
}

}  // namespace reports
