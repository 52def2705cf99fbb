// exactly_once_keys, on turns with an Idempotency-Key and their copies.
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using reports::Outcome;
using reports::Verdict;

namespace {

// A turn with a key that was sent and answered.
struct KeyStory {
  Story story{"exactly_once_keys"};

  KeyStory& sent(world::TurnId id) {
    reports::Operation op = story.operation(id);
    op.has_key = true;
    story.sent(op);
    return *this;
  }
  KeyStory& answered(world::TurnId id, const std::string& answer_id) {
    reports::Operation op = story.operation(id);
    op.has_key = true;
    op.http_status = 200;
    Reply reply = Story::answer("yes");
    reply.id = answer_id;
    story.ended(op, reply);
    return *this;
  }
  KeyStory& copy(world::TurnId id, std::uint16_t status, const std::string& answer_id = "",
                 const std::string& text = "yes") {
    Sequel sequel;
    sequel.sending = 1;
    sequel.http_status = status;
    sequel.outcome = status == 200 ? Outcome::ok : Outcome::error;
    sequel.id = answer_id;
    sequel.text = text;
    sequel.sent = sends_behind ? world::at(std::chrono::hours(1)) : world::Instant{};
    story.sequel(id, sequel);
    return *this;
  }
  KeyStory& carried_out(world::TurnId id, std::int64_t messages = 1) {
    fakes::PromptRecord record;
    record.backend = "primary";
    record.asked = id;
    record.status = 200;
    record.end = fakes::End::completed;
    record.messages = messages;
    record.ended = story.operation(id).sent;
    story.prompt(record, {});
    return *this;
  }

  bool sends_behind = false;
};

}  // namespace

TEST_CASE("one execution and one answer", "[oracle][exactly_once_keys][REQ-029]") {
  KeyStory story;
  story.sent(turn(0)).carried_out(turn(0)).answered(turn(0), "a").copy(turn(0), 200, "a");
  const auto result = story.story.told();
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.checked == 3);
}

TEST_CASE("a turn without a key may be carried out again", "[oracle][exactly_once_keys]") {
  KeyStory story;
  story.story.sent(turn(0));
  story.carried_out(turn(0)).carried_out(turn(0));
  CHECK(story.story.told().verdict == Verdict::inconclusive);
}

TEST_CASE("two executions", "[oracle][exactly_once_keys][REQ-029]") {
  KeyStory story;
  SECTION("of the same prompt") {
    story.sent(turn(0)).carried_out(turn(0)).carried_out(turn(0));
    check_witness(story.story.told(), "u0.s0.t0",
                  "the request has an Idempotency-Key and was carried out twice: primary answered "
                  "it at 2 s, and primary at 4 s");
  }
  SECTION("a round of tools is another prompt") {
    story.sent(turn(0)).carried_out(turn(0), 1).carried_out(turn(0), 3);
    CHECK(story.story.told().verdict == Verdict::pass);
  }
  SECTION("the agent was gone in between") {
    story.sent(turn(0)).carried_out(turn(0));
    story.story.life(AgentLife::Event::killed);
    story.carried_out(turn(0));
    CHECK(story.story.told().verdict == Verdict::pass);
  }
}

TEST_CASE("copies that are answered otherwise", "[oracle][exactly_once_keys][REQ-029]") {
  KeyStory story;
  story.sent(turn(0));
  SECTION("by another id, behind the first") {
    story.answered(turn(0), "a").copy(turn(0), 200, "b");
    check_witness(story.story.told(), "u0.s0.t0",
                  "copy 1 of the request, with the same Idempotency-Key, got another answer: b "
                  "instead of a");
  }
  SECTION("by another id, before the first") {
    story.copy(turn(0), 200, "b").answered(turn(0), "a");
    CHECK(story.story.told().verdict == Verdict::fail);
  }
  SECTION("by another text") {
    story.answered(turn(0), "").copy(turn(0), 200, "", "no");
    CHECK(story.story.told().verdict == Verdict::fail);
  }
  SECTION("not yet") {
    story.copy(turn(0), 409).answered(turn(0), "a");
    CHECK(story.story.told().verdict == Verdict::pass);
  }
  SECTION("not yet, when it had been answered") {
    story.sends_behind = true;
    story.answered(turn(0), "a").copy(turn(0), 409);
    CHECK(story.story.told().verdict == Verdict::fail);
  }
  SECTION("as another request") {
    story.copy(turn(0), 422);
    CHECK(story.story.told().verdict == Verdict::fail);
  }
}
