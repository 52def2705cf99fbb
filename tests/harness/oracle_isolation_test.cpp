// isolation_canary: another user's mark, wherever it is.
#include "harness/oracles/turn_mark.hpp"
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using reports::InvariantResult;
using reports::Verdict;

TEST_CASE("marks of turns in texts", "[oracle]") {
  struct Row {
    const char* text;
    std::vector<std::string> marks;
  };
  for (const Row& row : {
           Row{"", {}},
           Row{"no mark [here]", {}},
           Row{"[reply u1.s2.t3] t2", {"r u1.s2.t3"}},
           Row{"[[turn u1.s2.t3][reply u4.s0.t0]", {"t u1.s2.t3", "r u4.s0.t0"}},
           Row{"[turn u1.s2.t3", {}},
           Row{"[turn u01.s2.t3]", {}},
           Row{"[turn u-1.s2.t3]", {}},
           Row{"[reply u4294967295.s0.t0] [reply u4294967296.s0.t0]", {"r u4294967295.s0.t0"}},
       }) {
    INFO(row.text);
    std::vector<std::string> found;
    std::size_t from = 0;
    const std::string_view text = row.text;
    while (const auto mark = next_mark(text, from)) {
      found.push_back((mark->is_reply ? "r " : "t ") + world::to_text(mark->turn));
    }
    CHECK(found == row.marks);
    CHECK(from == text.size());
  }
}

TEST_CASE("isolation_canary is silent on what is the user's own", "[oracle]") {
  Story story("isolation_canary");
  SECTION("an answer") {
    story.ended(turn(0), reports::Outcome::ok, Story::answer("[reply u0.s0.t0] t2"));
  }
  SECTION("another conversation of the same user, which is not its business") {
    story.ended(turn(0), reports::Outcome::ok, Story::answer("[reply u0.s7.t1] [turn u0.s7.t1]"));
  }
  SECTION("a prompt") { story.prompt(turn(1), {said(turn(0)), reply_to(turn(0)), said(turn(1))}); }
  CHECK(story.told().verdict == Verdict::pass);
}

TEST_CASE("isolation_canary finds another user's data", "[oracle]") {
  struct Row {
    const char* defect;
    const char* answer;
    const char* error;
    const char* words;
  };
  for (const Row& row : {
           Row{"another's answer", "[reply u5.s0.t1] t2 t3", "",
               "the answer holds [reply u5.s0.t1], which is user u5's"},
           Row{"another's question in the middle",
               "[reply u0.s0.t0] t2 As you said: [turn u5.s3.t1] How?", "",
               "the answer holds [turn u5.s3.t1], which is user u5's"},
           Row{"a whole history", "[turn u5.s0.t0] [reply u5.s0.t0] [turn u5.s0.t1]", "",
               "the answer holds [turn u5.s0.t0], which is user u5's (3 marks of other users in "
               "all)"},
           Row{"in an error", "", R"({"detail":"could not answer [turn u12.s0.t0] How?"})",
               "the error holds [turn u12.s0.t0], which is user u12's"},
       }) {
    DYNAMIC_SECTION(row.defect) {
      Reply reply = Story::answer(row.answer);
      reply.error_body = row.error;
      Story story("isolation_canary");
      check_witness(story.ended(turn(0), reports::Outcome::ok, reply).told(), "u0.s0.t0",
                    row.words);
    }
  }
  SECTION("in a prompt") {
    Story story("isolation_canary");
    story.prompt(turn(1), {said(turn(0)), reply_to(turn(4, 1, 9)), said(turn(1))});
    check_witness(story.told(), "u0.s0.t1",
                  "the prompt to primary holds the reply to u9.s1.t4, which is user u9's");
  }
}
