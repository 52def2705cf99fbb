#include "agent/jobs/event_log.hpp"

#include <algorithm>

namespace agent {

using world::Task;

// Room is made before the event comes in, so the newest is never dropped, and whoever waits for
// room() before each event loses none.
std::uint64_t EventLog::add(std::string event) {
  ENSURE(!ended_, "an event came after the end of its log");
  while (!ending_ && !has_room()) drop_first();
  bytes_ += event.size();
  events_.push_back(std::move(event));
  grown_.notify_all();
  return next() - 1;
}

void EventLog::end() {
  ended_ = true;
  grown_.notify_all();
  read_.notify_all();
}

bool EventLog::has_room() const {
  return events_.empty() || (events_.size() < bounds_.events_max && bytes_ < bounds_.bytes_max);
}

void EventLog::drop_first() {
  bytes_ -= events_.front().size();
  events_.pop_front();
  ++first_;
}

std::string EventLog::take(std::uint64_t& cursor) {
  std::string taken;
  const std::uint64_t from = std::max(cursor, first_);
  for (std::uint64_t i = from; i < next(); ++i) {
    taken += events_[static_cast<std::size_t>(i - first_)];
  }
  cursor = std::max(cursor, next());
  return taken;
}

std::vector<std::string> EventLog::copy(std::uint64_t& cursor) const {
  std::vector<std::string> copied;
  for (std::uint64_t i = std::max(cursor, first_); i < next(); ++i) {
    copied.push_back(events_[static_cast<std::size_t>(i - first_)]);
  }
  cursor = std::max(cursor, next());
  return copied;
}

std::string EventLog::take_out(std::uint64_t& cursor) {
  std::string taken = take(cursor);
  while (first_ < cursor && !events_.empty()) drop_first();
  read_.notify_all();
  return taken;
}

Task<void> EventLog::beyond(std::uint64_t cursor) {
  while (next() <= cursor && !ended_) co_await grown_.wait();
}

Task<void> EventLog::room() {
  while (!has_room() && !ended_ && !let_go_) co_await read_.wait();
}

void EventLog::let_go() {
  let_go_ = true;
  read_.notify_all();
}

}  // namespace agent
