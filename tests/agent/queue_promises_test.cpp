// What the queue promises, held against what came: positions and estimates, over shapes of load.
#include <catch2/catch.hpp>

#include "tests/agent/queue_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Defect;
using agent::QueueConfig;

namespace {

using Askings = std::vector<QueueWorld::Asking>;

void one_user(const QueueWorld& w, Askings& all) {
  w.stream(all, {0s, "u", ServiceTier::standard, 1500ms}, 5, 0s, 120s);
}
void many_users(const QueueWorld& w, Askings& all) {
  w.stream(all, {0s, "u", ServiceTier::standard, 1500ms}, 9, 0s, 120s, 40);
}
void one_heavy(const QueueWorld& w, Askings& all) {
  w.stream(all, {0s, "heavy", ServiceTier::standard, 1500ms}, 20, 0s, 120s);
  w.stream(all, {0s, "l", ServiceTier::standard, 1500ms}, 4, 0s, 120s, 20);
}
void bursts(const QueueWorld& w, Askings& all) {
  for (int i = 0; i < 480; ++i) {
    all.push_back({i / 120 * 40s, "u" + std::to_string(i % 30), ServiceTier::standard,
                   w.about(1500ms, static_cast<std::uint64_t>(i))});
  }
}
void classes(const QueueWorld& w, Askings& all, double times) {
  w.stream(all, {0s, "p", ServiceTier::priority, 1500ms, 60s}, 2 * times, 0s, 150s, 20);
  w.stream(all, {0s, "d", ServiceTier::standard, 1500ms, 60s}, 2.5 * times, 0s, 150s, 20);
  w.stream(all, {0s, "f", ServiceTier::flex, 1500ms, 60s}, 2 * times, 0s, 150s, 20);
}
void classes_at_the_limit(const QueueWorld& w, Askings& all) { classes(w, all, 1); }
void classes_twice(const QueueWorld& w, Askings& all) { classes(w, all, 2); }
void classes_three_times(const QueueWorld& w, Askings& all) { classes(w, all, 3); }

struct Shape {
  const char* name;
  void (*load)(const QueueWorld& w, Askings& all);
};
const Shape kShapes[] = {{"one user", one_user},
                         {"many users", many_users},
                         {"one heavy", one_heavy},
                         {"bursts", bursts},
                         {"classes, at the limit", classes_at_the_limit},
                         {"classes, twice", classes_twice},
                         {"classes, three times", classes_three_times}};

QueueConfig ten_slots() {
  QueueConfig config;
  config.running_max = 10;
  return config;
}

}  // namespace

TEST_CASE("estimates are kept within max(5 s, half), and a position rises only with a reason",
          "[queue][REQ-034]") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.name);
    QueueWorld w(ten_slots());
    w.tells = true;
    Askings all;
    shape.load(w, all);
    w.run(all);
    CHECK(w.kept_percent(world::at(30s)) >= 85);
    CHECK(w.kept_percent() >= 85);
    std::size_t told = 0;
    bool explained = true;
    bool placed = true;
    for (const QueueWorld::Ended& each : w.ended) {
      for (std::size_t i = 0; i < each.notices.size(); ++i) {
        ++told;
        placed = placed && each.notices[i].position > 0;
        const bool rose = i > 0 && each.notices[i].position > each.notices[i - 1].position;
        explained = explained && rose == !each.notices[i].reason.empty();
      }
    }
    CHECK(told > 1'000);
    CHECK(placed);
    CHECK(explained);
  }
}

TEST_CASE("what defects promise is not kept", "[queue][REQ-034]") {
  for (const Defect defect : {Defect::invents_eta, Defect::forgets_waiters}) {
    QueueWorld w(ten_slots(), defect);
    w.tells = true;
    Askings all;
    one_user(w, all);
    for (QueueWorld::Asking& each : all) each.patience = 60s;
    w.run(all);
    CHECK(w.kept_percent() < 80);
  }
}
