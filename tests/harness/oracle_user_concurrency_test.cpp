#include "provider_story.hpp"

using namespace test;

namespace {

// So many requests of one user, each of this length, one every `apart`.
void burst(ProviderStory& story, std::uint32_t user, std::uint32_t requests, Nanos apart,
           Nanos length) {
  for (std::uint32_t n = 0; n < requests; ++n) {
    story.prompt({.turn = turn(n, user), .at = 10s + apart * n, .ended = 10s + apart * n + length});
  }
}

}  // namespace

TEST_CASE("user_concurrency is silent on what may be", "[oracle]") {
  ProviderStory story("user_concurrency");
  SECTION("five at once") {
    burst(story, 1, 5, 0s, 3s);
    check_silent(story.told(), 5);
  }
  SECTION("the sixth comes when the first has ended") {
    burst(story, 1, 50, 1s, 5s);
    check_silent(story.told(), 50);
  }
  SECTION("users do not add up") {
    for (std::uint32_t user = 0; user < 20; ++user) burst(story, user, 5, 0s, 3s);
    check_silent(story.told(), 100);
  }
  SECTION("tools, and requests whose client is gone, are none") {
    burst(story, 1, 5, 0s, 3s);
    story.prompt({.turn = turn(7, 1), .at = 11s, .ended = 12s, .call = "add_note"});
    story.prompt({.turn = turn(8, 1), .at = 11s, .ended = 12s, .end = End::peer_gone});
    check_silent(story.told(), 5);
  }
}

TEST_CASE("user_concurrency finds each defect", "[oracle][REQ-031]") {
  ProviderStory story("user_concurrency");
  SECTION("a sixth at once") {
    burst(story, 1, 6, 1ms, 3s);
    check_witness(story.told(), "u1.s0.t5",
                  "came to the providers while 5 other requests of the same user were there; 5 at "
                  "once are allowed");
  }
  SECTION("told of only when the longest has ended") {
    for (std::uint32_t n = 0; n < 5; ++n) {
      story.prompt({.turn = turn(n, 1), .at = 20s + 1s * n, .ended = 30s + 1ms * n});
    }
    story.prompt({.turn = turn(9, 1), .at = 10s, .ended = 40s});
    check_witness(story.told(), "u1.s0.t4",
                  "came to the providers while 5 other requests of the same user were there; 5 at "
                  "once are allowed");
  }
  SECTION("each that is too much") {
    burst(story, 1, 20, 0s, 3s);
    CHECK(story.told().violation_count == 15);
  }
}
