// Clients and fakes tell their parts of a live run apart; the oracles must hear one story in order.
#include "harness/run/evidence.hpp"

#include <catch2/catch.hpp>

#include "prepared_scenario.hpp"
#include "world/random.hpp"

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
      const Told apart = two_turns(Evidence::Order::by_instant, row.second_prompt, true);
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

namespace {

struct Thing {  // one thing that a teller says, at its instant
  world::Instant at;
  int kind;  // 0 sent, 1 ended, 2 prompt
  Operation op;
  fakes::PromptRecord read;
};

// 40 users of one conversation each, in parallel; some turns are lost from a later prompt.
std::vector<Thing> many_conversations() {
  const world::Random random(5);
  std::vector<Thing> things;
  for (std::uint32_t user = 0; user < 40; ++user) {
    world::Nanos now(static_cast<std::int64_t>(
        random.bits(world::Purpose("start"), user, 0) % 1'000'000'000));
    std::vector<fakes::Marker> history;
    for (std::uint32_t turn = 0; turn < 12; ++turn) {
      const auto drawn = [&](world::Purpose what, std::int64_t most) {
        return world::Nanos(static_cast<std::int64_t>(random.bits(what, user, turn) %
                                                      static_cast<std::uint64_t>(most)));
      };
      Operation op = operation(turn, now, now);
      op.id = user * 100 + turn;
      op.user = user;
      const world::Nanos arrived = now + drawn(world::Purpose("way"), 20'000'000);
      const world::Nanos read_done = arrived + drawn(world::Purpose("busy"), 400'000'000);
      op.last_event = world::at(read_done + drawn(world::Purpose("back"), 3) * 10'000'000);
      fakes::Marker mine = said(turn);
      mine.turn.user = user;
      history.push_back(mine);
      fakes::PromptRecord read = prompt(turn, arrived, history);
      read.asked->user = user;
      read.ended = world::at(read_done);
      const bool loses = turn > 3 && drawn(world::Purpose("lost"), 5) == 0ns;
      if (loses) read.markers.erase(read.markers.begin() + 1);
      things.push_back({op.sent, 0, op, {}});
      things.push_back({op.last_event, 1, op, {}});
      things.push_back({read.ended, 2, {}, read});
      fakes::Marker reply = mine;
      reply.is_reply = true;
      history.push_back(reply);
      now = world::since_start(op.last_event) + drawn(world::Purpose("think"), 300'000'000);
    }
  }
  std::stable_sort(things.begin(), things.end(),
                   [](const Thing& a, const Thing& b) { return a.at < b.at; });
  return things;
}

void tell(Evidence& evidence, const Thing& thing) {
  Reply reply;
  reply.text = "yes";
  if (thing.kind == 0) evidence.on_sent(thing.op);
  if (thing.kind == 1) evidence.on_ended(thing.op, reply);
  if (thing.kind == 2) evidence.on_prompt(thing.read);
}

struct Judged {
  std::vector<reports::InvariantResult> results;
  std::size_t waiting_max = 0;
};

// Clients tell as it happens; the fakes' prompts come in batches, each shuffled, one heartbeat
// late.
Judged in_batches(const Prepared& prepared, const std::vector<Thing>& things, std::uint64_t seed) {
  const world::Random random(seed);
  const RunHooks hooks;
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::by_instant);
  evidence.spoken(Teller::agent, world::kNever);
  Judged judged;
  std::vector<Thing> batch;
  world::Instant beat = world::at(0s);
  const auto hand_over = [&](world::Instant upto) {
    for (std::size_t i = batch.size(); i > 1; --i) {
      std::swap(batch[i - 1], batch[random.bits(world::Purpose("shuffle"), i, 0) % i]);
    }
    for (const Thing& thing : batch) tell(evidence, thing);
    batch.clear();
    evidence.spoken(Teller::fakes, upto);
  };
  for (const Thing& thing : things) {
    while (thing.at >= beat + 50ms) {
      hand_over(beat);
      evidence.spoken(Teller::clients, thing.at);
      while (evidence.hear(7) == 7) continue;
      judged.waiting_max = std::max(judged.waiting_max, evidence.chronicle().waiting());
      beat += 50ms;
    }
    if (thing.kind == 2) {
      batch.push_back(thing);
    } else {
      tell(evidence, thing);
    }
  }
  hand_over(beat);
  judged.results = evidence.finish(true);
  CHECK(evidence.chronicle().late() == 0);
  return judged;
}

}  // namespace

TEST_CASE("evidence heard as it goes is judged as the whole replay is", "[evidence]") {
  const Prepared prepared = test::prepared_from(kText);
  const std::vector<Thing> things = many_conversations();
  const RunHooks hooks;
  Evidence replay(prepared, hooks, "linked", Evidence::Order::by_instant);
  for (const Thing& thing : things) tell(replay, thing);
  CHECK(replay.chronicle().waiting() == things.size());
  const std::vector<reports::InvariantResult> whole = replay.finish(true);
  REQUIRE(whole.size() == 2);
  CHECK(whole[0].violation_count > 10);
  CHECK(whole[0].checked == 480);
  CHECK(whole[1].verdict == Verdict::pass);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Judged judged = in_batches(prepared, things, seed);
    REQUIRE(judged.results.size() == whole.size());
    CHECK(judged.waiting_max < 100);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      CHECK(judged.results[i].verdict == whole[i].verdict);
      CHECK(judged.results[i].checked == whole[i].checked);
      CHECK(judged.results[i].violation_count == whole[i].violation_count);
      REQUIRE(judged.results[i].violations.size() == whole[i].violations.size());
      for (std::size_t v = 0; v < whole[i].violations.size(); ++v) {
        CHECK(judged.results[i].violations[v].what == whole[i].violations[v].what);
        CHECK(judged.results[i].violations[v].at == whole[i].violations[v].at);
      }
    }
  }
}

TEST_CASE("at one instant: sent, then ended, then read", "[evidence]") {
  const Prepared prepared = test::prepared_from(kText);
  const RunHooks hooks;
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::by_instant);
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
  for (const auto order : {Evidence::Order::as_it_comes, Evidence::Order::by_instant}) {
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
