#include "fakes/fault_schedule.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

using fakes::Fault;
using fakes::FaultSchedule;
using fakes::RequestFacts;
using namespace std::chrono_literals;

namespace {

template <std::size_t... I>
std::vector<std::string_view> kinds_of_alternatives(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, fakes::FaultAction>::kind...};
}

Fault fault(std::string id, fakes::FaultAction action) {
  Fault f;
  f.id = std::move(id);
  f.on = {"primary"};
  f.action = std::move(action);
  return f;
}

RequestFacts request(std::uint32_t user, std::uint32_t turn = 0, std::uint32_t attempt = 1) {
  RequestFacts facts;
  facts.backend = "primary";
  facts.model = "fake-1";
  facts.turn = world::TurnId{user, 0, turn};
  facts.attempt = attempt;
  facts.last_user_message = "[turn u0.s0.t0] How do I reset my password?";
  return facts;
}

bool strikes(const Fault& f, const RequestFacts& facts, world::Nanos now = 0s) {
  return FaultSchedule({f}, world::Random(1)).decide(world::at(now), facts) != nullptr;
}

}  // namespace

TEST_CASE("the table of faults has one row per action, in order", "[faults]") {
  const auto kinds = kinds_of_alternatives(
      std::make_index_sequence<std::variant_size_v<fakes::FaultAction>>());
  REQUIRE(kinds.size() == fakes::kFaultKinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) CHECK(kinds[i] == fakes::kFaultKinds[i].name);
  CHECK(fakes::kind_of(fakes::Cut{}).name == "cut");
}

TEST_CASE("a fault strikes inside its window only", "[faults]") {
  Fault f = fault("down", fakes::Status{});
  f.from = world::at(60s);
  f.to = world::at(180s);
  CHECK_FALSE(strikes(f, request(1), 60s - 1ns));
  CHECK(strikes(f, request(1), 60s));
  CHECK(strikes(f, request(1), 180s - 1ns));
  CHECK_FALSE(strikes(f, request(1), 180s));
}

TEST_CASE("a fault strikes only what it matches", "[faults]") {
  struct Row {
    const char* what;
    void (*set)(Fault&);
    bool strikes;  // user 7, session 0, turn 3, second attempt, streamed, model fake-1
  };
  const Row rows[] = {
      {"nothing asked", [](Fault&) {}, true},
      {"this backend", [](Fault& f) { f.on = {"primary"}; }, true},
      {"another backend", [](Fault& f) { f.on = {"secondary"}; }, false},
      {"this model", [](Fault& f) { f.match.model = "fake-1"; }, true},
      {"another model", [](Fault& f) { f.match.model = "fake-2"; }, false},
      {"this user", [](Fault& f) { f.match.user = "u7"; }, true},
      {"another user", [](Fault& f) { f.match.user = "u77"; }, false},
      {"this conversation", [](Fault& f) { f.match.conversation = "u7.s0"; }, true},
      {"another conversation", [](Fault& f) { f.match.conversation = "u7.s1"; }, false},
      {"streams", [](Fault& f) { f.match.stream = true; }, true},
      {"plain answers", [](Fault& f) { f.match.stream = false; }, false},
      {"a text within", [](Fault& f) { f.match.text = "password"; }, true},
      {"a text not within", [](Fault& f) { f.match.text = "invoice"; }, false},
      {"first attempt", [](Fault& f) { f.attempts = {1, 1}; }, false},
      {"attempts 1..2", [](Fault& f) { f.attempts = {1, 2}; }, true},
      {"attempts from 3", [](Fault& f) { f.attempts.first = 3; }, false},
      {"a fault of streams", [](Fault& f) { f.action = fakes::Stall{}; }, true},
      {"a fault of connections", [](Fault& f) { f.action = fakes::Refuse{}; }, false},
  };
  RequestFacts facts = request(7, 3, 2);
  facts.stream = true;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Fault f = fault("f", fakes::Status{});
    row.set(f);
    CHECK(strikes(f, facts) == row.strikes);
  }
}

TEST_CASE("a fault of streams leaves a plain answer to the next fault", "[faults]") {
  FaultSchedule schedule({fault("cut", fakes::Cut{}), fault("slow", fakes::Hang{})},
                         world::Random(1));
  CHECK(schedule.decide(world::at(0s), request(1))->id == "slow");
  CHECK(schedule.fired(0) == 0);
  CHECK(schedule.fired(1) == 1);
}

TEST_CASE("a user that cannot be told does not match a user", "[faults]") {
  Fault f = fault("f", fakes::Status{});
  f.match.user = "u0";
  RequestFacts facts = request(0);
  CHECK(strikes(f, facts));
  facts.turn.reset();
  CHECK_FALSE(strikes(f, facts));
}

TEST_CASE("decisions do not depend on the order of arrival", "[faults]") {
  std::vector<Fault> faults{fault("a", fakes::Status{}), fault("b", fakes::Hang{})};
  faults[0].probability_ppm = 300'000;
  faults[1].probability_ppm = 500'000;
  std::vector<RequestFacts> requests;
  for (std::uint32_t user = 0; user < 50; ++user) {
    for (std::uint32_t turn = 0; turn < 20; ++turn) {
      requests.push_back(request(user, turn, 1));
      requests.push_back(request(user, turn, 2));
    }
  }
  const auto decide_all = [&](FaultSchedule& schedule, bool backwards) {
    std::vector<std::string> ids(requests.size());
    for (std::size_t k = 0; k < requests.size(); ++k) {
      const std::size_t i = backwards ? requests.size() - 1 - k : k;
      const Fault* struck = schedule.decide(world::at(1s), requests[i]);
      ids[i] = struck ? struck->id : "";
    }
    return ids;
  };
  FaultSchedule forth(faults, world::Random(5)), back(faults, world::Random(5)),
      other(faults, world::Random(6));
  const auto ids = decide_all(forth, false);
  CHECK(ids == decide_all(back, true));
  CHECK(ids != decide_all(other, false));
  CHECK(forth.fired(0) == back.fired(0));
  // 2,000 requests: 600 +- 20.5 by a, half of the rest (700 +- 21.3) by b; four deviations.
  CHECK(forth.fired(0) > 518);
  CHECK(forth.fired(0) < 682);
  CHECK(forth.fired(1) > 615);
  CHECK(forth.fired(1) < 785);
}

TEST_CASE("removing one fault leaves the decisions of another alone", "[faults]") {
  std::vector<Fault> both{fault("a", fakes::Status{}), fault("b", fakes::Hang{})};
  both[0].probability_ppm = both[1].probability_ppm = 400'000;
  FaultSchedule with(both, world::Random(5)), without({both[1]}, world::Random(5));
  for (std::uint32_t user = 0; user < 500; ++user) {
    const Fault* struck = with.decide(world::at(0s), request(user));
    const Fault* alone = without.decide(world::at(0s), request(user));
    if (struck && struck->id == "b") CHECK(alone != nullptr);
    if (!struck) CHECK(alone == nullptr);
  }
}

TEST_CASE("without a turn id the ordinal decides", "[faults]") {
  Fault half = fault("half", fakes::Status{});
  half.probability_ppm = 500'000;
  FaultSchedule schedule({half}, world::Random(2));
  RequestFacts facts = request(0);
  facts.turn.reset();
  for (facts.ordinal = 0; facts.ordinal < 1'000; ++facts.ordinal) {
    schedule.decide(world::at(0s), facts);
  }
  CHECK(schedule.fired(0) > 437);  // four deviations of 15.8
  CHECK(schedule.fired(0) < 563);
}

TEST_CASE("connection faults are decided before any request", "[faults]") {
  std::vector<Fault> faults{fault("slow", fakes::Hang{}), fault("down", fakes::Refuse{}),
                            fault("elsewhere", fakes::BlackHole{})};
  faults[1].from = world::at(60s);
  faults[1].to = world::at(180s);
  faults[2].on = {"secondary"};
  FaultSchedule schedule(faults, world::Random(1));
  CHECK(schedule.decide_connection(world::at(59s), "primary", 0) == nullptr);
  const Fault* struck = schedule.decide_connection(world::at(60s), "primary", 1);
  REQUIRE(struck != nullptr);
  CHECK(struck->id == "down");
  CHECK(schedule.decide_connection(world::at(180s), "primary", 2) == nullptr);
  CHECK(schedule.decide_connection(world::at(0s), "secondary", 0)->id == "elsewhere");
  REQUIRE(schedule.connection_faults("primary").size() == 1);
  schedule.count_fired(*schedule.connection_faults("primary").front());
  CHECK(schedule.fired(0) == 0);
  CHECK(schedule.fired(1) == 2);
  CHECK(schedule.fired(2) == 1);
}

TEST_CASE("a schedule may be moved and still counts", "[faults]") {
  FaultSchedule schedule({fault("f", fakes::Status{})}, world::Random(1));
  schedule.decide(world::at(0s), request(1));
  FaultSchedule copy = schedule;
  copy.decide(world::at(0s), request(1));
  CHECK(schedule.fired(0) == 1);
  CHECK(copy.fired(0) == 2);
}
