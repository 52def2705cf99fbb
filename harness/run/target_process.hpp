// TargetProcess: the target that a scenario names, beside the run: waits until it can be asked and,
// where a command is given, starts it before and stops it after, with all processes that it has
// started. It may be killed and started again, or stand still: the new process gets the same port.
// What it writes is read all the time, and its last words are kept for messages. One clock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "harness/run/agent_host.hpp"
#include "harness/client/target_door.hpp"
#include "world/network.hpp"
#include "world/processes.hpp"
#include "world/signal.hpp"

namespace harness {

struct TargetPlace {  // what its command is told
  std::map<std::string, world::Endpoint> backends;
  std::uint64_t seed = 0;
  double time_scale = 1;
  std::string ca_pem;                 // of the fakes
  std::function<bool()> interrupted;  // ends the waiting for it; may be empty
};

class TargetProcess final : public AgentHost {
 public:
  TargetProcess(world::Clock& clock, world::Processes& processes, world::Network& network,
                const Scenario& scenario)
      : clock_(clock),
        processes_(processes),
        network_(network),
        scenario_(scenario),
        changed_(clock) {}

  // Completes when it can be asked. Throws TargetError otherwise, with its last words. To be
  // awaited while it is followed.
  world::Task<TargetDoor> start(TargetPlace place);

  // Whether it is still alive, or gone on purpose; a sentence when it is not.
  std::string trouble() const;

  // Reads what it says, in all its lives, until its end for good. To be spawned before start().
  world::Task<void> follow();

  world::Task<void> kill() override;
  world::Task<void> end() override;
  world::Task<void> start_again() override;
  void freeze(bool frozen) override;
  std::int64_t wall() const override { return clock_.unix_nanos(); }
  void step_wall(world::Nanos) override {}  // the loader refuses such faults

  // Asks it to end, then makes it. To be awaited while nobody follows it.
  world::Task<void> stop();

 private:
  static constexpr std::size_t kOutputBytesMax = 8'192;
  // Wall time:
  static constexpr world::Nanos kCommandReadyWithin = std::chrono::seconds(30);
  static constexpr world::Nanos kUrlReadyWithin = std::chrono::seconds(3);
  static constexpr world::Nanos kBetweenLooks = std::chrono::milliseconds(20);
  static constexpr world::Nanos kLookAtMost = std::chrono::seconds(2);
  static constexpr world::Nanos kLastWords = std::chrono::milliseconds(200);

  world::Nanos scaled(world::Nanos wall) const;
  std::uint16_t port_of_command();
  std::string keep_ca();
  std::string words() const;
  void demand_free(const world::Endpoint& endpoint);
  world::Task<void> launch();
  world::Task<void> wait_until_ready();
  world::Task<void> read_output();
  world::Task<bool> until_gone();
  world::Task<bool> wait_for_end();
  std::string name() const;

  world::Clock& clock_;
  world::Processes& processes_;
  world::Network& network_;
  const Scenario& scenario_;
  world::Signal changed_;  // a life has begun or ended, or the output has
  TargetPlace place_;
  TargetDoor door_;
  world::Command command_;
  std::string ca_file_;  // of this run alone; empty: none
  std::unique_ptr<world::Child> child_;  // null: it is gone, or there is no command
  world::Tail output_{kOutputBytesMax};
  std::uint64_t lives_ = 0;
  std::uint64_t followed_ = 0;  // lives
  bool output_over_ = false;
  bool gone_ = false;      // this life is over
  bool expected_ = false;  // by the scenario's will
  bool ended_ = false;     // and that was not
  world::Exit exit_;
};

// What a process wrote last, for one line of a message: without control characters, bounded.
std::string last_words(std::string_view output);

}  // namespace harness
