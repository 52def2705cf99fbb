// AgentProcess: the bundled core as a child process of its own, which is what a live run tests. It
// is this very program, started as `shakedown agent --ledger`; it says on its first line where it
// listens, and on the others what it does. Its key for the providers is in its environment, where
// no list of processes shows it. It may be killed and started again: the new process listens where
// the old one did, and its ledger goes on where that one's ended. One clock.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "harness/run/agent_host.hpp"
#include "harness/run/ledger_reader.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "world/network.hpp"
#include "world/processes.hpp"
#include "world/signal.hpp"
#include "world/wall_step.hpp"

namespace harness {

class AgentProcess final : public AgentHost {
 public:
  AgentProcess(world::Clock& clock, world::Processes& processes)
      : clock_(clock), processes_(processes), changed_(clock) {}

  // Starts it and completes when it listens. Providers that serve https show certificates of the
  // given authority. Throws TargetError with its last output otherwise.
  world::Task<world::Endpoint> start(const Prepared& prepared, const RunOptions& options,
                                     std::map<std::string, world::Endpoint> providers,
                                     std::string ca_pem);

  // Whether it is still alive and well, or gone on purpose; a sentence when it is not.
  std::string trouble() const;

  // Reads its ledger until it ends for good. To be spawned beside the run, which `reader` outlives.
  world::Task<void> follow(LedgerReader& reader);

  // The same for what it says on stderr, which trouble() quotes.
  world::Task<void> follow_errors();

  // While both are followed:
  world::Task<void> kill() override;
  world::Task<void> end() override;
  world::Task<void> start_again() override;
  void freeze(bool frozen) override;
  std::int64_t wall() const override { return clock_.unix_nanos() + wall_step_->get().count(); }
  void step_wall(world::Nanos by) override { wall_step_->add(by); }

  // Asks it to end, then makes it.
  world::Task<void> stop();

 private:
  static constexpr world::Nanos kReadyWithin = std::chrono::seconds(10);  // wall time
  static constexpr std::size_t kErrorBytesMax = 4'096;
  static constexpr world::Nanos kStopWithin = std::chrono::seconds(2);    // wall time
  static constexpr world::Nanos kEndWithin = std::chrono::seconds(60);    // wall time

  std::string file_of_this_run(std::string_view what) const;
  void keep_jobs(const Prepared& prepared);
  void keep_wall(const Prepared& prepared);
  void forget_files() const;
  world::Task<world::Endpoint> launch();
  world::Task<std::string> first_line();
  world::Task<bool> read_errors();
  world::Task<bool> wait_for_end();
  world::Task<bool> until_gone();

  world::Clock& clock_;
  world::Processes& processes_;
  world::Signal changed_;  // a stream has ended, or another life has begun
  double time_scale_ = 1;
  std::uint64_t seed_ = 1;
  world::Command command_;  // but for where it listens
  std::string listen_ = "127.0.0.1:0";
  std::unique_ptr<world::Child> child_;  // null: it is gone
  std::string jobs_file_;  // of this run alone; empty: none
  std::string wall_file_;  // the same
  std::optional<world::WallStep> wall_step_;  // of all its lives, where the scenario sets clocks
  std::string output_;  // before anybody follows it
  world::Tail errors_{kErrorBytesMax};
  std::uint64_t lives_ = 0;
  bool output_over_ = false;  // of this life
  bool errors_over_ = false;
  bool expected_ = false;  // its end is the scenario's will
  bool ended_ = false;     // and that was not
  bool stopping_ = false;
};

}  // namespace harness
