#include "reports/recorder.hpp"

#include <algorithm>

#include "world/ensure.hpp"

namespace reports {

namespace {

enum class Evidence { none, within, exceeds, undetermined };

bool is_failure(Outcome outcome) {
  return outcome == Outcome::error || outcome == Outcome::timeout || outcome == Outcome::dropped;
}

// Latencies whose values are noted one by one, beside the operation.
bool is_noted(Latency latency) {
  return latency == Latency::inter_token || latency == Latency::agent_added ||
         latency == Latency::status;
}

// Latencies that are known, whatever became of the request, as soon as there is a value.
bool is_known_early(Latency latency) {
  return latency == Latency::lateness || latency == Latency::queue_wait;
}

// Of an unfinished or cancelled request only a lower bound is known.
Nanos at_least(const Operation& op, const std::optional<Nanos>& value) {
  return value ? *value : op.sent != world::kNever ? op.last_event - op.sent : Nanos{0};
}

Evidence evidence_of_latency(const Operation& op, const Threshold& threshold) {
  const bool is_of_stream =
      threshold.latency == Latency::ttft || threshold.latency == Latency::stall;
  if (is_of_stream && !op.streamed) return Evidence::none;

  const auto exceeds = [&](Nanos value) {
    return threshold.inclusive ? value > threshold.bound : value >= threshold.bound;
  };
  const auto judged = [&](Nanos value) {
    return exceeds(value) ? Evidence::exceeds : Evidence::within;
  };
  const std::optional<Nanos> value = latency_of(op, threshold.latency);

  if (is_known_early(threshold.latency) && value) return judged(*value);
  if (threshold.latency == Latency::queue_wait) return Evidence::none;  // the target did not say
  const bool is_finished = op.outcome != Outcome::in_flight;
  if (threshold.where.outcome && is_finished) return value ? judged(*value) : Evidence::none;
  if (is_failure(op.outcome)) return Evidence::exceeds;
  if (op.outcome == Outcome::ok) return value ? judged(*value) : Evidence::none;
  // Cancelled or unfinished; a first event may have arrived, though.
  if (exceeds(at_least(op, value))) return Evidence::exceeds;
  if (threshold.latency == Latency::ttft && value) return Evidence::within;
  return is_finished ? Evidence::none : Evidence::undetermined;
}

// What one operation says about a threshold; see ThresholdCount.
Evidence evidence_of(const Operation& op, const Threshold& threshold, Nanos good_within) {
  using Exceeds = Threshold::Exceeds;
  if (threshold.exceeds == Exceeds::latency) return evidence_of_latency(op, threshold);
  const Nanos response = *latency_of(op, Latency::response);
  const bool is_slow = threshold.exceeds == Exceeds::not_good && response > good_within;
  if (op.outcome == Outcome::ok) return is_slow ? Evidence::exceeds : Evidence::within;
  if (op.outcome == Outcome::in_flight) return is_slow ? Evidence::exceeds : Evidence::undetermined;
  if (op.outcome == Outcome::cancelled && threshold.exceeds == Exceeds::failure)
    return Evidence::none;
  return Evidence::exceeds;
}

ThresholdSecond one_of(Evidence evidence) {
  ThresholdSecond one;
  one.n = evidence != Evidence::none ? 1 : 0;
  one.exceedances = evidence == Evidence::exceeds ? 1 : 0;
  one.undetermined = evidence == Evidence::undetermined ? 1 : 0;
  return one;
}

// Whether the value of an operation is part of means: an answer's, or any that is known early.
bool has_value(const Operation& op, const Threshold& threshold) {
  if (is_known_early(threshold.latency)) return true;
  return threshold.where.outcome ? op.outcome != Outcome::in_flight : op.outcome == Outcome::ok;
}

void add_value(ThresholdSecond& second, Nanos value) {
  ++second.values;
  second.sum_ns += static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(value.count(), 0, Histogram::kHighest));
}

void add(ThresholdSecond& to, const ThresholdSecond& from) {
  to.n += from.n;
  to.exceedances += from.exceedances;
  to.undetermined += from.undetermined;
  to.values += from.values;
  to.sum_ns += from.sum_ns;
}

std::size_t second_of(Instant planned) {
  const std::int64_t ns = std::max<std::int64_t>(0, world::since_start(planned).count());
  return std::min(static_cast<std::size_t>(ns / 1'000'000'000), Timeline::kSecondsMax - 1);
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
      cells_(layout_.phases.size() * layout_.classes.size() * kOutcomes * 2),
      threshold_counts_(layout_.thresholds.size()),
      threshold_seconds_(layout_.thresholds.size()),
      timeline_(layout_.duration, layout_.classes.size()) {
  ENSURE(!cells_.empty(), "a recorder needs at least one phase and one class");
  const std::size_t seconds = second_of(Instant{} + layout_.duration) + 1;
  for (auto& of_threshold : threshold_seconds_) of_threshold.reserve(seconds);
}

Recorder::Cell& Recorder::cell(const Operation& op) {
  ENSURE(op.phase < layout_.phases.size() && op.cls < layout_.classes.size(),
         "an operation belongs to a phase and a class of the layout");
  std::size_t at = op.phase * layout_.classes.size() + op.cls;
  at = at * kOutcomes + static_cast<std::size_t>(op.outcome);
  std::unique_ptr<Cell>& cell = cells_[at * 2 + (op.streamed ? 1 : 0)];
  if (!cell) cell = std::make_unique<Cell>();
  return *cell;
}

template <class Visit>
void Recorder::for_each_cell(Filter where, Visit&& visit) const {
  const std::size_t classes = layout_.classes.size();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (!cells_[i]) continue;
    const auto phase = static_cast<std::uint32_t>(i / (classes * kOutcomes * 2));
    const auto cls = static_cast<std::uint32_t>(i / (kOutcomes * 2) % classes);
    const auto outcome = static_cast<Outcome>(i / 2 % kOutcomes);
    if (!where.admits(phase, cls)) continue;
    if (where.outcome && *where.outcome != outcome) continue;
    if (where.streamed && *where.streamed != (i % 2 == 1)) continue;
    visit(outcome, *cells_[i]);
  }
}

void Recorder::count(std::size_t threshold, const Operation& op, const ThresholdSecond& one) {
  ThresholdCount& all = threshold_counts_[threshold];
  all.n += one.n;
  all.exceedances += one.exceedances;
  all.undetermined += one.undetermined;
  const std::size_t second = second_of(op.planned);
  std::vector<ThresholdSecond>& seconds = threshold_seconds_[threshold];
  if (second >= seconds.size()) seconds.resize(second + 1);
  add(seconds[second], one);
}

void Recorder::record(const Operation& op, std::span<const Nanos> gaps) {
  if (!layout_.segment.has(op.user)) return;
  Cell& c = cell(op);
  ++c.count;
  if (op.outcome != Outcome::dropped) ++c.sent;
  for (std::size_t i = 0; i < kLatencies; ++i)
    if (const auto value = latency_of(op, static_cast<Latency>(i))) c.latencies[i].record(*value);
  for (const Nanos gap : gaps) note(op, Latency::inter_token, gap);
  ++failures_[static_cast<std::size_t>(op.failure)];

  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    const Threshold& threshold = layout_.thresholds[i];
    const bool is_later = threshold.exceeds == Threshold::Exceeds::latency &&
                          is_noted(threshold.latency);
    if (is_later || !threshold.where.admits(op)) continue;
    const Evidence evidence = evidence_of(op, threshold, layout_.good_within);
    if (evidence == Evidence::none) continue;
    ThresholdSecond one = one_of(evidence);
    const auto value = latency_of(op, threshold.latency);
    if (value && has_value(op, threshold)) add_value(one, *value);
    count(i, op, one);
  }

  const Nanos response = *latency_of(op, Latency::response);
  // What is unfinished and not yet slow says neither good nor bad.
  const bool is_open = op.outcome == Outcome::in_flight && response <= layout_.good_within;
  if (op.outcome != Outcome::cancelled && !is_open)
    timeline_.planned_request(op.planned,
                              op.outcome != Outcome::ok || response > layout_.good_within);
  if (op.outcome != Outcome::dropped) timeline_.response(op.last_event, op.cls, response);
}

void Recorder::note(const Operation& op, Latency latency, Nanos value) {
  if (!layout_.segment.has(op.user)) return;
  cell(op).latencies[static_cast<std::size_t>(latency)].record(value);
  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    const Threshold& threshold = layout_.thresholds[i];
    if (threshold.exceeds != Threshold::Exceeds::latency || threshold.latency != latency ||
        !threshold.where.admits(op))
      continue;
    const bool exceeds = threshold.inclusive ? value > threshold.bound : value >= threshold.bound;
    ThresholdSecond one = one_of(exceeds ? Evidence::exceeds : Evidence::within);
    add_value(one, value);
    count(i, op, one);
  }
}

void Recorder::note_failed(const Operation& op, Latency latency) {
  if (!layout_.segment.has(op.user)) return;
  for (std::size_t i = 0; i < threshold_counts_.size(); ++i) {
    const Threshold& threshold = layout_.thresholds[i];
    if (threshold.exceeds != Threshold::Exceeds::latency || threshold.latency != latency ||
        !threshold.where.admits(op))
      continue;
    count(i, op, one_of(Evidence::exceeds));
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
    std::vector<ThresholdSecond>& seconds = threshold_seconds_[i];
    const std::vector<ThresholdSecond>& theirs = other.threshold_seconds_[i];
    if (theirs.size() > seconds.size()) seconds.resize(theirs.size());
    for (std::size_t s = 0; s < theirs.size(); ++s) add(seconds[s], theirs[s]);
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
