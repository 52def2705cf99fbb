// Three tellers, each in its own time, one order.
#include "harness/run/chronicle.hpp"

#include <catch2/catch.hpp>

#include "world/random.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Operation;
using world::at;

namespace {

struct Hearing final : Listener {
  void hear_sent(const Operation& op) override { lines.push_back("sent " + name(op)); }
  void hear_ended(const Operation& op, const Reply& reply) override {
    lines.push_back("ended " + name(op) + reply.text);
  }
  void hear_prompt(const fakes::PromptRecord& prompt) override {
    lines.push_back("prompt " + std::to_string(prompt.ordinal));
  }
  void hear_agent(const agent::LedgerEntry& entry) override {
    lines.push_back("agent " + entry.key);
  }
  void hear_sequel(const Operation& op, const Sequel&) override {
    lines.push_back("sequel " + name(op));
  }
  void hear_life(const AgentLife& life) override {
    lines.push_back(std::string(name_of(life.event)));
  }
  void hear_over(std::uint32_t user, std::uint32_t) override {
    lines.push_back("over " + std::to_string(user));
  }
  static std::string name(const Operation& op) { return std::to_string(op.id); }

  std::vector<std::string> lines;
};
using Lines = std::vector<std::string>;

Operation operation(std::uint64_t id, world::Nanos sent, world::Nanos ended) {
  Operation op;
  op.id = id;
  op.planned = op.sent = at(sent);
  op.last_event = at(ended);
  return op;
}

fakes::PromptRecord prompt(std::uint64_t ordinal, world::Nanos ended) {
  fakes::PromptRecord record;
  record.ordinal = ordinal;
  record.ended = at(ended);
  return record;
}

agent::LedgerEntry entry(const std::string& key, world::Nanos when) {
  agent::LedgerEntry told;
  told.at = at(when);
  told.key = key;
  return told;
}

void all_spoken(Chronicle& chronicle, world::Instant upto) {
  for (const Teller teller : {Teller::clients, Teller::fakes, Teller::agent}) {
    chronicle.spoken(teller, upto);
  }
}

}  // namespace

TEST_CASE("nothing is heard before every teller has spoken beyond it", "[chronicle]") {
  Chronicle chronicle;
  Hearing hearing;
  chronicle.tell_sent(operation(1, 1s, 3s));
  chronicle.tell_ended(operation(1, 1s, 3s), Reply());
  chronicle.tell_prompt(prompt(7, 2s));
  chronicle.tell_agent(entry("a", 1500ms));
  CHECK(chronicle.hear(hearing, 100) == 0);
  chronicle.spoken(Teller::clients, at(10s));
  chronicle.spoken(Teller::fakes, at(10s));
  CHECK(chronicle.hear(hearing, 100) == 0);
  chronicle.spoken(Teller::agent, at(2s));  // not beyond what was told at 2 s
  CHECK(chronicle.hear(hearing, 100) == 2);
  chronicle.spoken(Teller::agent, at(1s));  // never goes back
  chronicle.spoken(Teller::agent, world::kNever);
  CHECK(chronicle.hear(hearing, 1) == 1);  // no more than asked for
  CHECK(chronicle.hear(hearing, 100) == 1);
  CHECK(hearing.lines == Lines{"sent 1", "agent a", "prompt 7", "ended 1"});
  CHECK(chronicle.waiting() == 0);
  CHECK(chronicle.forced() == 0);
  CHECK(chronicle.late() == 0);
}

TEST_CASE("at one instant: sent, ended, read, the agent, the end of the conversation",
          "[chronicle]") {
  Chronicle chronicle;
  Hearing hearing;
  chronicle.tell_over(at(1s), 4, 0);
  chronicle.tell_agent(entry("a", 1s));
  chronicle.tell_prompt(prompt(1, 1s));
  chronicle.tell_prompt(prompt(2, 1s));
  chronicle.tell_ended(operation(9, 1s, 1s), Reply());
  chronicle.tell_sent(operation(9, 1s, 1s));
  all_spoken(chronicle, world::kNever);
  chronicle.hear(hearing, 100);
  CHECK(hearing.lines == Lines{"sent 9", "ended 9", "prompt 1", "prompt 2", "agent a", "over 4"});
}

TEST_CASE("however the batches come, the order is the same", "[chronicle]") {
  constexpr int kThings = 200;
  const auto told_by = [](std::uint64_t seed) {
    const world::Random random(seed);
    Chronicle chronicle;
    Hearing hearing;
    // Each second, everything of that second arrives shuffled, and is complete a second later.
    for (int second = 0; second < kThings / 10; ++second) {
      std::vector<int> order;
      for (int i = 0; i < 10; ++i) order.push_back(second * 10 + i);
      for (std::size_t i = order.size(); i > 1 && seed != 0; --i) {
        const auto bits = random.bits(world::Purpose("shuffle"),
                                      static_cast<std::uint64_t>(second), i);
        std::swap(order[i - 1], order[bits % i]);
      }
      for (const int thing : order) {
        const auto when = world::Nanos(std::int64_t{thing} * 100'000'000);
        const auto id = static_cast<std::uint64_t>(thing);
        if (thing % 3 == 0) chronicle.tell_prompt(prompt(id, when));
        if (thing % 3 == 1) chronicle.tell_agent(entry(std::to_string(thing), when));
        if (thing % 3 == 2) chronicle.tell_sent(operation(id, when, 0s));
      }
      all_spoken(chronicle, at(std::chrono::seconds(second)));
      chronicle.hear(hearing, 1'000);
      CHECK(chronicle.waiting() <= 20);
    }
    all_spoken(chronicle, world::kNever);
    chronicle.hear(hearing, 1'000);
    CHECK(chronicle.late() == 0);
    return hearing.lines;
  };
  const Lines in_order = told_by(0);
  REQUIRE(in_order.size() == kThings);
  for (std::uint64_t seed = 1; seed < 20; ++seed) CHECK(told_by(seed) == in_order);
}

TEST_CASE("a teller that has stopped costs no more than the bound", "[chronicle]") {
  Chronicle chronicle(3);
  Hearing hearing;
  for (std::uint64_t i = 0; i < 10; ++i) {
    chronicle.tell_prompt(prompt(i, std::chrono::seconds(i)));
    chronicle.hear(hearing, 100);
    CHECK(chronicle.waiting() <= 3);
  }
  CHECK(chronicle.forced() == 7);
  // The teller wakes up and tells of long ago: it is heard all the same, and counted.
  chronicle.tell_agent(entry("a", 1s));
  all_spoken(chronicle, world::kNever);
  chronicle.hear(hearing, 100);
  CHECK(chronicle.late() == 1);
  CHECK(hearing.lines.size() == 11);
}

TEST_CASE("large answers count too", "[chronicle]") {
  Chronicle chronicle;
  Hearing hearing;
  constexpr std::size_t kLarge = Chronicle::kWaitingBytesMax / 2;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Reply reply;
    reply.text.assign(kLarge, 'x');
    chronicle.tell_ended(operation(i, 0s, std::chrono::seconds(i)), std::move(reply));
    chronicle.hear(hearing, 100);
    hearing.lines.clear();
  }
  CHECK(chronicle.forced() == 1);
  CHECK(chronicle.waiting() == 2);
}
