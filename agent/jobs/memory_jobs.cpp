#include "agent/jobs/memory_jobs.hpp"

#include <algorithm>

#include "agent/jobs/recovery.hpp"

namespace agent {

using world::Task;

namespace {
std::int64_t size_of(const std::string& text) { return static_cast<std::int64_t>(text.size()); }

std::int64_t size_of(const JobStore::Events& events) {
  std::int64_t bytes = 0;
  for (const auto& event : events) bytes += size_of(event.second);
  return bytes;
}
}  // namespace

MemoryJobs::Kept* MemoryJobs::find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &jobs_.at(found->second);
}

// Turns out what was promised to nobody, oldest first, until one more job of these bytes fits.
bool MemoryJobs::make_room(std::int64_t bytes) {
  const auto too_many = [this] { return static_cast<std::int64_t>(size()) >= config_.jobs_max; };
  while (too_many() && !unpromised_.empty()) erase(unpromised_.begin()->second);
  return !too_many() && make_bytes(bytes);
}

// The same for bytes alone.
bool MemoryJobs::make_bytes(std::int64_t bytes) {
  if (bytes > config_.bytes_max) return false;
  const auto too_large = [&] { return bytes_ + bytes > config_.bytes_max; };
  while (too_large() && !unpromised_.empty()) erase(unpromised_.begin()->second);
  return !too_large();
}

std::optional<Created> MemoryJobs::read_key(const IdempotencyKey& key, std::int64_t since) const {
  const auto there = keys_.find(OwnersKey(key.owner, key.key));
  if (there == keys_.end() || there->second.created_at <= since) return std::nullopt;
  Created earlier;
  const bool same = there->second.fingerprint == key.fingerprint;
  earlier.how = same ? Created::How::replayed : Created::How::conflict;
  earlier.row = jobs_.at(there->second.job).row;
  return earlier;
}

Task<StoreResult<std::optional<Created>>> MemoryJobs::find_key(IdempotencyKey key,
                                                               std::int64_t at) {
  std::optional<Created> found = read_key(key, at - config_.ttl.count());
  co_return StoreResult<std::optional<Created>>(std::move(found));
}

Task<StoreResult<Created>> MemoryJobs::create(JobRow row, std::optional<IdempotencyKey> key) {
  using Result = StoreResult<Created>;
  Created created;
  if (key) {
    std::optional<Created> earlier = read_key(*key, row.created_at - config_.ttl.count());
    if (earlier) co_return Result(std::move(*earlier));
    const auto old = keys_.find(OwnersKey(key->owner, key->key));
    if (old != keys_.end()) free_key(jobs_.at(old->second.job));
  }
  if (by_id_.count(row.id) > 0) co_return Result(StoreFailure::broken);
  const std::int64_t bytes = size_of(row.body) + size_of(row.result);
  if (!make_room(bytes)) co_return Result(StoreFailure::full);
  const Number number = made_++;
  Kept kept;
  kept.row = row;
  kept.promised = row.background || key;
  if (key) {
    kept.key.emplace(key->owner, key->key);
    keys_[*kept.key] = {std::move(key->fingerprint), row.created_at, number};
  }
  by_id_.emplace(row.id, number);
  by_owner_.emplace(row.owner, number);
  bytes_ += bytes;
  jobs_.emplace(number, std::move(kept));
  created.row = std::move(row);
  co_return Result(std::move(created));
}

bool MemoryJobs::may_advance(const Kept& kept, const Change& change) const {
  if (kept.row.attempt != change.attempt || kept.row.expired) return false;
  return !is_terminal(kept.row.state) || defect_ == Defect::late_result_overwrites;
}

Task<StoreResult<bool>> MemoryJobs::advance(Change change) {
  make_bytes(size_of(change.result) + size_of(change.events));  // as far as it can
  Kept* kept = find(change.id);
  if (kept == nullptr || !may_advance(*kept, change)) co_return StoreResult<bool>(false);
  const Number number = by_id_.at(change.id);
  const bool first_end = !is_terminal(kept->row.state);
  kept->row.state = change.state;
  kept->row.heartbeat_at = change.at;
  kept->row.began_effects = kept->row.began_effects || change.began_effects;
  kept->row.follows = kept->row.follows || change.follows;
  if (!change.result.empty()) set_result(*kept, std::move(change.result));
  const std::uint64_t events_end = change.events.empty() ? kept->events_end
                                                         : change.events.back().first + 1;
  kept->events_end = UINT64_MAX;
  add_events(*kept, std::move(change.events));
  if (is_terminal(change.state)) {
    kept->events_end = events_end;
    if (first_end) {
      kept->row.ended_at = change.at;
      end(number, *kept);
    }
    forget_some(number);
  }
  co_return StoreResult<bool>(true);
}

void MemoryJobs::end(Number number, Kept& kept) {
  ended_.emplace(kept.row.ended_at, number);
  if (!kept.promised) unpromised_.emplace(kept.row.ended_at, number);
}

// A defect: every fourth job is gone once it has ended.
void MemoryJobs::forget_some(Number number) {
  if (defect_ == Defect::forgets_jobs && ++ends_ % 4 == 0) erase(number);
}

void MemoryJobs::set_result(Kept& kept, std::string result) {
  bytes_ += size_of(result) - size_of(kept.row.result);
  kept.row.result = std::move(result);
}

Task<StoreResult<std::optional<JobRow>>> MemoryJobs::read(std::string id) {
  std::optional<JobRow> row;
  if (const Kept* kept = find(id)) row = kept->row;
  co_return StoreResult<std::optional<JobRow>>(std::move(row));
}

Task<StoreResult<std::vector<JobRow>>> MemoryJobs::list(std::string owner, std::string after,
                                                        std::size_t limit) {
  std::vector<JobRow> rows;
  auto at = by_owner_.lower_bound({owner, UINT64_MAX});
  if (!after.empty()) {
    const auto found = by_id_.find(after);
    const bool is_theirs = found != by_id_.end() && jobs_.at(found->second).row.owner == owner;
    at = is_theirs ? by_owner_.find({owner, found->second}) : by_owner_.begin();
  }
  while (rows.size() < limit && at != by_owner_.begin()) {
    --at;
    if (at->first != owner) break;
    const JobRow& row = jobs_.at(at->second).row;
    if (row.expired) continue;
    rows.push_back(row);
    rows.back().body.clear();
  }
  co_return StoreResult<std::vector<JobRow>>(std::move(rows));
}

Task<StoreResult<void>> MemoryJobs::request_cancel(std::string id) {
  Kept* kept = find(id);
  if (kept != nullptr && !is_terminal(kept->row.state)) kept->row.cancel_requested = true;
  co_return StoreResult<void>();
}

Task<StoreResult<void>> MemoryJobs::heartbeat(std::vector<std::string> ids, std::int64_t at) {
  for (const std::string& id : ids) {
    Kept* kept = find(id);
    if (kept != nullptr && !is_terminal(kept->row.state)) kept->row.heartbeat_at = at;
  }
  co_return StoreResult<void>();
}

Task<StoreResult<void>> MemoryJobs::remove(std::string id) {
  const auto found = by_id_.find(id);
  if (found != by_id_.end()) erase(found->second);
  co_return StoreResult<void>();
}

Task<StoreResult<void>> MemoryJobs::append_events(std::string id, Events events) {
  if (!make_bytes(size_of(events))) co_return StoreResult<void>(StoreFailure::full);
  Kept* kept = find(id);
  if (kept != nullptr && !kept->row.expired) add_events(*kept, std::move(events));
  co_return StoreResult<void>();
}

void MemoryJobs::add_events(Kept& kept, Events events) {
  for (auto& [number, event] : events) {
    const auto first_not_before = [](const auto& held, std::uint64_t n) { return held.first < n; };
    const auto at = std::lower_bound(kept.events.begin(), kept.events.end(), number,
                                     first_not_before);
    const bool is_there = at != kept.events.end() && at->first == number;
    if (is_there || number >= kept.events_end) continue;
    kept.event_bytes += size_of(event);
    bytes_ += size_of(event);
    kept.events.emplace(at, number, std::move(event));
  }
  while (kept.events.size() > 1 &&
         (static_cast<std::int64_t>(kept.events.size()) > config_.events_max ||
          kept.event_bytes > config_.event_bytes_max)) {
    kept.event_bytes -= size_of(kept.events.front().second);
    bytes_ -= size_of(kept.events.front().second);
    kept.events.pop_front();
  }
}

void MemoryJobs::drop_events(Kept& kept) {
  bytes_ -= std::exchange(kept.event_bytes, 0);
  kept.events.clear();
}

Task<StoreResult<JobStore::Events>> MemoryJobs::events(std::string id, std::uint64_t from) {
  Events events;
  if (const Kept* kept = find(id)) {
    for (const auto& event : kept->events) {
      if (event.first >= from) events.push_back(event);
    }
  }
  co_return StoreResult<Events>(std::move(events));
}

Task<StoreResult<std::vector<JobRow>>> MemoryJobs::sweep(std::string boot,
                                                         std::int64_t attempts_max,
                                                         std::int64_t at,
                                                         Interrupted interrupted) {
  std::vector<JobRow> runnable;
  for (auto& [number, kept] : jobs_) {
    if (is_terminal(kept.row.state) || kept.row.boot == boot) continue;
    const std::int64_t before = size_of(kept.row.result);
    const Fate fate = recover(kept.row, boot, attempts_max, at, interrupted);
    bytes_ += size_of(kept.row.result) - before;
    if (fate == Fate::run_again) drop_events(kept);
    if (is_terminal(kept.row.state)) {
      end(number, kept);
    } else {
      runnable.push_back(kept.row);
    }
  }
  co_return StoreResult<std::vector<JobRow>>(std::move(runnable));
}

Task<StoreResult<std::size_t>> MemoryJobs::expire(std::int64_t before) {
  std::size_t expired = 0;
  for (; !ended_.empty() && ended_.begin()->first < before; ++expired) {
    bury(ended_.begin()->second);
  }
  const std::int64_t gone = before - kTombstonesFor.count();
  while (!tombstones_.empty() &&
         (tombstones_.begin()->first < gone ||
          static_cast<std::int64_t>(tombstones_.size()) > config_.jobs_max)) {
    erase(tombstones_.begin()->second);
  }
  const std::int64_t today = before / kDay;
  for (auto at = used_.begin(); at != used_.end();) {
    at = at->first.second < today ? used_.erase(at) : std::next(at);
  }
  co_return StoreResult<std::size_t>(expired);
}

void MemoryJobs::free_key(Kept& kept) {
  if (kept.key) keys_.erase(*kept.key);
  kept.key.reset();
}

// Keeps only who it was and how it ended.
void MemoryJobs::bury(Number number) {
  Kept& kept = jobs_.at(number);
  ended_.erase({kept.row.ended_at, number});
  unpromised_.erase({kept.row.ended_at, number});
  tombstones_.emplace(kept.row.ended_at, number);
  free_key(kept);
  drop_events(kept);
  bytes_ -= size_of(kept.row.body) + size_of(kept.row.result);
  kept.row.body.clear();
  kept.row.result.clear();
  kept.row.expired = true;
}

void MemoryJobs::erase(Number number) {
  bury(number);
  const Kept& kept = jobs_.at(number);
  tombstones_.erase({kept.row.ended_at, number});
  by_id_.erase(kept.row.id);
  by_owner_.erase({kept.row.owner, number});
  jobs_.erase(number);
}

Task<StoreResult<std::int64_t>> MemoryJobs::add_used(std::string key, std::int64_t day,
                                                     std::int64_t amount) {
  const auto at = used_.find({key, day});
  if (at == used_.end() && static_cast<std::int64_t>(used_.size()) >= config_.counters_max) {
    co_return StoreResult<std::int64_t>(StoreFailure::full);
  }
  co_return StoreResult<std::int64_t>(used_[{key, day}] += amount);
}

}  // namespace agent
