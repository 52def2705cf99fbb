// Two loops that meet at a handover: run under the thread sanitizer too.
#include "world/handover.hpp"

#include <catch2/catch.hpp>

#include "world/thread.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

constexpr int kValues = 20'000;

Task<void> tell(Clock& clock, Handover<int>& handover) {
  for (int i = 0; i < kValues; ++i) {
    const bool kept = handover.give(i);
    ENSURE(kept, "the handover has room for all");
    handover.speak(at(Nanos(i + 1)));
    if (i % 64 == 0) co_await clock.sleep(Nanos(0));
  }
}

}  // namespace

TEST_CASE("handover: everything arrives once, in order, and before what is spoken of it") {
  Handover<int> handover(kValues);
  LoopThread teller({}, [&handover](RealClock& clock) { clock.run(tell(clock, handover)); });
  std::vector<int> taken;
  int next = 0;
  bool in_order = true;
  bool spoken_truly = true;
  while (next < kValues) {
    const Instant upto = handover.take(taken);
    for (const int value : taken) in_order = in_order && value == next++;
    // Whoever says "all before n" has given them all.
    if (upto != Instant::min() && since_start(upto) > Nanos(next)) spoken_truly = false;
    if (!spoken_truly || !in_order) break;
  }
  teller.join();
  CHECK(in_order);
  CHECK(spoken_truly);
  CHECK(handover.take(taken) == at(Nanos(kValues)));
  CHECK(taken.empty());
  CHECK(handover.lost() == 0);
}

TEST_CASE("handover: a taker that stops costs no more than the bound") {
  Handover<int> handover(3);
  for (int i = 0; i < 5; ++i) CHECK(handover.give(i) == (i < 3));
  CHECK(handover.lost() == 2);
  std::vector<int> taken{7, 7};
  CHECK(handover.take(taken) == Instant::min());
  CHECK(taken == std::vector<int>{0, 1, 2});
  CHECK(handover.give(9));
  handover.take(taken);
  CHECK(taken == std::vector<int>{9});
}
