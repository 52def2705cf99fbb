// AgentProcess: the bundled core as a child process of its own, which is what a live run tests. It
// is this very program, started as `shakedown agent --ledger`; it says on its first line where it
// listens, and on the others what it does. Its key for the providers is in its environment, where
// no list of processes shows it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "harness/run/ledger_reader.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "world/network.hpp"
#include "world/processes.hpp"

namespace harness {

class AgentProcess {
 public:
  AgentProcess(world::Clock& clock, world::Processes& processes)
      : clock_(clock), processes_(processes) {}

  // Starts it and completes when it listens. Providers that serve https show certificates of the
  // given authority. Throws TargetError with its last output otherwise.
  world::Task<world::Endpoint> start(const Prepared& prepared, const RunOptions& options,
                                     std::map<std::string, world::Endpoint> providers,
                                     std::string ca_pem);

  // Whether it is still alive and well; a sentence when it is not.
  std::string trouble() const;

  // Reads its ledger until it ends. To be spawned beside the run, which `reader` outlives.
  world::Task<void> follow(LedgerReader& reader);

  // The same for what it says on stderr, which trouble() quotes.
  world::Task<void> follow_errors();

  // Asks it to end, then makes it.
  world::Task<void> stop();

 private:
  static constexpr world::Nanos kReadyWithin = std::chrono::seconds(10);  // wall time
  static constexpr std::size_t kErrorBytesMax = 4'096;
  static constexpr world::Nanos kStopWithin = std::chrono::seconds(2);    // wall time

  world::Task<std::string> first_line();
  world::Task<bool> read_errors();
  world::Task<bool> wait_for_end();

  world::Clock& clock_;
  world::Processes& processes_;
  std::unique_ptr<world::Child> child_;
  std::string output_;  // before anybody follows it
  world::Tail errors_{kErrorBytesMax};
  bool ended_ = false;
  bool stopping_ = false;
};

}  // namespace harness
