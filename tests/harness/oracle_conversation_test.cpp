// conversation_integrity beyond the first turns: forks, conversations without end, and those that
// are over.
#include "harness/oracles/conversation_integrity.hpp"

#include "story.hpp"

using namespace harness;
using namespace harness::test;
using namespace std::chrono_literals;
using reports::Failure;
using reports::InvariantResult;
using reports::Outcome;
using reports::Verdict;

namespace {

// The whole prompt of turn n of a sound conversation, without the turns in `without`.
std::vector<PromptMarker> whole(std::uint32_t n, std::vector<std::uint32_t> without = {}) {
  std::vector<PromptMarker> markers;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (std::find(without.begin(), without.end(), i) != without.end()) continue;
    markers.push_back(said(turn(i)));
    markers.push_back(reply_to(turn(i)));
  }
  markers.push_back(said(turn(n)));
  return markers;
}

// Turns 0 to n - 1, each answered before the next is sent; turn n is sent.
Story long_conversation(std::uint32_t n) {
  Story story("conversation_integrity");
  for (std::uint32_t i = 0; i < n; ++i) {
    story.sent(turn(i)).prompt(turn(i), whole(i)).answered(turn(i));
  }
  story.sent(turn(n));
  return story;
}

}  // namespace

TEST_CASE("conversation_integrity remembers a long conversation by its runs", "[oracle]") {
  constexpr std::uint32_t kTurns = 500;
  SECTION("sound") {
    Story story = long_conversation(kTurns);
    const InvariantResult result = story.prompt(turn(kTurns), whole(kTurns)).told();
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.checked == kTurns + 1);
  }
  SECTION("an old turn is lost, and said once") {
    Story story = long_conversation(kTurns);
    story.prompt(turn(kTurns), whole(kTurns, {17}));
    story.prompt(turn(kTurns), whole(kTurns, {17}));
    check_witness(story.told(), "u0.s0.t500", "turn u0.s0.t17 was answered before and is lost");
  }
  SECTION("an old reply is missing") {
    auto prompt = whole(kTurns);
    prompt.erase(prompt.begin() + 2 * 17 + 1);
    Story story = long_conversation(kTurns);
    check_witness(story.prompt(turn(kTurns), prompt).told(), "u0.s0.t500",
                  "the reply to u0.s0.t17 is missing from the prompt");
  }
  SECTION("an old turn stands there twice") {
    auto prompt = whole(kTurns);
    prompt.insert(prompt.begin(), said(turn(17)));
    Story story = long_conversation(kTurns);
    const InvariantResult result = story.prompt(turn(kTurns), prompt).told();
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.violations.back().what == "turn u0.s0.t17 is in the prompt twice");
  }
  SECTION("old turns are reordered") {
    auto prompt = whole(kTurns);
    std::swap(prompt[2 * 17], prompt[2 * 19]);
    Story story = long_conversation(kTurns);
    const InvariantResult result = story.prompt(turn(kTurns), prompt).told();
    REQUIRE(result.verdict == Verdict::fail);
    CHECK(result.violations[0].what == "turn u0.s0.t18 stands behind turn u0.s0.t19, which was "
                                       "sent after it had been answered");
  }
  SECTION("an old turn stands behind a recent one") {
    auto prompt = whole(kTurns);
    std::rotate(prompt.begin(), prompt.begin() + 2, prompt.end() - 1);  // turn 0 is now the last
    Story story = long_conversation(kTurns);
    check_witness(story.prompt(turn(kTurns), prompt).told(), "u0.s0.t500",
                  "turn u0.s0.t0 stands behind turn u0.s0.t499, which was sent after it had been "
                  "answered");
  }
}

TEST_CASE("conversation_integrity lets old failures be, there or not", "[oracle]") {
  for (const bool kept : {true, false}) {
    DYNAMIC_SECTION((kept ? "kept without a reply" : "left out")) {
      Story story("conversation_integrity");
      std::vector<PromptMarker> history;
      for (std::uint32_t i = 0; i < 300; ++i) {
        const bool fails = i % 3 == 1;
        story.sent(turn(i));
        auto prompt = history;
        prompt.push_back(said(turn(i)));
        story.prompt(turn(i), prompt);
        if (!fails || kept) history.push_back(said(turn(i)));
        if (!fails) history.push_back(reply_to(turn(i)));
        if (fails) story.ended(turn(i), Outcome::error, {}, Failure::http_status);
        if (!fails) story.answered(turn(i));
      }
      CHECK(story.told().verdict == Verdict::pass);
    }
  }
}

TEST_CASE("conversation_integrity lets turns in flight together settle in any order", "[oracle]") {
  // Pairs: both are sent, both are read, both are answered, and remembered the wrong way round.
  Story story("conversation_integrity");
  std::vector<PromptMarker> history;
  for (std::uint32_t i = 0; i < 400; i += 2) {
    story.sent(turn(i)).sent(turn(i + 1));
    for (const std::uint32_t n : {i, i + 1}) {
      auto prompt = history;
      prompt.push_back(said(turn(n)));
      story.prompt(turn(n), prompt);
    }
    story.answered(turn(i + 1)).answered(turn(i));
    for (const std::uint32_t n : {i + 1, i}) {
      history.push_back(said(turn(n)));
      history.push_back(reply_to(turn(n)));
    }
  }
  SECTION("sound") { CHECK(story.told().verdict == Verdict::pass); }
  SECTION("and old pairs still have their order") {
    story.sent(turn(400));
    std::rotate(history.begin(), history.begin() + 4, history.begin() + 8);
    history.push_back(said(turn(400)));
    const InvariantResult result = story.prompt(turn(400), history).told();
    CHECK(result.verdict == Verdict::fail);
  }
}

TEST_CASE("conversation_integrity finds forks among turns in flight together", "[oracle]") {
  // Four turns at once; 0 and 1 are answered, and the other two are asked for meanwhile.
  Story story("conversation_integrity");
  for (std::uint32_t i = 0; i < 4; ++i) story.sent(turn(i));
  story.prompt(turn(0), {said(turn(0))}).prompt(turn(1), {said(turn(1))});
  story.answered(turn(0)).answered(turn(1));
  const std::vector<PromptMarker> with_0{said(turn(0)), reply_to(turn(0)), said(turn(2))};
  const std::vector<PromptMarker> with_1{said(turn(1)), reply_to(turn(1)), said(turn(3))};
  const std::vector<PromptMarker> with_both{said(turn(0)), reply_to(turn(0)), said(turn(1)),
                                            reply_to(turn(1)), said(turn(3))};
  SECTION("two prompts, each without the other's turn") {
    story.prompt(turn(2), with_0).prompt(turn(3), with_1);
    check_witness(story.told(), "u0.s0.t3",
                  "the prompt holds the reply to u0.s0.t1 and not that to u0.s0.t0, and another "
                  "prompt the other way round: the conversation has forked");
  }
  SECTION("a fork is said once") {
    story.prompt(turn(2), with_0).prompt(turn(3), with_1).prompt(turn(3), with_1);
    CHECK(story.told().violation_count == 1);
  }
  SECTION("the third prompt is not comparable to one of two that are") {
    story.prompt(turn(2), with_both).prompt(turn(3), {said(turn(3))}).prompt(turn(2), with_0);
    story.prompt(turn(3), with_1);
    CHECK(story.told().violation_count == 1);
  }
  SECTION("one after the other is no fork") {
    story.prompt(turn(2), with_0).prompt(turn(3), with_both);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("nor is an older one told later") {
    story.prompt(turn(3), with_both).prompt(turn(2), with_0);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("nor is a turn that failed for its user, and that the agent forgot") {
    Story failed("conversation_integrity");
    for (std::uint32_t i = 0; i < 4; ++i) failed.sent(turn(i));
    failed.ended(turn(0), Outcome::timeout, {}, Failure::timeout).answered(turn(1));
    failed.prompt(turn(2), with_0).prompt(turn(3), with_1);
    CHECK(failed.told().verdict == Verdict::pass);
  }
}

TEST_CASE("conversation_integrity judges prompts that are told behind the end", "[oracle]") {
  Story story("conversation_integrity");
  story.sent(turn(0)).answered(turn(0)).sent(turn(1)).answered(turn(1)).over();
  check_witness(story.prompt(turn(1), {said(turn(1))}).told(), "u0.s0.t1",
                "turn u0.s0.t0 was answered before and is lost");
}

TEST_CASE("conversation_integrity does not grow with the run", "[oracle]") {
  ConversationIntegrity oracle;
  reports::Operation op;
  const auto tell = [&](std::uint32_t user, std::uint32_t session, std::uint32_t turn) {
    op.user = user;
    op.session = session;
    op.turn = turn;
    op.sent = op.last_event + 1s;
    oracle.on_sent(op);
    op.last_event = op.sent + 1s;
    op.outcome = turn % 5 == 3 ? Outcome::error : Outcome::ok;
    oracle.on_ended(op, Reply{});
  };
  SECTION("conversations without end") {
    for (std::uint32_t turn = 0; turn < 100'000; ++turn) tell(turn % 2, 0, turn / 2);
    CHECK(oracle.remembered() < 500);
  }
  SECTION("conversations that end") {
    for (std::uint32_t session = 0; session < 20'000; ++session) {
      for (std::uint32_t turn = 0; turn < 3; ++turn) tell(0, session, turn);
      oracle.on_conversation_over(0, session);
    }
    CHECK(oracle.remembered() <= ConversationIntegrity::kOverKept * 4);
  }
}
