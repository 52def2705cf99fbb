#include "reports/lanes.hpp"

#include <algorithm>

namespace reports {

namespace {

void count(PerInterval& counts, std::size_t index) {
  if (index >= counts.size()) counts.resize(index + 1);
  ++counts[index];
}

void add_up(PerInterval& sum, const PerInterval& more) {
  if (more.size() > sum.size()) sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

// The row that `is_it` finds, or a new one while there is room.
template <class Row, class Is, class Make>
Row* row_of(std::vector<Row>& rows, const Is& is_it, const Make& make) {
  const auto found = std::find_if(rows.begin(), rows.end(), is_it);
  if (found != rows.end()) return &*found;
  if (rows.size() >= Lanes::kNamesMax) return nullptr;
  return &rows.emplace_back(make());
}

}  // namespace

Lanes::Lanes(Nanos duration, Segment segment)
    : interval_(interval_of(duration)), segment_(segment) {}

void Lanes::sent(const Operation& op) {
  if (segment_.has(op.user)) count(opened_, index(op.sent));
}

void Lanes::ended(const Operation& op) {
  if (!segment_.has(op.user)) return;
  const std::size_t at = index(op.last_event);
  count(ended_[static_cast<std::size_t>(op.outcome)], at);
  if (op.failure != Failure::none) count(failed_[static_cast<std::size_t>(op.failure)], at);
  if (op.outcome != Outcome::dropped && op.sent != world::kNever) count(closed_, at);
}

ProviderLane* Lanes::provider(std::string_view name) {
  return row_of(
      providers_, [&](const ProviderLane& row) { return row.name == name; },
      [&] { return ProviderLane{std::string(name), {}, {}}; });
}

StateLane* Lanes::state_lane(std::string_view lane, std::string_view name) {
  return row_of(
      states_, [&](const StateLane& row) { return row.lane == lane && row.name == name; },
      [&] { return StateLane{std::string(lane), std::string(name), {}}; });
}

GaugeLane* Lanes::gauge_lane(std::string_view lane, std::string_view name) {
  return row_of(
      gauges_, [&](const GaugeLane& row) { return row.lane == lane && row.name == name; },
      [&] { return GaugeLane{std::string(lane), std::string(name), {}, -1}; });
}

void Lanes::called(std::string_view name, Instant ended, bool ok) {
  ProviderLane* row = provider(name);
  if (row != nullptr) count(ok ? row->ok : row->failed, index(ended));
}

void Lanes::state(std::string_view lane, std::string_view name, Instant at,
                  std::string_view before, std::string_view state) {
  StateLane* row = state_lane(lane, name);
  if (row == nullptr || row->changes.size() >= kChangesMax) {
    ++left_out_;
    return;
  }
  if (row->changes.empty()) row->changes.emplace_back(Instant{}, before);
  if (row->changes.back().second == state) return;
  row->changes.emplace_back(at, state);
}

void Lanes::gauge(std::string_view lane, std::string_view name, Instant at, std::int64_t value) {
  GaugeLane* row = gauge_lane(lane, name);
  if (row == nullptr) return;
  const std::size_t i = index(at);
  if (i >= row->values.size()) row->values.resize(i + 1, row->last);
  row->values[i] = std::max(row->values[i], value);
  row->last = value;
}

void Lanes::event(const Event& event) {
  std::size_t& of_kind = events_of_kind_[event.kind];
  if (events_.size() < kEventsMax && of_kind < kEventsOfKindMax) {
    ++of_kind;
    events_.push_back(event);
  } else {
    ++left_out_;
  }
}

void Lanes::add(const Lanes& other, bool same_world) {
  for (std::size_t i = 0; i < kOutcomes; ++i) add_up(ended_[i], other.ended_[i]);
  for (std::size_t i = 0; i < kFailures; ++i) add_up(failed_[i], other.failed_[i]);
  add_up(opened_, other.opened_);
  add_up(closed_, other.closed_);
  if (same_world) return;
  for (const ProviderLane& more : other.providers_) {
    ProviderLane* row = provider(more.name);
    if (row == nullptr) continue;
    add_up(row->ok, more.ok);
    add_up(row->failed, more.failed);
  }
  for (const StateLane& more : other.states_) {
    StateLane* row = state_lane(more.lane, more.name);
    if (row == nullptr) continue;
    row->changes.insert(row->changes.end(), more.changes.begin(), more.changes.end());
    std::stable_sort(row->changes.begin(), row->changes.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    if (row->changes.size() > kChangesMax) row->changes.resize(kChangesMax);
  }
  for (const GaugeLane& more : other.gauges_) {
    GaugeLane* row = gauge_lane(more.lane, more.name);
    if (row == nullptr) continue;
    if (more.values.size() > row->values.size()) row->values.resize(more.values.size(), row->last);
    if (more.last >= 0) row->last = std::max<std::int64_t>(row->last, 0) + more.last;
    for (std::size_t i = 0; i < more.values.size(); ++i) {
      if (more.values[i] < 0) continue;
      row->values[i] = std::max<std::int64_t>(row->values[i], 0) + more.values[i];
    }
  }
  const bool are_first = events_.empty();  // then they stay in the order in which they were told
  events_.insert(events_.end(), other.events_.begin(), other.events_.end());
  if (!are_first) {
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.at < b.at; });
  }
  left_out_ += other.left_out_;
  if (events_.size() > kEventsMax) {
    left_out_ += events_.size() - kEventsMax;
    events_.resize(kEventsMax);
  }
}

}  // namespace reports
