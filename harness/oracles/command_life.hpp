// command_life: a command that the agent runs for a turn is heard of at least every `duration`
// while it runs, and its progress never falls; it has the time that it was given; when its call is
// cancelled it is gone within kGoneWithin; and no call starts it twice. By the agent's own ledger.
// Memory: kCommandsMax commands that run, and the calls of the last kHorizon.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "harness/oracles/oracle.hpp"

namespace harness {

class CommandLife final : public Oracle {
 public:
  static constexpr world::Nanos kGoneWithin = std::chrono::seconds(7);
  static constexpr world::Nanos kHorizon = std::chrono::hours(2);
  static constexpr std::size_t kCommandsMax = 100'000;

  explicit CommandLife(double every_ns) : every_(static_cast<std::int64_t>(every_ns)) {}

  void on_agent(const agent::LedgerEntry& entry) override;
  void on_life(const AgentLife& life) override;
  void finish(bool complete) override;

 private:
  using Call = std::pair<std::string, std::string>;  // of which request, and its id
  struct Life {
    std::string program;
    world::Instant started{};
    world::Nanos allowed{0};
    world::Instant heard{};  // last
    std::int64_t percent = 0;
    std::int64_t elapsed = 0;
    world::Instant cancelled = world::kNever;
    world::Instant ended = world::kNever;
    bool was_silent = false;  // said already
  };

  void start(const agent::LedgerEntry& entry);
  void hear(const agent::LedgerEntry& entry, Life& life);
  void end(const agent::LedgerEntry& entry, Life& life);
  void judge_silence(const Call& call, Life& life, world::Instant until);
  void say(const Call& call, world::Instant at, const Life& life, const std::string& what);
  void forget(world::Instant now);

  world::Nanos every_;
  std::map<Call, Life> lives_;
  world::Instant last_{};
  world::Instant forgot_{};
};

}  // namespace harness
