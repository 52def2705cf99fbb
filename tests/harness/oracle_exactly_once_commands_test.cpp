#include "harness/oracles/exactly_once_commands.hpp"

#include "provider_story.hpp"

using namespace test;

namespace {

Prompt command(world::TurnId id, Nanos at, const char* call, bool effect = true) {
  Prompt prompt;
  prompt.turn = id;
  prompt.at = at;
  prompt.backend = "tools";
  prompt.call = call;
  prompt.effect = effect;
  return prompt;
}

Ended failed(world::TurnId id, Nanos at, const char* body = "{}", int status = 502) {
  return {.turn = id, .at = at, .outcome = Outcome::error, .status = status, .error_body = body};
}

}  // namespace

TEST_CASE("exactly_once_commands is silent on what may be", "[oracle]") {
  ProviderStory story("exactly_once_commands");
  SECTION("different commands, and the same of different turns") {
    story.prompt(command(turn(0), 10s, "add_note#1"));
    story.prompt(command(turn(0), 12s, "add_note#2"));
    story.prompt(command(turn(0), 13s, "add_note#1@call_2"));
    story.prompt(command(turn(1), 14s, "add_note#1"));
    check_silent(story.told(), 4);
  }
  SECTION("a retry of what had no effect") {
    story.prompt(command(turn(0), 10s, "add_note#1", false));
    story.prompt(command(turn(0), 12s, "add_note#1"));
    story.prompt(command(turn(0), 14s, "add_note#1", false));
    check_silent(story.told(), 1);
  }
  SECTION("the error says that a command may have run") {
    story.prompt(command(turn(0), 10s, "add_note#1"));
    story.ended(failed(turn(0), 20s, R"({"error":{},"execution":{"state":"partial"}})"));
    check_silent(story.told(), 1);
  }
  SECTION("the user was answered, or left") {
    story.prompt(command(turn(0), 10s, "add_note#1"));
    story.ended({.turn = turn(0), .at = 20s});
    story.prompt(command(turn(1), 10s, "add_note#1"));
    story.ended({.turn = turn(1), .at = 20s, .outcome = Outcome::timeout, .status = 0});
    check_silent(story.told(), 2);
  }
  SECTION("the turn failed without a command") {
    story.prompt({.turn = turn(0), .at = 10s});
    story.ended(failed(turn(0), 20s));
    check_silent(story.told(), 0);
  }
}

TEST_CASE("exactly_once_commands finds each defect", "[oracle]") {
  ProviderStory story("exactly_once_commands");
  SECTION("a blind retry") {
    story.prompt(command(turn(2, 7), 10s, "add_note#5f1c"));
    Prompt again = command(turn(2, 7), 71s, "add_note#5f1c");
    again.attempt = 2;
    story.prompt(again);
    check_witness(story.told(), "u7.s0.t2",
                  "the command add_note#5f1c had its effect on tools a second time, as attempt 2; "
                  "the first was at 11 s");
  }
  SECTION("an effect that the error is silent of") {
    story.prompt(command(turn(0), 10s, "add_note#1"));
    story.ended(failed(turn(0), 20s));
    check_witness(story.told(), "u0.s0.t0",
                  "the user was told at 20 s that the turn failed (status 502) and not that a "
                  "command may have run, but add_note#1 had its effect at 11 s");
  }
  SECTION("an effect that the error denies") {
    story.prompt(command(turn(0), 10s, "add_note#1"));
    story.ended(failed(turn(0), 20s, R"({"execution":{"state":"not_started"}})"));
    CHECK(story.told().violation_count == 1);
  }
  SECTION("an effect behind the answer that denies it, said once") {
    story.ended(failed(turn(0), 20s, "{}", 504));
    story.prompt(command(turn(0), 10s, "add_note#1", false));
    story.prompt(command(turn(0), 29s, "add_note#1"));
    story.prompt(command(turn(0), 31s, "add_note#2"));
    check_witness(story.told(), "u0.s0.t0",
                  "the user was told at 20 s that the turn failed (status 504) and not that a "
                  "command may have run, but add_note#1 had its effect at 30 s");
  }
}

TEST_CASE("what an error says of its execution", "[oracle]") {
  using harness::ExactlyOnceCommands;
  CHECK(ExactlyOnceCommands::says_may_have_run(R"({"execution":{"state":"unknown"}})"));
  CHECK(ExactlyOnceCommands::says_may_have_run(R"({"execution": {"state": "completed"}})"));
  CHECK_FALSE(ExactlyOnceCommands::says_may_have_run(R"({"execution":{"state":"not_started"}})"));
  CHECK_FALSE(ExactlyOnceCommands::says_may_have_run(R"({"state":"partial"})"));
  CHECK_FALSE(ExactlyOnceCommands::says_may_have_run(""));
}
