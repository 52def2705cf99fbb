#include "provider_story.hpp"

using namespace test;

namespace {

Ended left(world::TurnId id, Nanos at, Outcome outcome = Outcome::cancelled) {
  return {.turn = id, .at = at, .outcome = outcome, .status = 0};
}

}  // namespace

TEST_CASE("cancel_propagates is silent on what may be", "[oracle]") {
  ProviderStory story("cancel_propagates");
  SECTION("the fake lost its client in time") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 10s, .ended = 21s, .status = 0, .end = End::peer_gone});
    check_silent(story.told(), 1);
  }
  SECTION("a fake that notices only when it writes") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 10s, .ended = 90s, .end = End::peer_gone,
                  .tokens_for_nobody = 100});
    check_silent(story.told(), 1);
  }
  SECTION("a provider that works on without a client is not the agent's fault") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 10s, .ended = 90s, .end = End::faulted,
                  .tokens_for_nobody = 100});
    check_silent(story.told(), 1);
  }
  SECTION("the answer was complete just after the user had left") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 10s, .ended = 22s});
    check_silent(story.told(), 1);
  }
  SECTION("a retry that was about to begin") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 21900ms, .ended = 22s, .end = End::peer_gone});
    check_silent(story.told(), 1);
  }
  SECTION("all was over, told in either order") {
    story.prompt({.turn = turn(0), .at = 10s, .ended = 20s});
    story.ended(left(turn(0), 20s));
    story.ended(left(turn(1), 20s));
    story.prompt({.turn = turn(1), .at = 10s, .ended = 20s});
    check_silent(story.told(), 0);
  }
  SECTION("a user who has the answer") {
    story.ended({.turn = turn(0), .at = 20s});
    story.prompt({.turn = turn(0), .at = 10s, .ended = 80s});
    story.ended({.turn = turn(1), .at = 20s, .outcome = Outcome::error, .status = 503});
    story.prompt({.turn = turn(1), .at = 50s});
    check_silent(story.told(), 0);
  }
  SECTION("a tool that dies without looking") {
    story.ended(left(turn(0), 20s));
    story.prompt({.turn = turn(0), .at = 10s, .ended = 90s, .status = 0, .end = End::faulted,
                  .call = "ls#1"});
    check_silent(story.told(), 1);
  }
}

TEST_CASE("cancel_propagates finds each defect", "[oracle]") {
  ProviderStory story("cancel_propagates");
  story.ended(left(turn(0, 3), 20s));
  SECTION("the provider answers to the end") {
    story.prompt({.turn = turn(0, 3), .at = 10s, .ended = 27s, .tokens = 300});
    check_witness(story.told(), "u3.s0.t0",
                  "the user had left at 20 s, and primary answered to the end 7s later, with 300 "
                  "tokens for nobody");
  }
  SECTION("the agent holds on to a provider that hangs") {
    story.prompt({.turn = turn(0, 3), .at = 10s, .ended = 70s, .status = 0, .end = End::faulted});
    check_witness(story.told(), "u3.s0.t0",
                  "the user had left at 20 s, and primary still had its client when its fault "
                  "ended 50s later");
  }
  SECTION("until the run ends") {
    story.prompt({.turn = turn(0, 3), .at = 10s, .ended = 50s, .status = 0, .end = End::cancelled});
    check_witness(story.told(), "u3.s0.t0",
                  "the user had left at 20 s, and primary was still at work when the run ended, "
                  "30s later");
  }
  SECTION("the agent asks again") {
    story.prompt({.turn = turn(0, 3), .at = 35s, .ended = 36s, .end = End::peer_gone});
    check_witness(story.told(), "u3.s0.t0",
                  "the user had left at 20 s; 15s later primary was asked for the turn all the "
                  "same");
  }
}

TEST_CASE("cancel_propagates: a user who waited to the deadline has left, too", "[oracle]") {
  ProviderStory story("cancel_propagates", 5e9);
  story.ended(left(turn(0), 20s, Outcome::timeout));
  story.prompt({.turn = turn(0), .at = 10s, .ended = 24s});
  CHECK(story.told().violation_count == 0);
  story.prompt({.turn = turn(0), .at = 11s, .ended = 26s});
  CHECK(story.told().violation_count == 1);
}
