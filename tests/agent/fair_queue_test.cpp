// The fair queue: who is let in when, who is refused, and what those who wait are told.
#include <catch2/catch.hpp>
#include <list>

#include "agent/queue/fair_queue.hpp"
#include "tests/support/worlds.hpp"

using namespace std::chrono_literals;
using agent::FairQueue;

namespace {

struct Bench {
  world::SimClock clock;
  agent::QueueConfig config;
  std::unique_ptr<FairQueue> queue;
  std::list<std::pair<std::string, FairQueue::Slot>> slots;

  Bench(std::int64_t running, std::int64_t of_user, std::int64_t user_waiting = 20,
        std::int64_t waiting = 500) {
    config.running_max = running;
    config.user_running_max = of_user;
    config.user_waiting_max = user_waiting;
    config.waiting_max = waiting;
    queue = std::make_unique<FairQueue>(clock, config, agent::Defect::none);
  }
  ~Bench() { slots.clear(); }

  FairQueue::Slot& enter(const std::string& user) {
    slots.emplace_back(std::piecewise_construct, std::forward_as_tuple(user),
                       std::forward_as_tuple(*queue, user));
    return slots.back().second;
  }

  // Users in the order in which they are let in, when each slot is given back at once.
  std::string order() {
    std::string all;
    while (!slots.empty()) {
      auto at = std::find_if(slots.begin(), slots.end(), [](auto& s) { return s.second.holds(); });
      REQUIRE(at != slots.end());
      all += at->first;
      slots.erase(at);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("users take turns, however many requests each has", "[queue][REQ-037]") {
  Bench b(1, 5);
  for (const char* user : {"a", "a", "a", "a", "b", "c", "b"}) b.enter(user);
  CHECK(b.order() == "aabcaba");
}

TEST_CASE("a user at the limit is passed over, not waited for", "[queue][REQ-031]") {
  Bench b(3, 2);
  for (const char* user : {"a", "a", "a", "a"}) b.enter(user);
  CHECK(b.queue->running() == 2);
  CHECK(b.enter("b").holds());
  CHECK(b.queue->waiting() == 2);
}

TEST_CASE("lines are bounded, and who leaves makes room", "[queue][REQ-035]") {
  Bench b(1, 1, 2, 3);
  CHECK(b.enter("a").holds());
  CHECK_FALSE(b.enter("a").refused());
  CHECK_FALSE(b.enter("a").refused());
  CHECK(b.enter("a").refused());  // of one user
  CHECK_FALSE(b.enter("b").refused());
  CHECK(b.enter("c").refused());  // of all
  b.slots.erase(std::next(b.slots.begin()));
  CHECK(b.queue->waiting() == 2);
  CHECK_FALSE(b.enter("c").refused());
  b.slots.clear();
  CHECK(b.queue->waiting() == 0);
  CHECK(b.queue->running() == 0);
}

TEST_CASE("positions are those of the turns to come", "[queue][REQ-033]") {
  Bench b(1, 5);
  b.enter("a");
  const FairQueue::Slot& a2 = b.enter("a");
  const FairQueue::Slot& a3 = b.enter("a");
  const FairQueue::Slot& b1 = b.enter("b");
  const FairQueue::Slot& b2 = b.enter("b");
  CHECK(a2.place().position == 1);
  CHECK(b1.place().position == 2);
  CHECK(a3.place().position == 3);
  CHECK(b2.place().position == 4);
  CHECK(b1.place().eta == 4s);  // two departures, two seconds each: nothing was measured yet
  b.slots.pop_front();
  CHECK(a2.holds());
  CHECK(b1.place().position == 1);
  CHECK(a3.place().position == 2);
  CHECK(b2.place().position == 3);
}

TEST_CASE("the estimate learns from those who finish, not from those who leave",
          "[queue][REQ-034]") {
  Bench b(1, 5);
  struct Nap {
    static world::Task<void> take(world::Clock& c) { co_await c.sleep(10s); }
  };
  for (int i = 0; i < 40; ++i) {
    FairQueue::Slot& slot = b.enter("a");
    b.clock.run(Nap::take(b.clock));
    if (i % 2 == 0) slot.finish();
    b.slots.clear();
  }
  CHECK(b.queue->service_time() > 9s);
  CHECK(b.queue->service_time() < 10s);
}
