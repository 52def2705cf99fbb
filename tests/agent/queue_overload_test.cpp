// The fair queue under more than it can do: who is turned away, who is served, and who pays.
#include <catch2/catch.hpp>
#include <list>

#include "agent/queue/queue_page.hpp"
#include "tests/agent/queue_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::QueueConfig;
using agent::Wish;
using world::Nanos;

namespace {

struct Bench {
  world::SimClock clock;
  FairQueue queue;
  std::list<FairQueue::Slot> slots;

  explicit Bench(const QueueConfig& config) : queue(clock, config, agent::Defect::none) {}

  FairQueue::Slot& enter(const std::string& user, ServiceTier tier = ServiceTier::standard,
                         std::int64_t bytes = 0, Nanos not_before = {}) {
    Wish wish;
    wish.tier = tier;
    wish.bytes = bytes;
    wish.not_before = world::at(not_before);
    wish.id = user + std::to_string(slots.size());
    slots.emplace_back(queue, user, std::move(wish));
    return slots.back();
  }
  void pass(Nanos time) { clock.run(nap(clock, time)); }
  static world::Task<void> nap(world::Clock& clock, Nanos time) { co_await clock.sleep(time); }
};

QueueConfig small(std::int64_t running, std::int64_t waiting) {
  QueueConfig config;
  config.running_max = running;
  config.waiting_max = waiting;
  return config;
}

auto of(ServiceTier tier) {
  return [tier](const QueueWorld::Ended& each) { return each.asking.tier == tier; };
}
auto light = [](const QueueWorld::Ended& each) { return each.asking.user != "heavy"; };

// Jain's index of what each user got, against what each asked for when that is less than its share.
double jain(const QueueWorld& w, std::int64_t share) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> users;  // asked, got
  for (const QueueWorld::Ended& each : w.ended) {
    ++users[each.asking.user].first;
    users[each.asking.user].second += each.answered ? 1 : 0;
  }
  double sum = 0;
  double squares = 0;
  for (const auto& [name, n] : users) {
    const double x = static_cast<double>(n.second) / static_cast<double>(std::min(n.first, share));
    sum += std::min(x, 1.0);
    squares += std::min(x, 1.0) * std::min(x, 1.0);
  }
  return sum * sum / (static_cast<double>(users.size()) * squares);
}

}  // namespace

TEST_CASE("when the line is full, the newest of a lower class makes room", "[queue][REQ-040]") {
  Bench b(small(1, 3));
  b.enter("a");
  FairQueue::Slot& flex = b.enter("a", ServiceTier::flex);
  FairQueue::Slot& newer = b.enter("b", ServiceTier::flex);
  FairQueue::Slot& standard = b.enter("c");
  CHECK(b.enter("d", ServiceTier::flex).refusal() == Refusal::line_full);
  CHECK_FALSE(b.enter("e").refused());
  CHECK(newer.refusal() == Refusal::displaced);
  CHECK_FALSE(b.enter("f", ServiceTier::priority).refused());
  CHECK(flex.refusal() == Refusal::displaced);
  CHECK(b.enter("g").refusal() == Refusal::line_full);
  CHECK_FALSE(b.enter("h", ServiceTier::priority).refused());  // of those below, e is the newest
  CHECK_FALSE(standard.refused());
  CHECK(b.queue.waiting() == 3);
  CHECK(b.queue.come_again() >= 1s);
  b.slots.clear();
  CHECK(b.queue.waiting() == 0);
  CHECK(b.queue.running() == 0);
}

TEST_CASE("a user who displaces the own last request is still known", "[queue][REQ-040]") {
  Bench b(small(1, 1));
  b.enter("a");
  FairQueue::Slot& flex = b.enter("b", ServiceTier::flex);
  FairQueue::Slot& priority = b.enter("b", ServiceTier::priority);
  CHECK(flex.refusal() == Refusal::displaced);
  CHECK(priority.place().position == 1);
  b.slots.pop_front();
  CHECK(priority.holds());
}

TEST_CASE("the line is bounded in bytes", "[queue][REQ-035]") {
  QueueConfig config = small(1, 500);
  config.waiting_bytes_max = 1'000;
  Bench b(config);
  CHECK(b.enter("a", ServiceTier::standard, 5'000).holds());  // it does not wait
  CHECK_FALSE(b.enter("a", ServiceTier::flex, 600).refused());
  CHECK(b.enter("b", ServiceTier::priority, 1'001).refusal() == Refusal::bytes_full);
  CHECK(b.enter("b", ServiceTier::flex, 600).refusal() == Refusal::bytes_full);
  CHECK(b.queue.waiting_bytes() == 600);
  CHECK_FALSE(b.enter("b", ServiceTier::standard, 600).refused());
  CHECK(b.queue.waiting() == 1);
  CHECK(b.queue.waiting_bytes() == 600);
  b.slots.clear();
  CHECK(b.queue.waiting_bytes() == 0);
}

TEST_CASE("who may not begin yet has a place, and is let in when it may", "[queue][REQ-048]") {
  Bench b(small(2, 9));
  FairQueue::Slot& held = b.enter("a", ServiceTier::standard, 0, 10s);
  CHECK_FALSE(held.holds());
  CHECK(held.place().position == 1);
  CHECK(held.place().eta == 10s);
  CHECK(b.enter("a").holds());
  b.pass(9s);
  CHECK_FALSE(held.holds());
  CHECK(held.place().eta == 1s);
  CHECK(held.place(world::at(30s)).eta == 22s);  // a breaker that is open until then
  b.pass(1s);
  CHECK(held.holds());
  CHECK(held.place() == FairQueue::Place{});
}

TEST_CASE("a position that rises says why", "[queue][REQ-034]") {
  Bench b(small(1, 9));
  b.enter("a");
  b.enter("a");
  FairQueue::Slot& last = b.enter("a");
  CHECK(last.tell().position == 2);
  CHECK(last.tell().reason.empty());
  b.enter("b");
  const FairQueue::Place risen = last.tell();
  CHECK(risen.position == 3);
  CHECK(risen.reason == "users who have had less came in and are served first");
  CHECK(last.tell().reason.empty());
  b.enter("c", ServiceTier::priority);
  CHECK(last.tell().reason == "requests of a higher service tier came in and are served first");
}

TEST_CASE("the page of the queue shows the user's own requests and totals", "[queue][REQ-033]") {
  Bench b(small(1, 9));
  b.enter("a");
  b.enter("a", ServiceTier::flex);
  b.enter("b");
  b.pass(1s);
  CHECK(agent::queue_page(b.queue, "a") ==
        R"({"object":"queue","running":1,"limit":1,"waiting":2,"data":[{"id":"a1",)"
        R"("service_tier":"flex","waited_seconds":1,"position":1,"eta_seconds":1,)"
        R"("message":"You're #1 in queue, ~1 seconds wait"}]})");
  CHECK(agent::queue_page(b.queue, "nobody") ==
        R"({"object":"queue","running":1,"limit":1,"waiting":2,"data":[]})");
}

TEST_CASE("a burst is never more at the provider than there are slots", "[queue][REQ-030]") {
  QueueWorld w(small(10, 500));
  std::vector<QueueWorld::Asking> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back({0s, "u" + std::to_string(i), ServiceTier::standard, w.about(1s, i)});
  }
  w.run(all);
  CHECK(w.under_way_max == 10);
  for (const QueueWorld::Ended& each : w.ended) CHECK(each.answered);
}

TEST_CASE("twenty requests of one user at once are no offence: five run, the rest waits",
          "[queue][REQ-031][REQ-032]") {
  for (const int parallel : {2, 5, 20}) {
    QueueWorld w(small(64, 500));
    std::vector<QueueWorld::Asking> all;
    for (int i = 0; i < parallel; ++i) all.push_back({0s, "u"});
    w.run(all);
    CHECK(w.under_way_max == std::min(parallel, 5));
    for (const QueueWorld::Ended& each : w.ended) CHECK(each.answered);
  }
}

TEST_CASE("nobody's answer is begun that comes too late", "[queue][REQ-039]") {
  QueueWorld w(small(2, 500));
  std::vector<QueueWorld::Asking> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back({0s, "u" + std::to_string(i), ServiceTier::standard, 2s, 20s});
  }
  w.run(all);
  int late = 0;
  for (const QueueWorld::Ended& each : w.ended) {
    late += each.refusal == Refusal::too_late ? 1 : 0;
    if (each.began != world::kNever) CHECK(each.began + each.asking.takes <= world::at(20s));
  }
  CHECK(late == 40);  // two at a time, for ten rounds
  CHECK(w.calls.size() == 20);
}

TEST_CASE("at twice and three times what it can do, who pays for priority does not wait",
          "[queue][REQ-036][REQ-040]") {
  for (const double times : {2.0, 3.0}) {
    CAPTURE(times);
    QueueWorld w(small(10, 500));
    std::vector<QueueWorld::Asking> all;  // ten slots do ten a second
    w.stream(all, {0s, "p", ServiceTier::priority, 1s, 60s}, 2, 0s, 240s, 20);
    w.stream(all, {0s, "d", ServiceTier::standard, 1s, 60s}, 5, 0s, 240s, 20);
    w.stream(all, {0s, "f", ServiceTier::flex, 1s, 60s}, 10 * times - 7, 0s, 240s, 40);
    w.run(all);
    const Nanos priority = w.wait_at(95, of(ServiceTier::priority));
    const Nanos standard = w.wait_at(95, of(ServiceTier::standard));
    const Nanos flex = w.wait_at(95, of(ServiceTier::flex));
    CHECK(priority < standard);
    CHECK(standard < flex);
    CHECK(priority < 1s);
    std::int64_t answered = 0;
    std::int64_t of_flex = 0;
    for (const QueueWorld::Ended& each : w.ended) {
      answered += each.answered ? 1 : 0;
      of_flex += each.answered && each.asking.tier == ServiceTier::flex ? 1 : 0;
      if (each.asking.tier == ServiceTier::priority) CHECK(each.answered);
    }
    CHECK(of_flex > 240);            // it is served all the same: more than a tenth
    CHECK(answered > 240 * 10 * 8 / 10);  // 80 % of what it can do
  }
}

TEST_CASE("flex ends within aging, however much of the others there is", "[queue][REQ-036]") {
  const auto last_flex = [](agent::Defect defect) {
    QueueWorld w(small(10, 500), defect);
    std::vector<QueueWorld::Asking> all;
    for (int i = 0; i < 20; ++i) {
      all.push_back({10s, "f" + std::to_string(i), ServiceTier::flex, 1s});
    }
    w.stream(all, {0s, "p", ServiceTier::priority, 1s, 60s}, 12, 0s, 240s, 40);
    w.run(all);
    Nanos longest{0};
    for (const QueueWorld::Ended& each : w.ended) {
      if (each.asking.tier != ServiceTier::flex) continue;
      longest = std::max(longest, each.answered ? each.waited() : Nanos(1h));
    }
    return longest;
  };
  CHECK(last_flex(agent::Defect::none) < 60s);
  CHECK(last_flex(agent::Defect::flex_starves) > 60s);
}

TEST_CASE("one who asks fifty times a second is no other user's wait", "[queue][REQ-037]") {
  const auto play = [](double heavy) {
    auto w = std::make_unique<QueueWorld>(small(10, 500));
    std::vector<QueueWorld::Asking> all;
    w->stream(all, {0s, "heavy", ServiceTier::standard, 1s, 60s}, heavy, 0s, 120s);
    for (int u = 0; u < 49; ++u) {
      const std::string name = "u" + std::to_string(u);
      w->stream(all, {0s, name, ServiceTier::standard, 1s, 60s}, 0.1, 0s, 120s);
    }
    w->run(all);
    return w;
  };
  const auto alone = play(0.1);
  const auto beside = play(50);
  // Of the whole answer, as users see it.
  const auto p95 = [](const QueueWorld& w) {
    std::vector<Nanos> all;
    for (const QueueWorld::Ended& each : w.ended) {
      if (each.answered && light(each)) all.push_back(each.waited() + each.asking.takes);
    }
    std::sort(all.begin(), all.end());
    return all.at(all.size() * 95 / 100);
  };
  CHECK(p95(*beside) * 2 <= p95(*alone) * 3);
  CHECK(jain(*beside, 600) >= 0.9);  // heavy: half of the slots, five, for 120 s
  for (const QueueWorld::Ended& each : beside->ended) {
    if (light(each)) CHECK(each.answered);
  }
}

TEST_CASE("after an overload the line is gone in seconds", "[queue][REQ-040]") {
  QueueWorld w(small(10, 500));
  std::vector<QueueWorld::Asking> all;
  w.stream(all, {0s, "u", ServiceTier::standard, 1s, 30s}, 30, 0s, 120s, 100);
  w.stream(all, {0s, "v", ServiceTier::standard, 1s, 30s}, 5, 120s, 240s, 100);
  w.run(all);
  std::int64_t during = 0;
  Nanos longest{0};
  for (const QueueWorld::Ended& each : w.ended) {
    if (!each.answered) continue;
    during += each.began < world::at(120s) ? 1 : 0;
    if (each.asking.at > 180s) longest = std::max(longest, each.waited());
  }
  CHECK(during > 120 * 10 * 8 / 10);
  CHECK(longest < 2s);
}
