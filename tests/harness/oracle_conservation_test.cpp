#include "provider_story.hpp"

using namespace test;

namespace {

const world::TurnId kTurn = turn(5, 17);

// The parts of a good turn, each of which may be left out or done again.
struct Parts {
  bool sent = true;
  int received = 1;
  int called = 1;
  int prompts = 1;
  const char* call_end = "ok";  // of the last call; those before it ended with status 503
  int answered = 1;
  const char* answer = "ok";
  int refused = 0;
  int abandoned = 0;
  Outcome outcome = Outcome::ok;
  int status = 200;
  End end = End::completed;
};

ProviderStory& tell(ProviderStory& story, const Parts& parts) {
  if (parts.sent) story.sent(kTurn, 10s);
  for (int n = 0; n < parts.received; ++n) {
    story.agent({.kind = LedgerKind::received, .at = 10s, .turn = kTurn});
  }
  for (int n = 0; n < parts.refused; ++n) {
    story.agent({.kind = LedgerKind::refused, .at = 10s, .turn = kTurn, .from = "rate_limited"});
  }
  for (int n = 0; n < std::max(parts.called, parts.prompts); ++n) {
    const bool last = n + 1 >= parts.called;
    const Nanos at = 11s + 2s * n;
    if (n < parts.called) story.agent({.kind = LedgerKind::called, .at = at, .turn = kTurn});
    if (n < parts.prompts) {
      story.prompt({.turn = kTurn, .at = at, .status = last ? 200 : 503,
                    .end = last ? parts.end : End::rejected});
    }
    if (n < parts.called) {
      story.agent({.kind = LedgerKind::call_ended, .at = at + 1s, .turn = kTurn,
                   .from = last ? parts.call_end : "status"});
    }
  }
  for (int n = 0; n < parts.answered; ++n) {
    story.agent({.kind = LedgerKind::answered, .at = 20s, .turn = kTurn, .from = parts.answer});
  }
  for (int n = 0; n < parts.abandoned; ++n) {
    story.agent({.kind = LedgerKind::abandoned, .at = 20s, .turn = kTurn});
  }
  if (parts.sent) {
    story.ended({.turn = kTurn, .at = 20s, .outcome = parts.outcome, .status = parts.status});
  }
  return story;
}

}  // namespace

TEST_CASE("conservation is silent on what may be", "[oracle]") {
  struct Row {
    const char* what;
    Parts parts;
  };
  for (const Row& row : {
           Row{"a good turn", {}},
           Row{"retries", {.called = 4, .prompts = 4}},
           Row{"a call that never reached a fake",
               {.called = 2, .prompts = 1, .call_end = "timeout", .answer = "failed",
                .outcome = Outcome::error, .status = 504}},
           Row{"a degraded answer", {.called = 3, .prompts = 3, .call_end = "status",
                                     .answer = "degraded", .end = End::rejected}},
           Row{"a refusal", {.called = 0, .prompts = 0, .answered = 0, .refused = 1,
                             .outcome = Outcome::error, .status = 429}},
           Row{"an error", {.prompts = 0, .call_end = "refused", .answer = "failed",
                            .outcome = Outcome::error, .status = 502}},
           Row{"a user who left", {.call_end = "cancelled", .answered = 0, .abandoned = 1,
                                   .outcome = Outcome::cancelled, .status = 0,
                                   .end = End::peer_gone}},
           Row{"a user who left before the answer was read",
               {.outcome = Outcome::timeout, .status = 0}},
           Row{"a request that never came", {.received = 0, .called = 0, .prompts = 0,
                                             .answered = 0, .outcome = Outcome::error,
                                             .status = 0}},
           Row{"cut off by the end of the run",
               {.answered = 0, .outcome = Outcome::in_flight, .status = 0}},
       }) {
    DYNAMIC_SECTION(row.what) {
      ProviderStory story("conservation");
      story.agent({.kind = LedgerKind::memory});  // there is a ledger
      check_silent(tell(story, row.parts).told(), 1);
    }
  }
}

TEST_CASE("conservation finds each defect", "[oracle]") {
  struct Row {
    const char* words;
    Parts parts;
  };
  for (const Row& row : {
           Row{"the agent received the request 2 times", {.received = 2}},
           Row{"the agent received a request that no client sent", {.sent = false}},
           Row{"the client has an answer with status 200, but the agent never received the request",
               {.received = 0}},
           Row{"the request ended 2 times at the agent: answered 2, refused 0, abandoned 0",
               {.answered = 2}},
           Row{"the request ended 2 times at the agent: answered 1, refused 0, abandoned 1",
               {.abandoned = 1}},
           Row{"the agent received the request at 10 s or later and neither answered nor refused "
               "nor abandoned it",
               {.called = 0, .prompts = 0, .answered = 0, .outcome = Outcome::timeout,
                .status = 0}},
           Row{"the client has a good answer, but the agent says that the request was abandoned",
               {.answered = 0, .abandoned = 1}},
           Row{"the client has a good answer, but the agent says that the request was answered "
               "with an error",
               {.answer = "failed"}},
           Row{"the client has a good answer that is not marked as degraded, but no fake completed "
               "one: 1 prompt came",
               {.end = End::peer_gone}},
           Row{"the agent called 1 time and the fakes saw 2 prompts", {.called = 1, .prompts = 2}},
           Row{"the agent called 0 times and the fakes saw 1 prompt", {.called = 0}},
           Row{"the client has a good answer that is not marked as degraded, but no fake completed "
               "one: 0 prompts came",
               {.called = 1, .prompts = 0, .call_end = "timeout"}},
       }) {
    DYNAMIC_SECTION(row.words) {
      ProviderStory story("conservation");
      check_witness(tell(story, row.parts).told(), "u17.s0.t5", row.words);
    }
  }
  SECTION("a call that ended well, and that no fake saw") {
    ProviderStory story("conservation");
    const InvariantResult result =
        tell(story, {.prompts = 0, .answer = "degraded"}).told();
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].what ==
          "the agent called 1 time and the fakes saw 0 prompts; only 0 calls failed");
  }
}

TEST_CASE("conservation judges nothing without the agent's ledger", "[oracle]") {
  ProviderStory story("conservation");
  tell(story, {.received = 0, .called = 0, .answered = 0});
  check_silent(story.told(), 0);
}

TEST_CASE("conservation judges turns when they are long over, and waits for slow fakes",
          "[oracle]") {
  ProviderStory story("conservation");
  story.agent({.kind = LedgerKind::memory});
  const auto pass = [&](Nanos from, Nanos to) {  // other turns, so that time goes on
    for (Nanos at = from; at < to; at += 1s) {
      const world::TurnId other = turn(static_cast<std::uint32_t>(at / 1s), 99);
      story.sent(other, at);
      story.agent({.kind = LedgerKind::received, .at = at, .turn = other});
      story.agent({.kind = LedgerKind::refused, .at = at, .turn = other});
      story.ended({.turn = other, .at = at, .outcome = Outcome::error, .status = 429});
    }
  };
  SECTION("a prompt that is told nine minutes after its call was given up") {
    tell(story, {.prompts = 0, .call_end = "ok", .answer = "degraded"});
    pass(20s, 540s);
    story.prompt({.turn = kTurn, .at = 11s, .ended = 540s, .end = End::peer_gone});
    check_silent(story.told(), 521);
  }
  SECTION("a prompt that outlives all that") {
    tell(story, {.prompts = 0, .call_end = "timeout", .answer = "degraded"});
    pass(20s, 3'000s);
    story.prompt({.turn = kTurn, .at = 11s, .ended = 3'000s, .end = End::peer_gone});
    CHECK(story.told().violation_count == 0);
  }
  SECTION("a violation is told while the run goes on") {
    tell(story, {.answered = 2});
    pass(20s, 400s);
    CHECK(story.oracle().result().violation_count == 1);
  }
}

TEST_CASE("conservation does not blame the agent for an interrupted run", "[oracle]") {
  ProviderStory story("conservation");
  story.sent(kTurn, 10s);
  story.agent({.kind = LedgerKind::received, .at = 10s, .turn = kTurn});
  story.agent({.kind = LedgerKind::called, .at = 10s, .turn = kTurn});
  check_silent(story.told(false), 1);
}
