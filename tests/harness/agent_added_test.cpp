// What the agent adds: the service time less what the fakes took of it.
#include "harness/run/agent_added.hpp"

#include <catch2/catch.hpp>

using namespace harness;
using namespace std::chrono_literals;
using reports::Latency;
using reports::Operation;
using reports::Outcome;
using world::at;

namespace {

struct Busy {
  world::Nanos from;
  world::Nanos to;
};

reports::Layout layout() {
  reports::Layout made;
  made.phases = {{"all", at(0s), at(1h)}};
  made.classes = {"chat"};
  return made;
}

Operation operation(std::uint32_t turn, world::Nanos sent, world::Nanos ended) {
  Operation op;
  op.id = turn;
  op.turn = turn;
  op.planned = op.sent = at(sent);
  op.last_event = at(ended);
  return op;
}

fakes::PromptRecord prompt(std::uint32_t turn, Busy busy, std::uint32_t attempt = 1) {
  fakes::PromptRecord record;
  record.asked = world::TurnId{0, 0, turn};
  record.at = at(busy.from);
  record.ended = at(busy.to);
  record.attempt = attempt;
  return record;
}

// One request from 10 s to 20 s.
world::Nanos added(const std::vector<Busy>& fakes) {
  reports::Recorder recorder(layout());
  AgentAdded adding(&recorder);
  const Operation op = operation(0, 10s, 20s);
  recorder.planned();
  recorder.sent();
  recorder.record(op);
  adding.sent(op);
  for (const Busy& busy : fakes) adding.prompt(prompt(0, busy));
  adding.ended(op);
  adding.finish();
  const reports::Histogram histogram = recorder.histogram(Latency::agent_added);
  REQUIRE(histogram.count() == 1);
  return histogram.max();
}

}  // namespace

TEST_CASE("the time in which a fake was busy is not the agent's", "[agent_added]") {
  struct Row {
    const char* what;
    std::vector<Busy> fakes;
    world::Nanos added;
  };
  for (const Row& row :
       {Row{"one call", {{11s, 18s}}, 3s},
        Row{"two calls, one after the other", {{11s, 13s}, {14s, 18s}}, 4s},
        Row{"hedged calls count once", {{11s, 15s}, {12s, 18s}}, 3s},
        Row{"one within the other", {{11s, 18s}, {12s, 13s}}, 3s},
        Row{"told in any order", {{16s, 18s}, {11s, 12s}, {14s, 17s}}, 5s},
        Row{"one that joins two", {{11s, 12s}, {16s, 18s}, {12s, 16s}}, 3s},
        Row{"a call that goes on after the answer", {{11s, 25s}}, 1s},
        Row{"a call for the whole time", {{9s, 25s}}, 0s},
        Row{"a call that took no time", {{11s, 11s}}, 10s}}) {
    INFO(row.what);
    CHECK(added(row.fakes) == row.added);
  }
}

TEST_CASE("many attempts are kept in few spans", "[agent_added]") {
  std::vector<Busy> fakes;
  for (int i = 0; i < 500; ++i) {
    fakes.push_back({10s + i * 10ms, 10s + i * 10ms + 1ms});
  }
  // 64 apart; the rest as one that lasts to the end of the last: never more than the truth adds.
  CHECK(added(fakes) == 10s - 63 * 1ms - (4990ms + 1ms - 630ms));
}

TEST_CASE("only well answered requests for which a fake was asked", "[agent_added]") {
  reports::Recorder recorder(layout());
  AgentAdded adding(&recorder);
  std::uint32_t turn = 0;
  for (const Outcome outcome : {Outcome::ok, Outcome::error, Outcome::timeout, Outcome::cancelled,
                                Outcome::in_flight, Outcome::dropped}) {
    Operation op = operation(turn++, 1s, 2s);
    op.outcome = outcome;
    if (outcome != Outcome::dropped) adding.sent(op);
    adding.prompt(prompt(op.turn, {1s, 2s}));
    adding.ended(op);
  }
  const Operation unasked = operation(turn++, 1s, 2s);
  adding.sent(unasked);
  adding.ended(unasked);
  adding.finish();
  CHECK(recorder.histogram(Latency::agent_added).count() == 1);
}

TEST_CASE("a prompt told a little late still counts, and memory does not grow", "[agent_added]") {
  reports::Recorder recorder(layout());
  AgentAdded adding(&recorder);
  const Operation op = operation(0, 10s, 20s);
  adding.sent(op);
  adding.prompt(prompt(0, {11s, 12s}));
  adding.ended(op);
  adding.reached(at(21s));
  adding.prompt(prompt(0, {13s, 21s}, 2));
  CHECK(recorder.histogram(Latency::agent_added).count() == 0);
  adding.reached(at(23s));
  CHECK(recorder.histogram(Latency::agent_added).max() == 2s);
  adding.prompt(prompt(0, {14s, 40s}, 3));  // too late
  adding.finish();
  CHECK(recorder.histogram(Latency::agent_added).count() == 1);
}
