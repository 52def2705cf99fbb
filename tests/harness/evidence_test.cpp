// Clients and fakes tell their parts of a live run apart; the oracles must hear one story in order.
#include "harness/run/evidence.hpp"

#include <catch2/catch.hpp>

#include "prepared_scenario.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Operation;
using reports::Outcome;
using reports::Verdict;

namespace {

const std::string kText = R"yaml(scenario: s
backends: {primary: {}}
phases: {a: 60s}
load:
  chat: {arrivals: constant(1/s), users: 1, ask: "How?"}
faults:
  - {id: broken, on: backends.primary, at: 30s..40s, status: {code: 500}}
slo: [error_rate < 50%]
invariants: [conversation_integrity, terminal_once]
)yaml";

Operation operation(std::uint32_t turn, world::Nanos sent, world::Nanos ended) {
  Operation op;
  op.id = turn;
  op.turn = turn;
  op.planned = op.sent = world::at(sent);
  op.last_event = world::at(ended);
  return op;
}

fakes::PromptRecord prompt(std::uint32_t asked, world::Nanos at,
                           const std::vector<fakes::Marker>& markers) {
  fakes::PromptRecord record;
  record.at = record.ended = world::at(at);
  record.backend = "primary";
  record.asked = world::TurnId{0, 0, asked};
  record.markers = markers;
  return record;
}

fakes::Marker said(std::uint32_t turn) {
  fakes::Marker marker;
  marker.turn = {0, 0, turn};
  return marker;
}
fakes::Marker reply_to(std::uint32_t turn) {
  fakes::Marker marker = said(turn);
  marker.is_reply = true;
  return marker;
}

struct Told {
  std::vector<reports::InvariantResult> results;
  std::vector<std::string> history;
  std::vector<std::string> events;
};

// Two turns, the second sent after the first was answered. As in a live run: the clients' part as
// it happened, the fakes' part when all is over and in any order.
Told two_turns(Evidence::Order order, const std::vector<fakes::Marker>& second_prompt,
               bool prompts_last) {
  const Prepared prepared = test::prepared_from(kText);
  Told told;
  RunHooks hooks;
  hooks.history = [&told](std::string_view line) { told.history.emplace_back(line); };
  hooks.events = [&told](std::string_view line) { told.events.emplace_back(line); };
  Evidence evidence(prepared, hooks, "linked", order);
  const Operation first = operation(0, 1s, 3s);
  const Operation second = operation(1, 4s, 6s);
  const fakes::PromptRecord first_read = prompt(0, 2s, {said(0)});
  const fakes::PromptRecord second_read = prompt(1, 5s, second_prompt);
  Reply reply;
  reply.text = "yes";
  evidence.on_sent(first);
  if (!prompts_last) evidence.on_prompt(first_read);
  evidence.on_ended(first, reply);
  evidence.on_sent(second);
  if (!prompts_last) evidence.on_prompt(second_read);
  evidence.on_ended(second, reply);
  if (prompts_last) {
    evidence.on_prompt(second_read);
    evidence.on_prompt(first_read);
  }
  CHECK(evidence.ended() == 2);
  CHECK(evidence.failed() == 0);
  told.results = evidence.finish(true);
  return told;
}

}  // namespace

TEST_CASE("evidence that came apart is judged as evidence that came in order", "[evidence]") {
  struct Row {
    const char* what;
    std::vector<fakes::Marker> second_prompt;
    Verdict verdict;
  };
  for (const Row& row :
       {Row{"sound", {said(0), reply_to(0), said(1)}, Verdict::pass},
        Row{"a lost turn", {said(1)}, Verdict::fail},
        Row{"a lost reply", {said(0), said(1)}, Verdict::fail}}) {
    DYNAMIC_SECTION(row.what) {
      const Told in_order = two_turns(Evidence::Order::as_it_comes, row.second_prompt, false);
      const Told apart = two_turns(Evidence::Order::replayed, row.second_prompt, true);
      REQUIRE(in_order.results.size() == 2);
      CHECK(in_order.results[0].verdict == row.verdict);
      CHECK(apart.results[0].verdict == row.verdict);
      CHECK(apart.results[0].checked == in_order.results[0].checked);
      CHECK(apart.results[0].violation_count == in_order.results[0].violation_count);
      CHECK(apart.history == in_order.history);
      CHECK(apart.events == in_order.events);
      // A violation is told in events.jsonl too.
      CHECK(apart.events.size() == apart.results[0].violation_count);
    }
  }
}

TEST_CASE("at one instant: sent, then ended, then read", "[evidence]") {
  const Prepared prepared = test::prepared_from(kText);
  const RunHooks hooks;
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::replayed);
  // The request came, was read and was answered within one tick of the clock.
  Operation op = operation(0, 1s, 1s);
  evidence.on_ended(op, Reply{});
  evidence.on_prompt(prompt(0, 1s, {said(0)}));
  evidence.on_sent(op);
  const auto results = evidence.finish(true);
  CHECK(results[0].verdict == Verdict::pass);
  CHECK(results[1].verdict == Verdict::pass);
}

TEST_CASE("a fault is logged inside its window, with what it struck", "[evidence]") {
  const Prepared prepared = test::prepared_from(kText);
  std::vector<std::string> events;
  RunHooks hooks;
  hooks.events = [&events](std::string_view line) { events.emplace_back(line); };
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::as_it_comes);
  fakes::PromptRecord inside = prompt(0, 31s, {said(0)});
  inside.fault = 0;
  fakes::PromptRecord under_way = prompt(1, 29s, {said(1)});  // struck when the window opened
  under_way.fault = 0;
  fakes::PromptRecord stranger = inside;
  stranger.asked.reset();
  fakes::PromptRecord healthy = prompt(2, 32s, {said(2)});
  for (const auto& record : {inside, under_way, stranger, healthy}) evidence.on_prompt(record);
  REQUIRE(events.size() == 3);
  CHECK(events[0] == "{\"at_s\":31,\"kind\":\"fault_fired\",\"on\":\"backends.primary\","
                     "\"detail\":\"broken (status) struck attempt 1 of turn u0.s0.t0\"}\n");
  CHECK(events[1].find("\"at_s\":30,") != std::string::npos);
  CHECK(events[2].find("\"detail\":\"broken (status)\"") != std::string::npos);
}

TEST_CASE("oracles that read replies get them whole, also in a live run", "[evidence]") {
  const std::string text = "[reply u0.s0.t0] " + std::string(2'000, 'x') + " [turn u9.s0.t0]";
  for (const auto order : {Evidence::Order::as_it_comes, Evidence::Order::replayed}) {
    const Prepared prepared = test::prepared_from(
        kText.substr(0, kText.find("invariants:")) +
        "invariants: [isolation_canary, conversation_integrity]\n");
    const RunHooks hooks;
    Evidence evidence(prepared, hooks, "process", order);
    const Operation op = operation(0, 1s, 3s);
    Reply reply;
    reply.text = text;
    evidence.on_sent(op);
    evidence.on_ended(op, reply);
    evidence.on_conversation_over(0, 0);
    evidence.on_prompt(prompt(0, 2s, {said(0), said(7)}));
    const auto results = evidence.finish(true);
    CHECK(results[0].violation_count == 1);
    CHECK(results[0].checked == 2);  // the answer and the prompt
    CHECK(results[1].violation_count == 1);
  }
}

TEST_CASE("failures are counted for the progress line", "[evidence]") {
  const Prepared prepared = test::prepared_from(kText);
  const RunHooks hooks;
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::as_it_comes);
  for (const Outcome outcome : {Outcome::ok, Outcome::error, Outcome::timeout, Outcome::cancelled,
                                Outcome::dropped}) {
    Operation op = operation(0, 1s, 2s);
    op.outcome = outcome;
    evidence.on_ended(op, Reply{});
  }
  CHECK(evidence.ended() == 5);
  CHECK(evidence.failed() == 3);
}
