// honest_errors: what an error must say, and what is not enough.
#include "harness/oracles/honest_errors.hpp"

#include "story.hpp"

using namespace harness;
using namespace harness::test;
using namespace std::chrono_literals;
using reports::Outcome;
using reports::Verdict;

namespace {

struct Row {
  const char* what;
  std::uint16_t status;
  const char* body;
  bool says_when;
  const char* words;  // empty: nothing is wrong
};

const char* const kGood =
    R"({"type":"about:blank#provider-down","title":"Provider down","status":502,)"
    R"("detail":"Both providers closed the connection before an answer.",)"
    R"("next_actions":["Ask again in a minute."]})";

}  // namespace

TEST_CASE("what is generic", "[oracle]") {
  for (const char* text :
       {"", "Something went wrong.", "Something went wrong. Please try again later.",
        "Invalid request.", "rate limited", "Internal Server Error", "Oops! Something went wrong!",
        "Sorry, an unexpected error occurred.", "Request timeout. Please try again.", "error 500",
        "502", "...", "Upstream failed"}) {
    INFO(text);
    CHECK(is_generic(text));
  }
  for (const char* text :
       {"The model `gpt-9` is not known.", "User u17 has spent the budget of 10,000 tokens.",
        "All three providers refused the connection.",
        "Something went wrong: the history could not be read.", "Kein Anbieter war erreichbar",
        "Ни один поставщик не ответил"}) {
    INFO(text);
    CHECK(!is_generic(text));
  }
}

TEST_CASE("honest_errors", "[oracle]") {
  for (const Row& row : {
           Row{"a good one", 502, kGood, false, ""},
           Row{"a good refusal", 429,
               R"({"type":"x:y","title":"Too fast","status":429,"retry_after_ms":1500,)"
               R"("detail":"30 requests a minute is the limit of user u0."})",
               true, ""},
           Row{"actions with more to them", 400,
               R"({"type":"x:y","title":"No messages","status":400,)"
               R"("detail":"The member messages is missing.",)"
               R"("next_actions":[{"action":"fix","member":"messages"}]})",
               false, ""},
           Row{"a budget that is spent needs no Retry-After when it is final", 429,
               R"({"type":"x:y","title":"Spent","status":429,"retryable":false,)"
               R"("detail":"The budget of user u0 is spent.","next_actions":["Buy more."]})",
               false, ""},
           Row{"no body", 500, "", false, "came without a body"},
           Row{"a page", 502, "<html>Bad Gateway</html>", false,
               "came with a body that is no JSON object"},
           Row{"half a body", 502, R"({"type":"x:y","title":)", false,
               "came with a body that is no JSON object"},
           Row{"the form of OpenAI alone", 502,
               R"({"error":{"message":"Something went wrong. Please try again.",)"
               R"("type":"server_error"}})",
               false,
               "has no type, title, status or detail, says only \"Something went wrong. "
               "Please try again.\" and gives no next action"},
           Row{"one member is missing", 400,
               R"({"type":"x:y","status":400,"detail":"The member messages is missing.",)"
               R"("next_actions":["Send it."]})",
               false, "has no title"},
           Row{"empty members", 400,
               R"({"type":"","title":"","status":400,"detail":"",)"
               R"("next_actions":["Send it."]})",
               false, "has no type, title or detail"},
           Row{"another status in the body", 503,
               R"({"type":"x:y","title":"Busy","status":500,"detail":"The queue of 50 is full.",)"
               R"("next_actions":["Wait."]})",
               true, "says status 500 in its body"},
           Row{"generic words", 400,
               R"({"type":"x:y","title":"Bad request","status":400,"detail":"Invalid request.",)"
               R"("next_actions":["Send it."]})",
               false, "says only \"Invalid request.\""},
           Row{"nothing to do", 400,
               R"({"type":"x:y","title":"No messages","status":400,)"
               R"("detail":"The member messages is missing.","next_actions":[]})",
               false, "gives no next action"},
           Row{"empty things to do", 400,
               R"({"type":"x:y","title":"No messages","status":400,)"
               R"("detail":"The member messages is missing.","next_actions":["",{}]})",
               false, "gives no next action"},
           Row{"when to ask again is not said where clients look", 503,
               R"({"type":"x:y","title":"Busy","status":503,"detail":"The queue of 50 is full.",)"
               R"("retry_after_ms":2000})",
               false, "has no Retry-After"},
           Row{"nothing at all", 429, R"({"error":{"message":"rate limited"}})", false,
               "has no type, title, status or detail, says only \"rate limited\", gives no "
               "next action and has no Retry-After"},
       }) {
    DYNAMIC_SECTION(row.what) {
      Reply reply;
      reply.error_body = row.body;
      reply.says_when = row.says_when;
      if (row.says_when) reply.retry_after = 2s;
      Story story("honest_errors");
      const auto result = story.refused(turn(0), row.status, reply).told();
      CHECK(result.checked == 1);
      if (*row.words == '\0') {
        CHECK(result.violations.empty());
        CHECK(result.verdict == Verdict::pass);
      } else {
        check_witness(result, "u0.s0.t0",
                      "the error of status " + std::to_string(row.status) + " " + row.words);
      }
    }
  }
}

TEST_CASE("honest_errors looks at errors only", "[oracle]") {
  Story story("honest_errors");
  story.answered(turn(0)).ended(turn(1), Outcome::timeout, {}, reports::Failure::timeout);
  CHECK(story.told().verdict == Verdict::inconclusive);
}
