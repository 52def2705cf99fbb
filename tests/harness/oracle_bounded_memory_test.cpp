#include <functional>

#include "provider_story.hpp"

using namespace test;

namespace {

// A sample each 100 ms of an hour; the function gives bytes by seconds.
InvariantResult hour(const std::function<double(double)>& bytes, int samples = 36'000) {
  ProviderStory story("bounded_memory");
  for (int n = 0; n < samples; ++n) {
    story.agent({.kind = LedgerKind::memory, .at = 100ms * n,
                 .value = static_cast<std::int64_t>(bytes(0.1 * n))});
  }
  return story.told();
}

constexpr double kMiB = 1 << 20;

// -1 .. 1, the same in each run, without a trend.
double noise(double t) {
  const auto n = static_cast<std::uint64_t>(t * 10) * 0x9e3779b97f4a7c15ULL;
  return static_cast<double>(n >> 40) / static_cast<double>(1 << 23) - 1;
}

}  // namespace

TEST_CASE("bounded_memory is silent on what may be", "[oracle]") {
  CHECK(hour([](double) { return 100 * kMiB; }).verdict == Verdict::pass);
  SECTION("growth that ends") {
    check_silent(hour([](double t) { return 10 * kMiB + std::min(t, 1200.0) * kMiB; }), 1);
  }
  SECTION("noise") {
    check_silent(hour([](double t) { return 10 * kMiB * (1 + 0.9 * noise(t)); }), 1);
  }
  SECTION("waves of load") {
    check_silent(hour([](double t) {
                   return (static_cast<int>(t / 120) % 2 == 0 ? 2 : 50) * kMiB;
                 }), 1);
  }
  SECTION("a step that stays") {
    check_silent(hour([](double t) { return (t < 2700 ? 10 : 30) * kMiB; }), 1);
  }
  SECTION("slow growth") {
    check_silent(hour([](double t) { return 100 * kMiB + t * 5'000; }), 1);  // 9 % in the half
  }
  SECTION("few bytes") {
    check_silent(hour([](double t) { return t * 20; }), 1);  // 36 kB in the half
  }
  SECTION("what shrinks") { check_silent(hour([](double t) { return 90 * kMiB - t * 9'000; }), 1); }
  SECTION("too few samples") { check_silent(hour([](double t) { return t * kMiB; }, 20), 0); }
}

TEST_CASE("bounded_memory finds each defect", "[oracle]") {
  SECTION("a leak from the beginning") {
    const InvariantResult result = hour([](double t) { return t * 1024; });
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].who == "the agent");
    const std::string& what = result.violations[0].what;
    CHECK(what.find("what it holds for its users grew by 1") == 0);
    CHECK(what.find(" KiB from 1") != std::string::npos);
    CHECK(what.find(", 1 KiB a second without a fall (") != std::string::npos);
  }
  SECTION("under noise") {
    CHECK(hour([](double t) { return 10 * kMiB + t * 4096 + noise(t) * kMiB; }).violation_count ==
          1);
  }
  SECTION("in steps, as a table that doubles") {
    CHECK(hour([](double t) { return kMiB * (1 + static_cast<int>(t / 200)); }).violation_count ==
          1);
  }
  SECTION("with few samples") {
    CHECK(hour([](double t) { return t * 1'000'000; }, 40).violation_count == 1);
  }
}
