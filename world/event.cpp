#include "world/event.hpp"

#include "world/ensure.hpp"

namespace world {

namespace {
constexpr std::size_t kArity = 4;
constexpr std::size_t kForgetAtLeast = 4'096;  // spent FIFO slots

bool before(const EventQueue::Entry& x, const EventQueue::Entry& y) {
  return x.at != y.at ? x.at < y.at : x.sequence < y.sequence;
}
}  // namespace

Event::~Event() { ENSURE(!armed(), "an armed event was destroyed"); }

void EventQueue::place(std::size_t i, const Entry& entry) {
  heap_[i] = entry;
  entry.event->place_ = static_cast<std::uint32_t>(i);
}

void EventQueue::sift_up(std::size_t i) {
  const Entry moving = heap_[i];
  while (i > 0) {
    const std::size_t parent = (i - 1) / kArity;
    if (!before(moving, heap_[parent])) break;
    place(i, heap_[parent]);
    i = parent;
  }
  place(i, moving);
}

void EventQueue::sift_down(std::size_t i) {
  const Entry moving = heap_[i];
  for (;;) {
    const std::size_t first = i * kArity + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + kArity, heap_.size());
    std::size_t least = first;
    for (std::size_t c = first + 1; c < last; ++c) {
      if (before(heap_[c], heap_[least])) least = c;
    }
    if (!before(heap_[least], moving)) break;
    place(i, heap_[least]);
    i = least;
  }
  place(i, moving);
}

void EventQueue::push(Event& event, Instant at, Instant now) {
  ENSURE(!event.armed(), "an event was armed twice");
  ++live_;
  if (at <= now) {
    if (head_ == fifo_.size() || (head_ >= kForgetAtLeast && head_ >= fifo_.size() / 2)) {
      forget_spent();
    }
    event.place_ = Event::kInFifo | static_cast<std::uint32_t>(fifo_.size());
    fifo_.push_back({now, next_sequence_++, &event});
    return;
  }
  heap_.push_back({at, next_sequence_++, &event});
  sift_up(heap_.size() - 1);
}

void EventQueue::remove(Event& event) {
  if (!event.armed()) return;
  --live_;
  const std::uint32_t where = event.place_;
  event.place_ = Event::kIdle;
  if (where & Event::kInFifo) {
    fifo_[where & ~Event::kInFifo].event = nullptr;
    return;
  }
  const std::size_t i = where;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (i == heap_.size()) return;
  place(i, last);
  sift_down(i);
  sift_up(last.event->place_);
}

void EventQueue::forget_spent() {
  fifo_.erase(fifo_.begin(), fifo_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  for (std::size_t i = 0; i < fifo_.size(); ++i) {
    if (fifo_[i].event != nullptr) {
      fifo_[i].event->place_ = Event::kInFifo | static_cast<std::uint32_t>(i);
    }
  }
}

void EventQueue::skip_removed() {
  while (head_ < fifo_.size() && fifo_[head_].event == nullptr) ++head_;
}

EventQueue::Entry EventQueue::take_heap_top() {
  const Entry top = heap_.front();
  const Entry last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) {
    place(0, last);
    sift_down(0);
  }
  return top;
}

EventQueue::Entry EventQueue::pop(Instant until) {
  skip_removed();
  const bool has_fifo = head_ < fifo_.size();
  const bool has_heap = !heap_.empty();
  const bool from_fifo = has_fifo && (!has_heap || before(fifo_[head_], heap_.front()));
  Entry entry;
  if (from_fifo) {
    if (fifo_[head_].at > until) return {};
    entry = fifo_[head_++];
  } else {
    if (!has_heap || heap_.front().at > until) return {};
    entry = take_heap_top();
  }
  entry.event->place_ = Event::kIdle;
  --live_;
  return entry;
}

Instant EventQueue::next() {
  skip_removed();
  Instant next = kNever;
  if (head_ < fifo_.size()) next = fifo_[head_].at;
  if (!heap_.empty() && heap_.front().at < next) next = heap_.front().at;
  return next;
}

}  // namespace world
