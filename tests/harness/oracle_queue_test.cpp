// queue_honest: places that rise, notices that say little, and promises that are not kept.
#include "harness/oracles/queue_honest.hpp"

#include "story.hpp"

using namespace harness;
using namespace harness::test;
using namespace std::chrono_literals;
using reports::InvariantResult;
using reports::Outcome;
using reports::Verdict;

namespace {

QueueNotice notice(std::uint32_t position, world::Nanos eta, bool has_reason = false) {
  QueueNotice n;
  n.at = world::at(100s);
  n.position = position;
  n.eta = eta;
  n.has_reason = has_reason;
  return n;
}

// A request that was told these things at 100 s, and whose answer began so long after.
Story& waits(Story& story, std::uint32_t ordinal, const std::vector<QueueNotice>& notices,
             world::Nanos first_event_after) {
  reports::Operation op = story.operation(turn(ordinal));
  op.http_status = 200;
  op.streamed = true;
  op.first_event = world::at(100s + first_event_after);
  op.last_event = op.first_event + 1s;
  Reply reply = Story::answer();
  reply.notices = notices;
  return story.ended(op, reply);
}

// As many requests were told `eta`, and waited `waited`.
void many(Story& story, std::uint32_t first, std::uint32_t count, world::Nanos eta,
          world::Nanos waited) {
  for (std::uint32_t i = 0; i < count; ++i) waits(story, first + i, {notice(1, eta)}, waited);
}

}  // namespace

TEST_CASE("queue_honest looks at places", "[oracle]") {
  Story story("queue_honest");
  SECTION("that fall") {
    waits(story, 0, {notice(3, 30s), notice(3, 28s), notice(1, 10s)}, 20s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("that rise") {
    waits(story, 0, {notice(2, 20s), notice(5, 50s)}, 30s);
    check_witness(story.told(), "u0.s0.t0",
                  "the place in the queue rose from 2 to 5 without a reason");
  }
  SECTION("that rise for a reason") {
    waits(story, 0, {notice(2, 20s), notice(5, 50s, true)}, 30s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("that are none") {
    waits(story, 0, {notice(0, 20s)}, 20s);
    check_witness(story.told(), "u0.s0.t0", "the queue's notice has no place from 1 on");
  }
  SECTION("without a time") {
    waits(story, 0, {notice(4, -1ns)}, 20s);
    check_witness(story.told(), "u0.s0.t0",
                  "the queue's notice says place 4 and not how long it will take");
  }
  SECTION("of requests that never waited") {
    story.answered(turn(0));
    CHECK(story.told().verdict == Verdict::inconclusive);
  }
}

TEST_CASE("queue_honest holds 80 % of ten promises against what came", "[oracle]") {
  Story story("queue_honest");
  SECTION("nine wrong ones are too few to tell") {
    many(story, 0, 9, 10s, 100s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("8 of 10 are enough") {
    many(story, 0, 8, 10s, 11s);
    many(story, 8, 2, 10s, 100s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("7 of 10 are not, and the worst comes first") {
    many(story, 0, 7, 10s, 11s);
    many(story, 7, 2, 10s, 16s);
    many(story, 9, 1, 10s, 100s);
    const InvariantResult result = story.told();
    CHECK(result.verdict == Verdict::fail);
    REQUIRE(result.violations.size() == 3);
    CHECK(result.violations[0].who == "u0.s0.t9");
    CHECK(result.violations[0].at == world::at(100s));
    CHECK(result.violations[0].what ==
          "was told place 1 and 10s, and the answer began after 100s (7 of 10 notices were "
          "right)");
    CHECK(result.violations[1].who == "u0.s0.t7");
  }
  SECTION("within 5 s of a short time, at its edge") {
    many(story, 0, 10, 1s, 6s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("within half of a long time, early and late") {
    many(story, 0, 5, 60s, 30s);
    many(story, 5, 5, 60s, 90s);
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("too early is wrong too") {
    many(story, 0, 10, 60s, 29s);
    CHECK(story.told().violation_count == 10);
  }
  SECTION("whoever got no answer long after the time was lied to") {
    for (std::uint32_t i = 0; i < 10; ++i) {
      reports::Operation op = story.operation(turn(i));
      op.outcome = Outcome::timeout;
      op.last_event = world::at(130s);
      Reply reply;
      reply.notices = {notice(2, 10s)};
      story.ended(op, reply);
    }
    const InvariantResult result = story.told();
    REQUIRE(result.violation_count == 10);
    CHECK(result.violations[0].what ==
          "was told place 2 and 10s, and had no answer after 30s (0 of 10 notices were right)");
  }
  SECTION("whoever left before the time proves nothing") {
    for (std::uint32_t i = 0; i < 10; ++i) {
      reports::Operation op = story.operation(turn(i));
      op.outcome = Outcome::cancelled;
      op.last_event = world::at(110s);
      Reply reply;
      reply.notices = {notice(2, 60s)};
      story.ended(op, reply);
    }
    CHECK(story.told().verdict == Verdict::pass);
  }
  SECTION("the witnesses are bounded") {
    many(story, 0, 1'000, 10s, 100s);
    const InvariantResult result = story.told();
    CHECK(result.violations.size() == InvariantResult::kWitnessesMax);
  }
}
