// Every oracle: silent on sound histories, and with a witness on each defect planted for it.
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using namespace std::chrono_literals;
using reports::Failure;
using reports::InvariantResult;
using reports::Outcome;
using reports::Verdict;

namespace {

// Two answered turns, and the third is sent.
Story third_of_three() {
  Story story("conversation_integrity");
  story.sent(turn(0)).prompt(turn(0), {said(turn(0))}).answered(turn(0));
  story.sent(turn(1))
      .prompt(turn(1), {said(turn(0)), reply_to(turn(0)), said(turn(1))})
      .answered(turn(1));
  story.sent(turn(2));
  return story;
}

const std::vector<PromptMarker> kWholeThird{said(turn(0)), reply_to(turn(0)), said(turn(1)),
                                            reply_to(turn(1)), said(turn(2))};

}  // namespace

TEST_CASE("conversation_integrity is silent on a sound conversation", "[oracle]") {
  Story story = third_of_three();
  const InvariantResult result = story.prompt(turn(2), kWholeThird).answered(turn(2)).told();
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.checked == 3);
  CHECK(result.violations.empty());
}

TEST_CASE("conversation_integrity is silent on what may be", "[oracle]") {
  SECTION("turns in flight together come in any order, or not at all") {
    Story story("conversation_integrity");
    story.sent(turn(0)).sent(turn(1));
    story.prompt(turn(1), {said(turn(1))});
    story.prompt(turn(0), {said(turn(1)), said(turn(0))});
    story.answered(turn(1)).answered(turn(0));
    story.sent(turn(2)).prompt(turn(2), {said(turn(1)), reply_to(turn(1)), said(turn(0)),
                                         reply_to(turn(0)), said(turn(2))});
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("a retry asks with the same prompt again") {
    Story story = third_of_three();
    story.prompt(turn(2), kWholeThird).prompt(turn(2), kWholeThird);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("a turn that failed may be left out, or kept without a reply") {
    Story story("conversation_integrity");
    story.sent(turn(0)).ended(turn(0), Outcome::error, {}, Failure::http_status);
    story.sent(turn(1)).prompt(turn(1), {said(turn(1))}).answered(turn(1));
    story.sent(turn(2)).prompt(turn(2), {said(turn(0)), said(turn(1)), reply_to(turn(1)),
                                         said(turn(2))});
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("an answer that came after this turn was sent is not owed to it") {
    Story story("conversation_integrity");
    story.sent(turn(0)).sent(turn(1)).answered(turn(0)).prompt(turn(1), {said(turn(1))});
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("prompts of strangers are none of its business") {
    Story story("conversation_integrity");
    story.prompt(turn(0, 9, 99), {said(turn(0, 9, 99))});
    CHECK(story.told().verdict == Verdict::inconclusive);
  }
}

TEST_CASE("conversation_integrity finds each defect", "[oracle]") {
  struct Row {
    const char* defect;
    std::vector<PromptMarker> prompt;  // of the third turn
    const char* words;
  };
  for (const Row& row : {
           Row{"a lost turn", {said(turn(0)), reply_to(turn(0)), said(turn(2))},
               "turn u0.s0.t1 was answered before and is lost"},
           Row{"a missing reply", {said(turn(0)), reply_to(turn(0)), said(turn(1)), said(turn(2))},
               "the reply to u0.s0.t1 is missing from the prompt"},
           Row{"a duplicated turn",
               {said(turn(0)), reply_to(turn(0)), said(turn(1)), said(turn(1)), reply_to(turn(1)),
                said(turn(2))},
               "turn u0.s0.t1 is in the prompt twice"},
           Row{"a duplicated reply",
               {said(turn(0)), reply_to(turn(0)), reply_to(turn(0)), said(turn(1)),
                reply_to(turn(1)), said(turn(2))},
               "the reply to u0.s0.t0 is in the prompt twice"},
           Row{"reordered turns",
               {said(turn(1)), reply_to(turn(1)), said(turn(0)), reply_to(turn(0)), said(turn(2))},
               "turn u0.s0.t0 stands behind turn u0.s0.t1, which was sent after it had been "
               "answered"},
           Row{"a turn of another conversation of the user",
               {said(turn(0)), reply_to(turn(0)), said(turn(1)), reply_to(turn(1)),
                said(turn(0, 7)), said(turn(2))},
               "the prompt holds turn u0.s7.t0, which is not of this conversation"},
           Row{"a reply to another user",
               {reply_to(turn(0, 0, 5)), said(turn(0)), reply_to(turn(0)), said(turn(1)),
                reply_to(turn(1)), said(turn(2))},
               "the prompt holds the reply to u5.s0.t0, which is not of this conversation"},
           Row{"a turn that nobody sent",
               {said(turn(0)), reply_to(turn(0)), said(turn(1)), reply_to(turn(1)), said(turn(40)),
                said(turn(2))},
               "the prompt holds turn u0.s0.t40, which is not of this conversation"},
       }) {
    DYNAMIC_SECTION(row.defect) {
      Story story = third_of_three();
      check_witness(story.prompt(turn(2), row.prompt).told(), "u0.s0.t2", row.words);
    }
  }
}

TEST_CASE("conversation_integrity says each loss once and counts beyond its witnesses",
          "[oracle]") {
  Story story("conversation_integrity");
  constexpr std::uint32_t kTurns = 30;
  for (std::uint32_t n = 0; n < kTurns; ++n) {
    story.sent(turn(n)).prompt(turn(n), {said(turn(n))}).answered(turn(n));
  }
  const InvariantResult result = story.told();
  CHECK(result.violation_count == kTurns - 1);  // each turn but the last is lost once
  CHECK(result.violations.size() == InvariantResult::kWitnessesMax);
}

TEST_CASE("terminal_once is silent when every request ends once", "[oracle]") {
  Story story("terminal_once");
  story.sent(turn(0)).ended(turn(0));
  story.sent(turn(1)).ended(turn(1), Outcome::error, {}, Failure::reset);
  story.sent(turn(2)).ended(turn(2), Outcome::timeout, {}, Failure::timeout);
  story.ended(turn(3), Outcome::dropped, {}, Failure::no_capacity);  // never sent
  const InvariantResult result = story.told();
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.checked == 3);
}

TEST_CASE("terminal_once finds each defect", "[oracle]") {
  Story story("terminal_once");
  story.sent(turn(0));
  SECTION("a request that ended twice") {
    check_witness(story.ended(turn(0)).ended(turn(0)).told(), "u0.s0.t0",
                  "the request ended a second time");
  }
  SECTION("a stream with two ends") {
    Reply reply = Story::answer();
    reply.terminals = 2;
    check_witness(story.ended(turn(0), Outcome::ok, reply).told(), "u0.s0.t0",
                  "the stream had 2 terminal events");
  }
  SECTION("a stream that goes on after its end") {
    Reply reply = Story::answer();
    reply.after_terminal = 3;
    check_witness(story.ended(turn(0), Outcome::ok, reply).told(), "u0.s0.t0",
                  "3 events came after the terminal event");
  }
  SECTION("an answer that was given twice") {
    Reply reply = Story::answer();
    reply.repeated = true;
    check_witness(story.ended(turn(0), Outcome::ok, reply).told(), "u0.s0.t0",
                  "the whole answer was given twice");
  }
  SECTION("a request that had not ended with the run") {
    story.ended(turn(0), Outcome::in_flight, {}, Failure::unfinished);
    check_witness(story.told(), "u0.s0.t0", "the request had not ended when the run ended");
  }
  SECTION("a request whose end nobody recorded") {
    check_witness(story.told(), "u0.s0.t0",
                  "the request was sent and no end of it was recorded");
  }
  SECTION("a request that was sent twice") {
    check_witness(story.sent(turn(0)).ended(turn(0)).told(), "u0.s0.t0",
                  "the same request was sent twice");
  }
}

TEST_CASE("terminal_once does not blame the target for an interrupted run", "[oracle]") {
  Story story("terminal_once");
  story.sent(turn(0)).sent(turn(1)).ended(turn(0), Outcome::in_flight, {}, Failure::unfinished);
  CHECK(story.told(false).verdict == Verdict::pass);
}

TEST_CASE("no_empty_response looks at what claims success", "[oracle]") {
  Reply empty, blank;
  blank.text = " \n\t\r ";
  Story story("no_empty_response");
  SECTION("an answer") { CHECK(story.answered(turn(0)).told().verdict == Verdict::pass); }
  SECTION("an error without a text is honest") {
    const InvariantResult result =
        story.ended(turn(0), Outcome::error, empty, Failure::http_status).told();
    CHECK(result.verdict == Verdict::inconclusive);
    CHECK(result.checked == 0);
  }
  SECTION("an empty success") {
    check_witness(story.ended(turn(0), Outcome::ok, empty).told(), "u0.s0.t0",
                  "status 200 came with an empty answer");
  }
  SECTION("an empty success that the client called an error") {
    check_witness(story.ended(turn(0), Outcome::error, empty, Failure::empty_response).told(),
                  "u0.s0.t0", "status 200 came with an empty answer");
  }
  SECTION("only blanks") {
    check_witness(story.ended(turn(0), Outcome::ok, blank).told(), "u0.s0.t0",
                  "status 200 came with only blanks as the answer");
  }
}

TEST_CASE("no oracle passes without evidence", "[oracle]") {
  for (const OracleKind& kind : oracle_kinds()) {
    INFO(kind.name);
    const InvariantResult result = Story(std::string(kind.name)).told();
    CHECK(result.verdict == Verdict::inconclusive);
    CHECK(result.name == kind.name);
  }
}
