#include "provider_story.hpp"

using namespace test;

namespace {

// So many requests of a user, the first of them answered.
void requests(ProviderStory& story, std::uint32_t user, std::uint32_t count, std::uint32_t ok,
              Outcome otherwise = Outcome::error) {
  for (std::uint32_t n = 0; n < count; ++n) {
    story.ended({.turn = turn(n, user), .at = 1s + 1s * n,
                 .outcome = n < ok ? Outcome::ok : otherwise});
  }
}

}  // namespace

TEST_CASE("fairness is silent on what may be", "[oracle]") {
  ProviderStory story("fairness");
  SECTION("who asks more gets more, in the same share") {
    requests(story, 0, 100, 50);
    requests(story, 1, 10, 5);
    requests(story, 2, 6, 3);
    check_silent(story.told(), 1);
  }
  SECTION("shares that differ a little") {
    requests(story, 0, 10, 10);
    requests(story, 1, 10, 4);  // J = 1.96 / 2.32 = 0.845
    check_silent(story.told(), 1);
  }
  SECTION("a user who has hardly asked") {
    requests(story, 0, 10, 10);
    requests(story, 1, 10, 10);
    requests(story, 2, 4, 0);
    check_silent(story.told(), 1);
  }
  SECTION("what users gave up themselves") {
    requests(story, 0, 10, 10);
    requests(story, 1, 50, 5, Outcome::cancelled);
    check_silent(story.told(), 1);
  }
  SECTION("nobody to compare with") {
    requests(story, 0, 100, 3);
    check_silent(story.told(), 0);
  }
  SECTION("nobody was answered") {
    requests(story, 0, 10, 0);
    requests(story, 1, 10, 0);
    check_silent(story.told(), 0);
  }
}

TEST_CASE("fairness finds each defect", "[oracle]") {
  ProviderStory story("fairness");
  SECTION("one user has nothing") {
    requests(story, 0, 10, 10);
    requests(story, 1, 20, 0, Outcome::timeout);
    check_witness(story.told(), "u1",
                  "Jain's index over 2 users is 0.5, less than 0.8: u1 had 0 of 20 requests "
                  "answered, where 5 would have been fair, while u0 had 10 of 10 requests "
                  "answered, where 5 would have been fair");
  }
  SECTION("a few have all") {
    for (std::uint32_t user = 0; user < 10; ++user) requests(story, user, 10, user < 5 ? 10 : 1);
    const InvariantResult result = story.told();  // J = 5.5^2 / (10 * 5.05) = 0.599
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].who == "u5");
    CHECK(result.violations[0].what.find("10 users is 0.599") != std::string::npos);
  }
}

TEST_CASE("fairness holds a stricter ratio", "[oracle]") {
  ProviderStory story("fairness", 0.9);
  requests(story, 0, 10, 10);
  requests(story, 1, 10, 4);
  CHECK(story.told().violation_count == 1);
}
