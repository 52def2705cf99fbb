#include "world/real_clock.hpp"

#include <time.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "world/wall_step.hpp"

namespace world {

namespace {
constexpr int kEventsPerTurn = 256;  // due events before sockets are looked at again

std::int64_t read_clock(clockid_t id) {
  timespec ts{};
  ::clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
}
}  // namespace

// One timer for the whole loop, re-armed only when the next instant is earlier than what it waits
// for.
struct RealClock::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  std::int64_t armed_for = INT64_MAX;  // steady nanoseconds
};

RealClock::RealClock(RealClockOptions options)
    : options_(options),
      io_(std::make_unique<boost::asio::io_context>(1)),
      timer_(std::make_unique<Timer>(*io_)),
      origin_(options.origin == 0 ? steady_now() : options.origin) {}

RealClock::~RealClock() = default;

std::int64_t RealClock::steady_now() { return read_clock(CLOCK_MONOTONIC); }
std::int64_t RealClock::thread_cpu_nanos() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

RealClock::Readings RealClock::read_all() {
  return {read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_REALTIME), read_clock(CLOCK_BOOTTIME)};
}

Instant RealClock::now() const {
  const std::int64_t wall = steady_now() - origin();
  if (options_.scale == 1.0) return at(Nanos(wall));
  return at(Nanos(static_cast<std::int64_t>(static_cast<double>(wall) * options_.scale)));
}

std::int64_t RealClock::unix_nanos() const {
  const std::int64_t step = options_.wall_step ? options_.wall_step->get().count() : 0;
  return read_clock(CLOCK_REALTIME) + step;
}

void RealClock::arm(Event& event, Instant at) {
  // Instant::min() means "at once", which is this turn: no need to ask the clock.
  if (at == Instant::min()) {
    queue_.push(event, turn_, turn_);
  } else {
    queue_.push(event, at, now());
  }
}

std::int64_t RealClock::wall_of(Instant at) const {
  const auto scenario = static_cast<double>(since_start(at).count());
  if (options_.scale == 1.0) return origin() + since_start(at).count();
  return origin() + static_cast<std::int64_t>(scenario / options_.scale) + 1;
}

bool RealClock::fire_due() {
  turn_ = now();
  bool fired = false;
  for (int n = 0; n < kEventsPerTurn; ++n) {
    const EventQueue::Entry entry = queue_.pop(turn_);
    if (entry.event == nullptr) break;
    entry.event->fire();
    fired = true;
  }
  if (fired && options_.slack > Nanos{0}) woke_ = steady_now();
  return fired;
}

void RealClock::wait_for(Instant next) {
  if (next == kNever) {
    io_->run_one();
    return;
  }
  std::int64_t wake = wall_of(next);
  if (options_.pacing == Pacing::spin) wake -= options_.spin.count();
  if (options_.pacing == Pacing::tick) {
    const std::int64_t tick = std::max<std::int64_t>(options_.tick.count(), 1);
    wake = origin() + (wake - origin() + tick - 1) / tick * tick;
  }
  if (options_.slack > Nanos{0}) wake = std::max(wake, woke_ + options_.slack.count());
  if (wake <= steady_now()) {
    io_->poll();  // spinning, or due already
    return;
  }
  if (wake < timer_->armed_for) {
    timer_->armed_for = wake;
    timer_->timer.expires_at(std::chrono::steady_clock::time_point(Nanos(wake)));
    timer_->timer.async_wait([timer = timer_.get()](boost::system::error_code error) {
      if (!error) timer->armed_for = INT64_MAX;
    });
  }
  io_->run_one();
}

bool RealClock::run(Task<void> main) {
  io_->restart();  // the end of an earlier run stopped it
  auto work = boost::asio::make_work_guard(*io_);
  Strand strand;
  bool ended = !main.start({}, &strand);
  while (!ended) {
    const bool fired = fire_due();
    if (fired) {
      io_->poll();
    } else {
      wait_for(queue_.next());
      io_->poll();
    }
    if (interrupted_.load(std::memory_order_relaxed)) strand.cancel();
    ended = main.done();
  }
  try {
    main.take();
  } catch (const Cancelled&) {
    return false;
  }
  return true;
}

void RealClock::restart(std::int64_t origin) {
  origin_.store(origin, std::memory_order_relaxed);
  boost::asio::post(*io_, [] {});  // the loop looks at the time again
}

void RealClock::interrupt() {
  interrupted_.store(true, std::memory_order_relaxed);
  boost::asio::post(*io_, [] {});
}

}  // namespace world
