#include "provider_story.hpp"

using namespace test;

namespace {

// So many turns, each called once.
void calm(ProviderStory& story, std::uint32_t turns) {
  for (std::uint32_t n = 0; n < turns; ++n) story.prompt({.turn = turn(n, 9), .at = 1s * n});
}

void call_often(ProviderStory& story, world::TurnId id, std::uint32_t times, Nanos from = 100s) {
  for (std::uint32_t n = 0; n < times; ++n) {
    story.prompt({.turn = id, .at = from + 2s * n, .status = 503, .end = End::faulted,
                  .attempt = n + 1});
  }
}

}  // namespace

TEST_CASE("bounded_retries is silent on what may be", "[oracle]") {
  ProviderStory story("bounded_retries");
  SECTION("no retries") {
    calm(story, 20);
    check_silent(story.told(), 21);
  }
  SECTION("as many as the ratio allows") {
    calm(story, 39);
    call_often(story, turn(0), 13);  // 52 calls for 40 turns
    check_silent(story.told(), 41);
  }
  SECTION("sixteen calls of a turn, in a run too short for a ratio") {
    call_often(story, turn(0), 16);
    check_silent(story.told(), 1);
  }
  SECTION("steps of an agent that uses tools") {
    for (std::uint32_t n = 0; n < 20; ++n) {
      for (std::int64_t step = 0; step < 4; ++step) {
        story.prompt({.turn = turn(n), .at = 10s * n + 1s * step, .messages = 1 + 2 * step});
      }
    }
    check_silent(story.told(), 21);
  }
  SECTION("commands are no calls to providers") {
    calm(story, 20);
    for (int n = 0; n < 30; ++n) {
      story.prompt({.turn = turn(0), .at = 50s + 1s * n, .backend = "tools", .call = "ls#1"});
    }
    check_silent(story.told(), 21);
  }
}

TEST_CASE("bounded_retries finds each defect", "[oracle]") {
  ProviderStory story("bounded_retries");
  SECTION("a turn that comes without end") {
    call_often(story, turn(3), 40);
    check_witness(story.told(), "u0.s0.t3",
                  "the turn came to the fakes for the 17th time, 32s after the first, now to "
                  "primary; at most 16 are allowed");
  }
  SECTION("a little too many over the run") {
    calm(story, 38);
    call_often(story, turn(0), 10);
    call_often(story, turn(1), 5);  // 53 calls for 40 turns
    check_witness(story.told(), "u0.s0.t0",
                  "the providers were called 53 times for 40 things asked of them, 1.32 times "
                  "each, more than 1.3; most often for u0.s0.t0 (10 times in 18s), u0.s0.t1 (5 "
                  "times in 8s)");
  }
  SECTION("every turn three times, over more time than is remembered") {
    for (std::uint32_t n = 0; n < 500; ++n) call_often(story, turn(n), 3, 10s * n);
    const InvariantResult result = story.told();
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].what.find("1500 times for 500 things") != std::string::npos);
    CHECK(result.violations[0].what.find("u0.s0.t0 (3 times in 4s), u0.s0.t1") !=
          std::string::npos);
  }
}
