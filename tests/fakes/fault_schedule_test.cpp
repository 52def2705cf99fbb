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
      {"a model's beginning", [](Fault& f) { f.match.model = "fake*"; }, true},
      {"another beginning", [](Fault& f) { f.match.model = "gpt*"; }, false},
      {"a beginning that is all", [](Fault& f) { f.match.model = "fake-1*"; }, true},
      {"any model", [](Fault& f) { f.match.model = "*"; }, true},
      {"this endpoint", [](Fault& f) { f.match.endpoint = "/v1/responses"; }, true},
      {"only a part of it", [](Fault& f) { f.match.endpoint = "/v1"; }, false},
      {"its beginning", [](Fault& f) { f.match.endpoint = "/v1/*"; }, true},
      {"another endpoint", [](Fault& f) { f.match.endpoint = "/v1/chat/completions"; }, false},
      {"this key", [](Fault& f) { f.match.key = "sk-a"; }, true},
      {"another key", [](Fault& f) { f.match.key = "sk-b"; }, false},
      {"all backends", [](Fault& f) { f.on.clear(); }, true},
      {"one of several backends", [](Fault& f) { f.on = {"primary", "spare"}; }, true},
      {"none of several", [](Fault& f) { f.on = {"a", "b"}; }, false},
      {"everybody's share", [](Fault& f) { f.share = fakes::Share{}; }, true},
      {"the wave's off part", [](Fault& f) {
         f.from = world::at(-15s);
         f.wave = fakes::SquareWave{20s, 5s};
       }, false},
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
  facts.endpoint = "/v1/responses";
  facts.key = "sk-a";
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

TEST_CASE("a share is always the same ones, and about as many as asked", "[faults]") {
  const auto of = GENERATE(fakes::ShareOf::users, fakes::ShareOf::sessions, fakes::ShareOf::keys);
  Fault f = fault("f", fakes::Status{});
  f.share = fakes::Share{200'000, of};
  FaultSchedule schedule({f}, world::Random(3)), other({f}, world::Random(4));
  int struck = 0, differ = 0;
  for (std::uint32_t who = 0; who < 1'000; ++who) {
    const std::string key = "sk-" + std::to_string(who);
    RequestFacts facts = request(of == fakes::ShareOf::users ? who : 5);
    facts.turn->session = of == fakes::ShareOf::sessions ? who : 0;
    if (of == fakes::ShareOf::keys) facts.key = key;
    const bool first = schedule.decide(world::at(0s), facts) != nullptr;
    struck += first;
    differ += first != (other.decide(world::at(0s), facts) != nullptr);
    for (std::uint32_t turn = 1; turn < 5; ++turn) {
      facts.turn->turn = turn;
      facts.attempt = turn;
      REQUIRE((schedule.decide(world::at(turn * 1s), facts) != nullptr) == first);
    }
  }
  CHECK(struck > 149);  // four deviations of 12.6
  CHECK(struck < 251);
  CHECK(differ > 200);  // another seed chooses others
}

TEST_CASE("who cannot be told is in no share", "[faults]") {
  Fault f = fault("f", fakes::Status{});
  RequestFacts facts = request(1);
  facts.turn.reset();
  for (const auto of : {fakes::ShareOf::users, fakes::ShareOf::sessions, fakes::ShareOf::keys}) {
    f.share = fakes::Share{1'000'000, of};
    CHECK_FALSE(strikes(f, facts));
  }
  facts.user = "u1";  // as the request itself names its user
  f.share->of = fakes::ShareOf::users;
  CHECK(strikes(f, facts));
  // It is the same user by either name.
  f.share->ppm = 500'000;
  int struck = 0;
  for (std::uint32_t user = 0; user < 100; ++user) {
    const std::string name = "u" + std::to_string(user);
    facts.user = name;
    struck += strikes(f, facts);
    CHECK(strikes(f, facts) == strikes(f, request(user)));
  }
  CHECK(struck > 20);
  CHECK(struck < 80);
}

TEST_CASE("faults of one fate strike the same ones, others do not", "[faults]") {
  struct Row {
    const char* what;
    std::string fate_a, fate_b;
    bool together;
  };
  for (const Row& row : {Row{"one fate", "region-1", "region-1", true},
                         Row{"two fates", "region-1", "region-2", false},
                         Row{"no fate", "", "", false}}) {
    CAPTURE(row.what);
    std::vector<Fault> faults{fault("a", fakes::Status{}), fault("b", fakes::Hang{})};
    faults[1].on = {"spare"};
    faults[0].fate = row.fate_a;
    faults[1].fate = row.fate_b;
    for (Fault& f : faults) f.probability_ppm = 500'000;
    int differ = 0, differ_by_ordinal = 0, differ_by_share = 0, differ_in_time = 0;
    FaultSchedule schedule(faults, world::Random(5));
    for (Fault& f : faults) {
      f.probability_ppm = 1'000'000;
      f.share = fakes::Share{500'000, fakes::ShareOf::users};
    }
    FaultSchedule shares(faults, world::Random(5));
    for (Fault& f : faults) {
      f.share.reset();
      f.markov = fakes::Markov{5s, 5s};
    }
    faults[1].from = world::at(1ns);  // their windows need not be the same
    FaultSchedule chains(faults, world::Random(5));
    for (std::uint32_t user = 0; user < 200; ++user) {
      RequestFacts here = request(user), there = request(user);
      there.backend = "spare";
      const auto differs = [&](FaultSchedule& in, world::Nanos now) {
        return (in.decide(world::at(now), here) == nullptr) !=
               (in.decide(world::at(now), there) == nullptr);
      };
      differ += differs(schedule, 1s);
      differ_by_share += differs(shares, 1s);
      differ_in_time += differs(chains, (user + 1) * 1s);
      here.turn.reset();
      there.turn.reset();
      here.ordinal = there.ordinal = user;
      differ_by_ordinal += differs(schedule, 1s);
    }
    CHECK((differ == 0) == row.together);
    CHECK((differ_by_ordinal == 0) == row.together);
    CHECK((differ_by_share == 0) == row.together);
    CHECK((differ_in_time == 0) == row.together);
  }
}

TEST_CASE("a fault on several backends draws for each", "[faults]") {
  Fault f = fault("f", fakes::Status{});
  f.on = {"primary", "spare"};
  f.probability_ppm = 500'000;
  FaultSchedule schedule({f}, world::Random(5));
  int differ = 0;
  for (std::uint32_t user = 0; user < 200; ++user) {
    RequestFacts there = request(user);
    there.backend = "spare";
    differ += (schedule.decide(world::at(0s), request(user)) == nullptr) !=
              (schedule.decide(world::at(0s), there) == nullptr);
  }
  CHECK(differ > 71);  // four deviations of 7.1
  CHECK(differ < 129);
}

TEST_CASE("load has a memory: above one number, until another", "[faults]") {
  Fault f = fault("f", fakes::Status{});
  f.on.clear();
  f.load = fakes::LoadThreshold{50, 20};
  FaultSchedule schedule({f}, world::Random(1));
  RequestFacts facts = request(1);
  struct Row {
    std::int64_t active;
    bool struck;
  };
  for (const Row& row : {Row{1, false}, Row{50, false}, Row{51, true}, Row{50, true},
                         Row{22, true},   // 21 were left when it came
                         Row{21, false},  // 20 were
                         Row{22, false}, Row{50, false}, Row{90, true}, Row{1, false}}) {
    CAPTURE(row.active);
    facts.active = row.active;
    CHECK((schedule.decide(world::at(0s), facts) != nullptr) == row.struck);
  }
  // Each backend has its own, and a connection sees that of its requests.
  facts.active = 51;
  CHECK(schedule.decide(world::at(0s), facts) != nullptr);
  facts.backend = "spare";
  facts.active = 30;
  CHECK(schedule.decide(world::at(0s), facts) == nullptr);

  f.action = fakes::Refuse{};
  FaultSchedule connections({f}, world::Random(1));
  const auto decided = [&](std::uint64_t connection, std::int64_t others) {
    fakes::ConnectionFacts met;
    met.others = others;
    return connections.decide_connection(world::at(0s), "primary", connection, met);
  };
  CHECK(decided(0, 49) == nullptr);
  CHECK(decided(1, 50) != nullptr);
  CHECK(decided(2, 21) != nullptr);
  CHECK(decided(3, 20) == nullptr);
}

TEST_CASE("load is followed also where an earlier fault strikes", "[faults]") {
  std::vector<Fault> faults{fault("first", fakes::Status{}), fault("load", fakes::Hang{})};
  faults[0].match.model = "other";
  faults[1].load = fakes::LoadThreshold{50, 20};
  FaultSchedule schedule(faults, world::Random(1));
  RequestFacts facts = request(1);
  facts.model = "other";
  facts.active = 51;
  CHECK(schedule.decide(world::at(0s), facts)->id == "first");
  facts.model = "fake-1";
  facts.active = 30;
  REQUIRE(schedule.decide(world::at(0s), facts) != nullptr);
}

TEST_CASE("a limit is how often it strikes", "[faults]") {
  std::vector<Fault> faults{fault("thrice", fakes::Status{}), fault("then", fakes::Hang{})};
  faults[0].limit = 3;
  FaultSchedule schedule(faults, world::Random(1));
  std::string ids;
  for (std::uint32_t user = 0; user < 5; ++user) {
    ids += schedule.decide(world::at(0s), request(user))->id + " ";
  }
  CHECK(ids == "thrice thrice thrice then then ");
  schedule.reset_counts();
  CHECK(schedule.fired(1) == 0);
  CHECK(schedule.decide(world::at(0s), request(9))->id == "thrice");
}

TEST_CASE("a ramp strikes more and more, and never fewer of those it struck", "[faults]") {
  Fault f = fault("f", fakes::Status{});
  f.course = {fakes::Course::Shape::ramp, {0, 1'000'000}, world::at(100s)};
  FaultSchedule schedule({f}, world::Random(1));
  int before = 0;
  for (const auto second : {0, 25, 50, 75, 100}) {
    int struck = 0;
    for (std::uint32_t user = 0; user < 1'000; ++user) {
      struck += schedule.decide(world::at(second * 1s), request(user)) != nullptr;
    }
    CHECK(struck >= before);
    CHECK(struck >= second * 10 - 64);  // four deviations of 15.8
    CHECK(struck <= second * 10 + 64);
    before = struck;
  }
}

TEST_CASE("faults come and go during a run, and rows stay", "[faults]") {
  FaultSchedule schedule({fault("a", fakes::Status{}), fault("b", fakes::Hang{})},
                         world::Random(1));
  const Fault* a = schedule.decide(world::at(1s), request(1));
  REQUIRE(a != nullptr);
  CHECK(schedule.find("a") == a);
  CHECK_FALSE(schedule.add(fault("b", fakes::Status{})));
  CHECK_FALSE(schedule.remove("c", world::at(2s)));
  CHECK(schedule.remove("a", world::at(2s)));
  CHECK_FALSE(schedule.remove("a", world::at(3s)));
  CHECK(schedule.ended(0));
  CHECK(a->id == "a");  // a request may still hold it
  CHECK(a->to == world::at(2s));
  CHECK(schedule.decide(world::at(1s), request(1))->id == "b");  // it has ended for good
  REQUIRE(schedule.add(fault("a", fakes::Status{})));
  CHECK(schedule.faults().size() == 3);
  CHECK(schedule.find("a")->row == 2);
  CHECK(schedule.decide(world::at(4s), request(1))->row == 1);
  CHECK(schedule.fired(0) == 1);
  CHECK(schedule.fired(1) == 2);

  CHECK_FALSE(schedule.replace({fault("x", fakes::Status{}), fault("x", fakes::Hang{})},
                               world::at(5s)));
  CHECK(schedule.find("b") != nullptr);
  CHECK(schedule.replace({fault("b", fakes::Status{})}, world::at(5s)));
  CHECK(schedule.find("b")->row == 3);
  CHECK(schedule.find("a") == nullptr);
  CHECK(schedule.decide(world::at(6s), request(1))->row == 3);
  CHECK(schedule.replace({}, world::at(7s)));
  CHECK(schedule.spares_requests());
  CHECK(schedule.decide(world::at(8s), request(1)) == nullptr);
}

TEST_CASE("a schedule has a bounded number of rows", "[faults]") {
  FaultSchedule schedule({}, world::Random(1));
  std::vector<Fault> many(FaultSchedule::kRowsMax, fault("", fakes::Status{}));
  for (std::size_t i = 0; i < many.size(); ++i) many[i].id = "f" + std::to_string(i);
  CHECK(schedule.replace(many, world::at(0s)));
  CHECK_FALSE(schedule.add(fault("one more", fakes::Status{})));
  CHECK_FALSE(schedule.replace({fault("one more", fakes::Status{})}, world::at(1s)));
  CHECK(schedule.find("f0") != nullptr);
}
