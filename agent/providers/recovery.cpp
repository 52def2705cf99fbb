#include "agent/providers/recovery.hpp"

#include <algorithm>

#include "world/deadline.hpp"

namespace agent {

using world::Instant;
using world::Nanos;
using world::Task;

namespace {

constexpr Nanos kLookEvery = std::chrono::seconds(1);  // while the ramp rises
constexpr Nanos kLookAtLeastEvery = std::chrono::seconds(30);

Task<bool> called(world::Signal& signal) {
  co_await signal.wait();
  co_return true;
}

}  // namespace

Recovery::Recovery(world::Clock& clock, const ChainConfig& config,
                   std::function<Nanos()> usable_in)
    : clock_(clock), config_(config), usable_in_(std::move(usable_in)) {}

Recovery::Ticket::Ticket(Recovery& recovery)
    : recovery_(recovery), number_(recovery.tickets_++), called_(recovery.clock_) {}

Recovery::Ticket::~Ticket() {
  recovery_.line_.erase(number_);
  if (working_) --recovery_.working_;
  recovery_.look_again();
}

// `background_percent` of the capacity, of which the ramp shows from ramp_from_percent on all.
std::size_t Recovery::places() const {
  const std::int64_t share =
      std::max<std::int64_t>(1, config_.capacity * config_.background_percent / 100);
  const auto millis = [](Nanos time) { return time.count() / 1'000'000; };
  const std::int64_t whole = std::max<std::int64_t>(1, millis(config_.ramp));
  const std::int64_t well = std::min(whole, millis(clock_.now() - well_since_));
  const std::int64_t from = config_.ramp_from_percent;
  const std::int64_t shown = share * (from * whole + (100 - from) * well) / (100 * whole);
  return static_cast<std::size_t>(std::max<std::int64_t>(1, shown));
}

bool Recovery::is_turn_of(const Ticket& ticket) {
  const bool first = !line_.empty() && line_.begin()->second == &ticket;
  return first && working_ < places() && usable_in_() == Nanos{0};
}

void Recovery::look_again() {
  if (!line_.empty()) line_.begin()->second->called_.notify_one();
}

Task<bool> Recovery::wait(Ticket& ticket, Instant deadline) {
  if (ticket.working_) --working_;
  ticket.working_ = false;
  if (line_.size() >= kWaitingMax) co_return false;
  line_[ticket.number_] = &ticket;
  while (!is_turn_of(ticket)) {
    const Instant now = clock_.now();
    if (now >= deadline) {
      line_.erase(ticket.number_);
      look_again();
      co_return false;
    }
    // Only the first in line looks at the time; the others are called when it has gone.
    Instant until = deadline;
    if (line_.begin()->second == &ticket) {
      const Nanos usable = usable_in_();
      const Nanos next = usable == Nanos{0} ? kLookEvery : std::min(usable, kLookAtLeastEvery);
      until = std::min(deadline, now + std::max(Nanos{1}, next));
    }
    Task<bool> calling = called(ticket.called_);
    auto waiting = world::with_deadline(clock_, until, std::move(calling));
    const std::optional<bool> came = co_await waiting;
    static_cast<void>(came);
  }
  line_.erase(ticket.number_);
  ticket.working_ = true;
  ++working_;
  look_again();
  co_return true;
}

}  // namespace agent
