#include "provider_story.hpp"

using namespace test;

TEST_CASE("retried_non_retryable: what is final", "[oracle]") {
  struct Row {
    int status;
    const char* error;
    bool is_final;
  };
  for (const Row& row : {
           Row{400, "", true}, Row{401, "", true}, Row{402, "", true}, Row{403, "", true},
           Row{404, "", true}, Row{413, "", true}, Row{422, "", true}, Row{408, "", false},
           Row{409, "", false}, Row{429, "", false}, Row{429, "rate_limit_exceeded", false},
           Row{429, "insufficient_quota", true}, Row{429, "credit_balance_exhausted", true},
           Row{429, "enforced_spend_limit_reached", true}, Row{500, "", false},
           Row{503, "insufficient_quota", false}, Row{200, "", false}, Row{0, "", false},
       }) {
    CAPTURE(row.status, row.error);
    ProviderStory story("retried_non_retryable");
    story.prompt({.turn = turn(0), .at = 10s, .status = row.status, .end = End::faulted,
                  .error = row.error});
    story.prompt({.turn = turn(0), .at = 15s, .attempt = 2});
    const InvariantResult result = story.told();
    CHECK(result.violation_count == (row.is_final ? 1 : 0));
    CHECK(result.checked == (row.is_final ? 1 : 0));
  }
}

TEST_CASE("retried_non_retryable is silent when something changed", "[oracle]") {
  ProviderStory story("retried_non_retryable");
  story.prompt({.turn = turn(0), .at = 10s, .status = 400, .end = End::faulted, .messages = 9});
  SECTION("another backend") {
    story.prompt({.turn = turn(0), .at = 12s, .backend = "backup", .messages = 9});
  }
  SECTION("a shorter prompt") { story.prompt({.turn = turn(0), .at = 12s, .messages = 5}); }
  SECTION("another model") {
    story.prompt({.turn = turn(0), .at = 12s, .messages = 9, .model = "fake-2"});
  }
  SECTION("another turn") { story.prompt({.turn = turn(1), .at = 12s, .messages = 9}); }
  SECTION("it was under way when the refusal came") {
    story.prompt({.turn = turn(0), .at = 10500ms, .ended = 20s, .messages = 9});
  }
  SECTION("a command") {
    story.prompt({.turn = turn(0), .at = 12s, .messages = 9, .call = "ls#1"});
  }
  check_silent(story.told(), 1);
}

TEST_CASE("retried_non_retryable says what was refused", "[oracle]") {
  ProviderStory story("retried_non_retryable");
  story.prompt({.turn = turn(2, 5), .at = 10s, .status = 401, .end = End::rejected, .messages = 3});
  story.prompt({.turn = turn(2, 5), .at = 16s, .attempt = 2, .messages = 3});
  check_witness(story.told(), "u5.s0.t2",
                "came to primary again, with 3 messages as before, though status 401 at 11 s had "
                "refused it for good");
}

TEST_CASE("retried_non_retryable says each return", "[oracle]") {
  ProviderStory story("retried_non_retryable");
  for (std::uint32_t n = 0; n < 4; ++n) {
    story.prompt({.turn = turn(0), .at = 10s + 5s * n, .status = 404, .end = End::rejected,
                  .attempt = n + 1});
  }
  CHECK(story.told().violation_count == 3);
}
