// The order of turns by itself: classes by weight, users in turn, aging, those who may not begin.
#include <catch2/catch.hpp>

#include "agent/queue/turn_order.hpp"

using namespace std::chrono_literals;
using agent::kNobody;
using agent::TurnOrder;
using agent::TurnRules;
using agent::UserId;
using agent::WaiterId;
using world::Instant;

namespace {

constexpr std::size_t kPriority = 0;
constexpr std::size_t kDefault = 1;
constexpr std::size_t kFlex = 2;

struct Bench {
  TurnOrder order;
  std::vector<UserId> users;

  explicit Bench(const TurnRules& rules = {}, std::size_t count = 5) : order(rules) {
    for (std::size_t u = 0; u < count; ++u) users.push_back(order.add_user());
  }

  WaiterId enter(std::size_t user, std::size_t tier, std::int64_t turns = 1, Instant now = {},
                 Instant not_before = {}) {
    return order.enter(users[user], tier, turns * TurnOrder::kTurn, not_before, now);
  }

  // Who is served, each ending at once: a letter for the class, in capitals for user 0.
  std::string served(std::size_t count, std::int64_t limit = 1) {
    std::string all;
    while (all.size() < count) {
      const WaiterId next = order.take_next(limit);
      if (next == kNobody) break;
      const std::size_t tier = order.tier_of(next);
      all += (order.user_of(next) == users[0] ? "PDF" : "pdf")[tier];
      order.end(order.user_of(next), tier);
    }
    return all;
  }
};

std::size_t count(const std::string& text, char what) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), what));
}

}  // namespace

TEST_CASE("classes share by their weights", "[queue][REQ-036]") {
  Bench b;
  for (int i = 0; i < 100; ++i) {
    for (std::size_t tier = 0; tier < agent::kClasses; ++tier) b.enter(1 + tier, tier);
  }
  const std::string order = b.served(100);
  CHECK(count(order, 'p') == 60);
  CHECK(count(order, 'd') == 30);
  CHECK(count(order, 'f') == 10);
  CHECK(order.substr(0, 3) == "pdf");  // nobody has had anything: the higher one first
}

TEST_CASE("a class that comes late has saved up nothing", "[queue][REQ-036]") {
  Bench b;
  for (int i = 0; i < 40; ++i) b.enter(1, kDefault);
  b.served(20);
  for (int i = 0; i < 40; ++i) b.enter(2, kFlex);
  CHECK(count(b.served(16), 'f') == 4);
}

TEST_CASE("a class that runs nothing comes first, where its weight earns it a slot",
          "[queue][REQ-036]") {
  struct Row {
    std::int64_t limit;
    char third;
  };
  // With nine slots flex, a tenth of the weights, has not earned one.
  for (const Row& row : {Row{10, 'f'}, Row{9, 'p'}}) {
    Bench b;
    CAPTURE(row.limit);
    for (int i = 0; i < 5; ++i) b.enter(1, kPriority);
    b.enter(2, kFlex);
    b.enter(2, kFlex);
    std::string taken;
    for (int i = 0; i < 3; ++i) {
      const WaiterId next = b.order.take_next(row.limit);
      const std::size_t tier = b.order.tier_of(next);
      taken += "pdf"[tier];
      if (tier == kFlex) b.order.end(b.users[2], kFlex);  // it has had more than its share
    }
    CHECK(taken == std::string("pf") + row.third);
  }
}

TEST_CASE("users of a class take turns, and a request of many turns costs them",
          "[queue][REQ-037]") {
  Bench b;
  for (int i = 0; i < 4; ++i) b.enter(0, kDefault, 3);
  for (int i = 0; i < 12; ++i) b.enter(1, kDefault);
  CHECK(b.served(8) == "ddDdddDd");
}

TEST_CASE("a user at the limit is passed over and keeps the place", "[queue][REQ-031]") {
  TurnRules rules;
  rules.user_running_max = 1;
  Bench b(rules);
  b.enter(0, kDefault);
  b.enter(0, kDefault);
  b.enter(1, kDefault);
  b.enter(1, kDefault);
  CHECK(b.order.user_of(b.order.take_next(9)) == b.users[0]);
  CHECK(b.order.user_of(b.order.take_next(9)) == b.users[1]);
  CHECK(b.order.take_next(9) == kNobody);
  b.order.end(b.users[0], kDefault);
  CHECK(b.order.user_of(b.order.take_next(9)) == b.users[0]);
}

TEST_CASE("whoever has waited a minute goes up a class, two minutes two", "[queue][REQ-036]") {
  Bench b;
  const WaiterId old = b.enter(0, kFlex);
  struct Row {
    world::Nanos at;
    std::size_t in_class;
  };
  for (const Row& row : {Row{59s, kFlex}, Row{60s, kDefault}, Row{119s, kDefault},
                         Row{120s, kPriority}, Row{600s, kPriority}}) {
    b.order.advance(world::at(row.at));
    CHECK(b.order.class_of(old) == row.in_class);
    CHECK(b.order.tier_of(old) == kFlex);
  }
  CHECK(b.order.aged() == 2);
}

TEST_CASE("of a user's requests in one class the older one is first", "[queue][REQ-036]") {
  Bench b;
  b.enter(0, kFlex, 1, world::at(0s));
  b.enter(0, kDefault, 1, world::at(30s));
  b.order.advance(world::at(60s));
  CHECK(b.served(2) == "FD");
}

TEST_CASE("before its instant one has a place and no turn", "[queue][REQ-048]") {
  Bench b;
  const WaiterId held = b.enter(0, kDefault, 1, world::at(0s), world::at(5s));
  b.enter(0, kDefault, 1, world::at(0s), world::at(3s));
  CHECK(b.order.waiting() == 2);
  CHECK(b.order.next_held() == world::at(3s));
  CHECK(b.order.take_next(9) == kNobody);
  b.order.advance(world::at(3s));
  CHECK(b.served(9) == "D");
  CHECK(b.order.next_held() == world::at(5s));
  b.order.remove(held);
  CHECK(b.order.next_held() == world::kNever);
  CHECK(b.order.waiting() == 0);
  CHECK(b.order.idle(b.users[0]));
}

TEST_CASE("the lowest class makes room first, its newest one of all", "[queue][REQ-040]") {
  Bench b;
  CHECK(b.order.newest_below(kPriority) == kNobody);
  const WaiterId standard = b.enter(0, kDefault);
  b.enter(1, kFlex);
  const WaiterId flex = b.enter(2, kFlex);
  CHECK(b.order.newest_below(kPriority) == flex);
  CHECK(b.order.newest_below(kDefault) == flex);
  CHECK(b.order.newest_below(kFlex) == kNobody);
  const WaiterId held = b.enter(3, kFlex, 1, world::at(0s), world::at(9s));
  CHECK(b.order.newest_below(kDefault) == held);
  for (int i = 0; i < 3; ++i) b.order.remove(b.order.newest_below(kDefault));
  CHECK(b.order.newest_below(kDefault) == kNobody);
  CHECK(b.order.newest_below(kPriority) == standard);
}

TEST_CASE("a copy plays ahead and moves nothing", "[queue]") {
  Bench b;
  for (int i = 0; i < 6; ++i) b.enter(static_cast<std::size_t>(i % 3), kDefault);
  Bench copy = b;
  const std::string ahead = copy.served(6);
  CHECK(b.order.waiting() == 6);
  CHECK(b.served(6) == ahead);
}
