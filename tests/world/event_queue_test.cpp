// The order of events, and that the queue neither forgets nor keeps them.
#include <catch2/catch.hpp>
#include <deque>

#include "world/event.hpp"
#include "world/random.hpp"

using namespace world;

namespace {
struct Noted final : Event {
  void fire() override {}
  int id = 0;
};
}  // namespace

TEST_CASE("event queue: by time, then by sequence, whatever was removed") {
  const Random random(3);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EventQueue queue;
    std::deque<Noted> events(200);
    struct Expected {
      Instant at;
      int order;
      Noted* event;
    };
    std::vector<Expected> expected;
    for (int i = 0; i < 200; ++i) {
      Noted& event = events[static_cast<std::size_t>(i)];
      const auto when = random.below(20, Purpose("when"), seed, static_cast<std::uint64_t>(i));
      const Instant at = world::at(Nanos(static_cast<std::int64_t>(when)));
      queue.push(event, at, world::at(Nanos(5)));  // those up to 5 are due
      expected.push_back({std::max(at, world::at(Nanos(5))), i, &event});
    }
    for (int i = 0; i < 200; i += 3) {
      Noted& event = events[static_cast<std::size_t>(i)];
      queue.remove(event);
      CHECK_FALSE(event.armed());
      std::erase_if(expected, [&](const Expected& e) { return e.event == &event; });
    }
    std::sort(expected.begin(), expected.end(), [](const Expected& x, const Expected& y) {
      return x.at != y.at ? x.at < y.at : x.order < y.order;
    });
    CHECK(queue.size() == expected.size());
    for (const Expected& e : expected) {
      const EventQueue::Entry entry = queue.pop(kNever);
      CHECK(entry.event == e.event);
      CHECK(entry.at == e.at);
    }
    CHECK(queue.pop(kNever).event == nullptr);
    CHECK(queue.next() == kNever);
  }
}

TEST_CASE("event queue: due events that never run out keep their order and can be removed") {
  EventQueue queue;
  std::deque<Noted> events(3);
  for (int i = 0; i < 3; ++i) events[static_cast<std::size_t>(i)].id = i;
  for (Noted& event : events) queue.push(event, Instant{}, Instant{});
  // Always two or more wait, for many times the slots after which the queue forgets spent ones.
  for (int turn = 0; turn < 100'000; ++turn) {
    const EventQueue::Entry entry = queue.pop(Instant{});
    REQUIRE(entry.event == &events[static_cast<std::size_t>(turn % 3)]);
    queue.push(*entry.event, Instant{}, Instant{});
  }
  queue.remove(events[1]);
  CHECK(queue.size() == 2);
  CHECK(queue.pop(Instant{}).event == &events[100'000 % 3 == 1 ? 2 : 100'000 % 3]);
  for (Noted& event : events) queue.remove(event);
}
