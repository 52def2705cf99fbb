#include "provider_story.hpp"

using namespace test;

namespace {

Ledger started(Nanos at, Nanos allowed = 900s, const char* call = "call_1") {
  return {.kind = LedgerKind::command_started, .at = at, .turn = turn(0), .key = "build",
          .from = call, .limit = allowed.count()};
}
Ledger progress(Nanos at, std::int64_t percent, Nanos ran) {
  return {.kind = LedgerKind::command_progress, .at = at, .turn = turn(0), .key = "build",
          .from = "call_1", .value = percent, .limit = ran.count()};
}
Ledger cancelled(Nanos at) {
  return {.kind = LedgerKind::command_cancelled, .at = at, .turn = turn(0), .key = "build",
          .from = "call_1"};
}
Ledger ended(Nanos at, const char* why = "exited", const char* call = "call_1") {
  return {.kind = LedgerKind::command_ended, .at = at, .turn = turn(0), .key = "build",
          .from = call, .to = why};
}
Ledger memory(Nanos at) { return {.kind = LedgerKind::memory, .at = at}; }

}  // namespace

TEST_CASE("command_life is silent on what may be", "[oracle]") {
  ProviderStory story("command_life");
  SECTION("a short command, and none at all") {
    story.agent(memory(5s));
    story.agent(started(10s)).agent(ended(20s));
    check_silent(story.told(), 1);
  }
  SECTION("a long one that is heard of, a little late at times") {
    story.agent(started(10s));
    for (int i = 1; i <= 40; ++i) story.agent(progress(10s + 15s * i, i, 15s * i));
    story.agent(ended(625s));
    check_silent(story.told(), 41);
  }
  SECTION("one that says nothing of how far it is, and one that says the same twice") {
    story.agent(started(10s)).agent(progress(20s, 0, 10s)).agent(progress(30s, 0, 20s));
    story.agent(progress(40s, 7, 30s)).agent(progress(50s, 7, 40s)).agent(ended(55s));
    check_silent(story.told(), 5);
  }
  SECTION("its time was over") {
    story.agent(started(10s, 12s)).agent(ended(22s, "timeout"));
    check_silent(story.told(), 1);
  }
  SECTION("cancelled, and gone in time") {
    story.agent(started(10s)).agent(cancelled(15s)).agent(ended(22s, "cancelled"));
    check_silent(story.told(), 1);
  }
  SECTION("cancelled just before the end of the run") {
    story.agent(started(10s)).agent(cancelled(15s)).agent(memory(20s));
    check_silent(story.told(), 1);
  }
  SECTION("calls of their own") {
    story.agent(started(10s)).agent(ended(20s));
    story.agent(started(20s, 900s, "call_2")).agent(ended(30s, "exited", "call_2"));
    check_silent(story.told(), 2);
  }
  SECTION("an interrupted run cuts commands off itself") {
    story.agent(started(10s)).agent(memory(100s));
    CHECK(story.told(false).violation_count == 0);
  }
}

TEST_CASE("command_life finds each defect", "[oracle][REQ-080][REQ-081]") {
  ProviderStory story("command_life");
  SECTION("silence until the end, said once") {
    story.agent(started(10s)).agent(ended(610s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) ran 10m without a word; a word every 15s was due");
  }
  SECTION("silence in between") {
    story.agent(started(10s)).agent(progress(20s, 1, 10s)).agent(progress(60s, 2, 50s));
    story.agent(progress(120s, 3, 110s)).agent(ended(121s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) ran 40s without a word; a word every 15s was due");
  }
  SECTION("silence up to the end of the run") {
    story.agent(started(10s)).agent(memory(100s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) ran 90s without a word; a word every 15s was due");
  }
  SECTION("progress that falls") {
    story.agent(started(10s)).agent(progress(20s, 40, 10s)).agent(progress(30s, 39, 20s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) fell back from 40% to 39%");
  }
  SECTION("time that falls") {
    story.agent(started(10s)).agent(progress(20s, 0, 10s)).agent(progress(30s, 0, 5s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) ran 5s, after it had run 10s");
  }
  SECTION("killed before its time") {
    story.agent(started(10s, 70s));
    for (int i = 1; i <= 5; ++i) story.agent(progress(10s + 10s * i, 0, 10s * i));
    story.agent(ended(70s, "timeout"));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) was killed after 60s, though it had 70s");
  }
  SECTION("gone too late") {
    story.agent(started(10s)).agent(cancelled(12s)).agent(progress(20s, 0, 10s));
    story.agent(ended(22s, "cancelled"));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) was gone 10s after its call had been cancelled; 7s "
                  "are allowed");
  }
  SECTION("not gone at all") {
    story.agent(started(10s)).agent(cancelled(12s)).agent(memory(60s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) was still not gone 48s after its call had been "
                  "cancelled; 7s are allowed");
  }
  SECTION("started twice for one call") {
    story.agent(started(10s)).agent(ended(12s)).agent(started(300s)).agent(ended(301s));
    check_witness(story.told(), "u0.s0.t0",
                  "the command build (call_1) was started a second time for the same call; the "
                  "first was at 10 s");
  }
}

TEST_CASE("command_life: how long a silence may be is its parameter", "[oracle]") {
  ProviderStory story("command_life", 60e9);
  story.agent(started(10s)).agent(progress(70s, 0, 60s)).agent(ended(90s));
  CHECK(story.told().violation_count == 0);
}
