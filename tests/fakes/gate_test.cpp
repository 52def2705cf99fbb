// Connection faults that come and go by themselves or by a control interface, on the wire; and what
// a fake tells the schedule of a request.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

struct Asked {
  world::Nanos at;
  std::string expected;  // how the talk ends: "refused", "enough"
  std::string end = {};
};

template <class World>
world::Task<void> ask_all(FakeWorld<World>& fake, std::vector<Asked>& all) {
  const std::string request = post_chat(ask({1, 0, 0}, false, 1));
  for (Asked& one : all) {
    co_await fake.world.clock.sleep_until(world::at(one.at));
    const Talk talk = co_await support::talk(fake.world.clock, fake.world.network, fake.at, request,
                                             100ms, "total_tokens");
    one.end = talk.end;
  }
}

template <class World>
void check_asked(FakeWorld<World>& fake, std::vector<Asked> all) {
  fake.run(ask_all(fake, all));
  for (const Asked& one : all) {
    CAPTURE(one.at.count());
    CHECK(one.end == one.expected);
  }
}

// The faults may be changed at run time only by who owns the server: here, the test.
template <class World>
fakes::FaultSchedule& schedule_of(FakeWorld<World>& fake) {
  return fake.server.faults();
}

template <class World>
world::Task<void> change_at(FakeWorld<World>& fake, Asked first, Asked then, Asked& out_first,
                            Asked& out_then) {
  std::vector<Asked> one{first};
  co_await ask_all(fake, one);
  out_first = one[0];
  schedule_of(fake).remove("f", fake.world.clock.now());
  std::vector<Asked> other{then};
  co_await ask_all(fake, other);
  out_then = other[0];
}

}  // namespace

TEMPLATE_TEST_CASE("refuse in a square wave: the port closes and opens", "[faults]", InSim, Live) {
  fakes::Fault f = fault(fakes::Refuse{}, 200ms, world::at(1900ms));
  f.wave = fakes::SquareWave{800ms, 400ms};
  FakeWorld<TestType> fake({f});
  check_asked(fake, {{50ms, "enough"},
                     {400ms, "refused"},
                     {800ms, "enough"},
                     {1200ms, "refused"},
                     {1600ms, "enough"},
                     {2100ms, "enough"}});
  CHECK(fake.server.faults().fired(0) >= 2);
}

TEST_CASE("refuse by a Markov chain: as the schedule's intervals say", "[faults]") {
  fakes::Fault f = fault(fakes::Refuse{});
  f.markov = fakes::Markov{3s, 2s};
  fakes::Rhythm rhythm(f, world::Random(1), world::entity_of("f"));
  std::vector<Asked> all;
  int refused = 0;
  for (int i = 1; i <= 60; ++i) {
    const world::Nanos now = i * 1s;
    const bool on = rhythm.on(f, world::at(now));
    // An edge during the talk itself is another test's.
    if (rhythm.next_edge(f, world::at(now)) < world::at(now + 200ms)) continue;
    all.push_back({now, on ? "refused" : "enough"});
    refused += on;
  }
  CHECK(refused > 5);
  FakeWorld<InSim> fake({f});
  check_asked(fake, all);
}

TEST_CASE("a limited refuse leaves the port open and strikes so many", "[faults]") {
  fakes::Fault f = fault(fakes::Refuse{});
  f.limit = 2;
  FakeWorld<InSim> fake({f});
  check_asked(fake, {{1s, "reset"}, {2s, "reset"}, {3s, "enough"}, {4s, "enough"}});
  CHECK(fake.server.faults().fired(0) == 2);
}

TEMPLATE_TEST_CASE("a port that is closed opens when its fault is taken out", "[faults]", InSim,
                   Live) {
  FakeWorld<TestType> fake({fault(fakes::Refuse{})});
  Asked first, then;
  fake.run(change_at(fake, {50ms, ""}, {300ms, ""}, first, then));
  CHECK(first.end == "refused");
  CHECK(then.end == "enough");
}

TEST_CASE("counts of a closed port are there when they are asked for", "[faults]") {
  FakeWorld<InSim> fake({fault(fakes::Refuse{})});
  std::uint64_t during = 0, after = 0;
  const auto look = [](FakeWorld<InSim>& w, std::uint64_t& seen,
                       std::uint64_t& reset) -> world::Task<void> {
    std::vector<Asked> all{{10ms, ""}, {20ms, ""}};
    co_await ask_all(w, all);
    w.server.faults().settle_counts();
    seen = w.server.faults().fired(0);
    w.server.faults().reset_counts();
    reset = w.server.faults().fired(0);
  };
  fake.run(look(fake, during, after));
  CHECK(during == 2);
  CHECK(after == 0);
  CHECK(fake.server.faults().fired(0) == 0);
}

TEST_CASE("the schedule is told of path, user, key and load", "[faults]") {
  struct Row {
    const char* what;
    void (*set)(fakes::Fault&);
    int status;
  };
  const Row rows[] = {
      {"path", [](fakes::Fault& f) { f.match.endpoint = "/v1/chat/*"; }, 503},
      {"another path", [](fakes::Fault& f) { f.match.endpoint = "/v1/responses"; }, 200},
      {"bearer", [](fakes::Fault& f) { f.match.key = "sk-a"; }, 503},
      {"another key", [](fakes::Fault& f) { f.match.key = "Bearer sk-a"; }, 200},
      {"user", [](fakes::Fault& f) { f.match.user = "ann"; }, 503},
      {"another user", [](fakes::Fault& f) { f.match.user = "bob"; }, 200},
      {"load",
       [](fakes::Fault& f) {
         f.load = fakes::LoadThreshold{0, 0};
       },
       503},
      {"more load",
       [](fakes::Fault& f) {
         f.load = fakes::LoadThreshold{1, 0};
       },
       200},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    fakes::Fault f = fault(fakes::Status{503, "", {}});
    row.set(f);
    FakeWorld<InSim> fake({f});
    std::string request = post_chat(
        R"({"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1,"user":"ann"})");
    request.insert(request.find("host:"), "authorization: Bearer sk-a\r\n");
    CHECK(body_of(fake.talk(request, 2s, "}}").bytes).status == row.status);
  }
}
