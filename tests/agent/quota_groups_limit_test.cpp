// What providers allow by account: shared buckets, one Retry-After for all, tokens corrected.
#include <catch2/catch.hpp>

#include "agent/limits/quota_groups.hpp"
#include "world/sim_clock.hpp"

using namespace std::chrono_literals;
using agent::QuotaGroups;
using world::at;

namespace {

agent::QuotaGroupConfig group(std::int64_t requests, std::int64_t tokens) {
  agent::QuotaGroupConfig config;
  config.name = "account";
  config.providers = {"east", "west"};
  config.requests_per_minute = requests;
  config.tokens_per_minute = tokens;
  return config;
}

void pass(world::SimClock& clock, world::Nanos time) {
  const auto sleep = [](world::Clock& c, world::Nanos t) -> world::Task<void> {
    co_await c.sleep(t);
  };
  clock.run(sleep(clock, time));
}

}  // namespace

TEST_CASE("deployments of one account share its buckets", "[quotagroup][REQ-051]") {
  world::SimClock clock;
  QuotaGroups groups(clock, {group(3, 0)});
  { QuotaGroups::Call first(groups, "east", 10); }
  { QuotaGroups::Call second(groups, "west", 10); }
  { QuotaGroups::Call third(groups, "east", 10); }
  CHECK(groups.next_at("west", 10) == at(20s));  // 3 a minute: one every 20 s
  CHECK(groups.next_at("east", 10) == at(20s));
  CHECK(groups.next_at("other", 10) <= clock.now());
  CHECK(QuotaGroups::Call(groups, "west", 10).refused());
  CHECK(groups.next_at("west", 10) == at(20s));  // a refused one took nothing
  CHECK(groups.group_of("west") == "account");
  CHECK(groups.group_of("other") == "other");
  pass(clock, 20s);
  CHECK_FALSE(QuotaGroups::Call(groups, "west", 10).refused());
}

TEST_CASE("a Retry-After holds the whole account", "[quotagroup][REQ-051][REQ-021]") {
  world::SimClock clock;
  QuotaGroups groups(clock, {group(0, 0)});
  groups.hold("east", 20s);
  groups.hold("west", 7s);  // the longer one counts
  CHECK(groups.next_at("east", 0) == at(20s));
  CHECK(groups.next_at("west", 0) == at(20s));
  CHECK(QuotaGroups::Call(groups, "west", 0).refused());
  CHECK(groups.next_at("other", 0) <= clock.now());
  groups.hold("other", 1'000'000s);
  CHECK(groups.next_at("other", 0) == at(QuotaGroups::kHoldMax));
  pass(clock, 20s);
  CHECK_FALSE(QuotaGroups::Call(groups, "west", 0).refused());
}

TEST_CASE("tokens are reserved and corrected", "[quotagroup][REQ-051]") {
  struct Row {
    std::int64_t reserved;
    std::int64_t used;          // -1: unknown, -2: the call was not answered
    world::Nanos full_minute;   // when a whole minute's worth is there again
  };
  // 6,000 a minute: one every 10 ms.
  const Row rows[] = {{1'000, 1'000, 10s}, {1'000, 200, 2s},     {1'000, 1'500, 15s},
                      {1'000, -1, 10s},    {1'000, -2, 0s},      {6'000, 6'000, 60s},
                      {9'000, 9'000, 60s}, {9'000, 3'000, 30s}};
  for (const Row& row : rows) {
    world::SimClock clock;
    QuotaGroups groups(clock, {group(0, 6'000)});
    {
      QuotaGroups::Call call(groups, "east", row.reserved);
      CHECK_FALSE(call.refused());
      if (row.used > -2) call.settle(row.used);
    }
    CAPTURE(row.reserved, row.used);
    CHECK(groups.next_at("west", 6'000) == at(row.full_minute));
  }
}

TEST_CASE("both buckets or none", "[quotagroup][REQ-051]") {
  world::SimClock clock;
  QuotaGroups groups(clock, {group(10, 100)});
  QuotaGroups::Call large(groups, "east", 100);
  large.settle(100);
  for (int i = 0; i < 20; ++i) CHECK(QuotaGroups::Call(groups, "east", 50).refused());
  pass(clock, 60s);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(QuotaGroups::Call(groups, "east", 0).refused());
}
