// stream_integrity: text that is not whole, and streams that do not end as they should.
#include "fakes/reply_text.hpp"
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using reports::Failure;
using reports::Outcome;
using reports::Verdict;

namespace {

// An answer as a fake writes it.
std::string text_of(std::int64_t tokens, bool cut_off = false,
                    const std::string& canary = "[reply u0.s0.t0]") {
  fakes::Words words;
  std::string text;
  fakes::ReplyText::checkable(canary, tokens, cut_off, words).append_all(text);
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

reports::InvariantResult told(const std::string& text, bool cut_off = false) {
  Reply reply = Story::answer(text);
  reply.cut_off = cut_off;
  Story story("stream_integrity");
  return story.ended(turn(0), Outcome::ok, reply).told();
}

}  // namespace

TEST_CASE("stream_integrity is silent on whole answers", "[oracle]") {
  struct Row {
    const char* what;
    std::string text;
    bool cut_off;
  };
  for (const Row& row : {
           Row{"many tokens", text_of(120), false},
           Row{"two tokens", text_of(2), false},
           Row{"one token, which has no checksum", text_of(1), false},
           Row{"the model's own limit", text_of(7, true), true},
           Row{"the limit behind the end", text_of(7), true},
           Row{"text of another kind", "The order ships tomorrow.", false},
           Row{"text that speaks of ends", "It begins and then [end of story]", false},
       }) {
    DYNAMIC_SECTION(row.what) { CHECK(told(row.text, row.cut_off).verdict == Verdict::pass); }
  }
}

TEST_CASE("stream_integrity finds each defect of a text", "[oracle]") {
  const std::string whole = text_of(9);
  struct Row {
    const char* defect;
    std::string text;
    const char* words;
  };
  for (const Row& row : {
           Row{"a lost token", replaced(whole, " t5", ""), "token 5 is missing"},
           Row{"lost tokens", replaced(whole, " t5 t6 t7", ""), "tokens 5 to 7 are missing"},
           Row{"lost tokens before the end", replaced(whole, " t7 t8", ""),
               "tokens 7 to 8 are missing"},
           Row{"a doubled token", replaced(whole, " t5", " t5 t5"), "token 5 is there twice"},
           Row{"reordered tokens", replaced(whole, " t5 t6", " t6 t5"),
               "token 6 comes before token 5"},
           Row{"a damaged token", replaced(whole, " t5", " x5"),
               "the text is damaged behind token 4"},
           Row{"cut short", whole.substr(0, whole.find(" t7")),
               "the text stops behind token 6, without its end, and counted as complete"},
           Row{"cut in the end", whole.substr(0, whole.size() - 4),
               "the text goes on behind its end"},
           Row{"text behind the end", whole + " t2", "the text goes on behind its end"},
           Row{"twice", whole + whole, "the text goes on behind its end"},
           Row{"begun again in the middle", whole.substr(0, whole.find(" t4")) + whole,
               "the answer begins again behind token 3"},
           Row{"twice, one token each", text_of(1) + text_of(1),
               "the answer begins again behind token 1"},
           Row{"the first token is lost", whole.substr(whole.find(" t2")),
               "token 1 is missing: the text has an end and does not begin as it should"},
           Row{"the first token comes late", " t2[reply u0.s0.t0]",
               "the text does not begin with its first token"},
           Row{"another checksum", replaced(whole, whole.substr(whole.size() - 5), "0000]"),
               "the text is not what its checksum says"},
           Row{"the answer to another turn", text_of(9, false, "[reply u0.s0.t4]"),
               "the answer is that to turn u0.s0.t4"},
       }) {
    DYNAMIC_SECTION(row.defect) { check_witness(told(row.text), "u0.s0.t0", row.words); }
  }
  SECTION("a lost token before the model's limit") {
    check_witness(told(replaced(text_of(7, true), " t3", ""), true), "u0.s0.t0",
                  "token 3 is missing");
  }
}

TEST_CASE("stream_integrity judges how streams end", "[oracle]") {
  Story story("stream_integrity");
  reports::Operation op = story.operation(turn(0));
  op.streamed = true;
  Reply reply = Story::answer("Hello.");
  SECTION("well") { CHECK(story.ended(op, reply).told().verdict == Verdict::pass); }
  SECTION("without a terminal event") {
    reply.terminals = 0;
    check_witness(story.ended(op, reply).told(), "u0.s0.t0",
                  "the stream counted as complete without its terminal event");
  }
  SECTION("without a finish reason") {
    reply.finished = false;
    check_witness(story.ended(op, reply).told(), "u0.s0.t0",
                  "the stream counted as complete without a finish reason");
  }
  SECTION("and go on") {
    reply.after_terminal = 2;
    check_witness(story.ended(op, reply).told(), "u0.s0.t0",
                  "2 events with content came behind the end of the stream");
  }
  SECTION("a plain answer has no terminal event") {
    op.streamed = false;
    reply.terminals = 0;
    CHECK(story.ended(op, reply).told().verdict == Verdict::pass);
  }
  SECTION("a stream that the client saw break is an error, and no lie") {
    op.outcome = Outcome::error;
    op.failure = Failure::truncated_stream;
    reply.terminals = 0;
    CHECK(story.ended(op, reply).told().verdict == Verdict::inconclusive);
  }
  SECTION("an answer of the agent's own, when no provider answered") {
    reply.degraded = true;
    reply.text = text_of(9, false, "[reply u0.s0.t4]");
    CHECK(story.ended(op, reply).told().verdict == Verdict::pass);
  }
}
