#include "harness/run/ledger_facts.hpp"

#include <catch2/catch.hpp>

using namespace harness;
using namespace std::chrono_literals;
using reports::Operation;
using reports::Outcome;
using world::at;

namespace {

Operation operation(std::uint32_t user, Outcome outcome, world::Nanos response = 1s) {
  Operation op;
  op.user = user;
  op.outcome = outcome;
  op.sent = outcome == Outcome::dropped ? world::kNever : at(0s);
  op.last_event = at(response);
  return op;
}

agent::LedgerEntry memory(world::Nanos when, std::int64_t bytes) {
  agent::LedgerEntry entry;
  entry.at = at(when);
  entry.kind = agent::LedgerKind::memory;
  entry.value = bytes;
  return entry;
}

}  // namespace

TEST_CASE("calls to providers, for turns of the run, no tools", "[ledger_facts]") {
  LedgerTally tally(30s);
  for (int i = 0; i < 4; ++i) tally.ended(operation(0, Outcome::ok));
  tally.ended(operation(0, Outcome::dropped));
  CHECK_FALSE(tally.facts().provider_calls);
  fakes::PromptRecord prompt;
  prompt.asked = world::TurnId{};
  for (int i = 0; i < 6; ++i) tally.prompt(prompt);
  fakes::PromptRecord tool = prompt;
  tool.call = "charge";
  tally.prompt(tool);
  prompt.asked.reset();
  tally.prompt(prompt);
  CHECK(tally.facts().provider_calls == std::uint64_t{6});
  CHECK(tally.facts().turns_asked == std::uint64_t{4});
}

TEST_CASE("how each user fared", "[ledger_facts]") {
  LedgerTally tally(30s);
  for (std::uint32_t user : {0u, 1u, 3u}) tally.ended(operation(user, Outcome::ok));
  CHECK(*tally.facts().jain_index == Approx(1));
  CHECK(tally.facts().users == 3);  // 2 never asked
  tally.ended(operation(4, Outcome::error));
  tally.ended(operation(5, Outcome::ok, 31s));   // too late to be a good one
  tally.ended(operation(6, Outcome::cancelled));  // says nothing
  CHECK(tally.facts().users == 5);
  CHECK(*tally.facts().jain_index == Approx(0.6));
}

TEST_CASE("samples of memory are thinned, evenly", "[ledger_facts]") {
  LedgerTally tally(30s);
  CHECK_FALSE(tally.facts().memory_slope_bytes_per_hour);
  // 100 bytes a minute: 6,000 an hour, however many samples there are.
  for (int i = 0; i < 50'000; ++i) tally.agent(memory(i * 60s, 1'000'000 + 100 * i));
  tally.agent(memory(1h, -1));  // not a size
  agent::LedgerEntry other = memory(1h, 5);
  other.kind = agent::LedgerKind::called;
  tally.agent(other);
  CHECK(tally.facts().memory_samples == 50'000);
  CHECK(*tally.facts().memory_slope_bytes_per_hour == Approx(6'000));
}
