#include "provider_story.hpp"

using namespace test;

namespace {

Prompt refused(world::TurnId id, Nanos at, Nanos wait, const char* backend = "primary") {
  Prompt prompt;
  prompt.turn = id;
  prompt.at = at;
  prompt.ended = at + 10ms;
  prompt.backend = backend;
  prompt.status = 429;
  prompt.end = End::faulted;
  prompt.retry_after = wait;
  return prompt;
}

}  // namespace

TEST_CASE("retry_after_honoured: the turn itself", "[oracle]") {
  struct Row {
    const char* what;
    Nanos wait;
    Nanos back_at;  // the refusal was told at 10.01 s
    const char* backend;
    bool good;
  };
  for (const Row& row : {
           Row{"later than told", 7s, 18s, "primary", true},
           Row{"just in time", 7s, 17010ms, "primary", true},
           Row{"within 1 %", 7s, 16941ms, "primary", true},
           Row{"within 50 ms of a short wait", 1s, 10961ms, "primary", true},
           Row{"at once, to another backend", 7s, 10020ms, "backup", true},
           Row{"nothing was told", -1ns, 10020ms, "primary", true},
           Row{"no wait was told", 0s, 10020ms, "primary", true},
           Row{"a little too early", 7s, 16900ms, "primary", false},
           Row{"too early after a short wait", 1s, 10950ms, "primary", false},
           Row{"at once", 7s, 10011ms, "primary", false},
       }) {
    DYNAMIC_SECTION(row.what) {
      ProviderStory story("retry_after_honoured");
      story.prompt(refused(turn(0), 10s, row.wait));
      story.prompt({.turn = turn(0), .at = row.back_at, .backend = row.backend, .attempt = 2});
      const InvariantResult result = story.told();
      CHECK(result.violation_count == (row.good ? 0 : 1));
      CHECK(result.checked == (row.wait < 0s ? 0 : 1));
    }
  }
}

TEST_CASE("retry_after_honoured says who, when and how much", "[oracle]") {
  ProviderStory story("retry_after_honoured");
  story.prompt(refused(turn(4, 17), 10s, 20s));
  story.prompt({.turn = turn(4, 17), .at = 15010ms, .ended = 100s});
  check_witness(story.told(), "u17.s0.t4",
                "came again to primary after 5s; status 429 at 10.01 s had told it to wait 20s");
}

TEST_CASE("retry_after_honoured holds each of several notices", "[oracle]") {
  ProviderStory story("retry_after_honoured");
  story.prompt(refused(turn(0), 10s, 60s));
  story.prompt(refused(turn(0), 11s, 1s, "backup"));
  story.prompt({.turn = turn(0), .at = 13s, .backend = "backup"});
  check_silent(story.told(), 2);
  story.prompt({.turn = turn(0), .at = 20s});
  CHECK(story.told().violation_count == 1);
}

TEST_CASE("retry_after_honoured: the wait of a whole backend", "[oracle]") {
  ProviderStory story("retry_after_honoured");
  story.prompt(refused(turn(0), 10s, 20s));
  SECTION("what came with it, or soon after, could not know") {
    for (std::uint32_t n = 1; n < 60; ++n) story.prompt(refused(turn(n), 10s + 10ms * n, 20s));
    CHECK(story.told().violation_count == 0);
  }
  SECTION("twenty others are refused") {
    for (std::uint32_t n = 1; n <= 20; ++n) story.prompt(refused(turn(n), 12s + 10ms * n, 5s));
    CHECK(story.told().violation_count == 0);
  }
  SECTION("others are answered: the wait was not theirs") {
    for (std::uint32_t n = 1; n < 60; ++n) story.prompt({.turn = turn(n), .at = 12s, .ended = 13s});
    CHECK(story.told().violation_count == 0);
  }
  SECTION("others ask elsewhere") {
    for (std::uint32_t n = 1; n < 60; ++n) {
      story.prompt(refused(turn(n), 12s + 10ms * n, 5s, "backup"));
    }
    CHECK(story.told().violation_count == 0);
  }
  SECTION("everybody learns it alone") {
    for (std::uint32_t n = 1; n <= 40; ++n) story.prompt(refused(turn(n), 12s + 10ms * n, 5s));
    check_witness(story.told(), "u0.s0.t21",
                  "primary had told u0.s0.t0 at 10.01 s to wait until 30.01 s; this is call 21 of "
                  "other turns that came all the same and was refused");
  }
}
