// FakesThread: the fakes of a live run, on a thread and a loop of their own, so that they never
// delay the clients. What they saw is handed over when they have stopped.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/journal.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "world/network.hpp"
#include "world/thread.hpp"

namespace harness {

class FakesThread {
 public:
  // Listens before it returns. Throws TargetError when a port is taken.
  FakesThread(const Prepared& prepared, const RunOptions& options);

  const std::map<std::string, world::Endpoint>& endpoints() const { return endpoints_; }

  void restart(std::int64_t origin) { thread_->restart(origin); }

  struct Seen {
    std::vector<fakes::PromptRecord> prompts;  // in the order in which they ended
    std::vector<reports::FaultResult> faults;
  };
  Seen stop();

 private:
  using Endpoints = std::map<std::string, world::Endpoint>;
  void body(world::RealClock& clock, std::promise<Endpoints>& listening);

  const Prepared& prepared_;
  std::uint16_t first_port_;
  Endpoints endpoints_;
  Seen seen_;  // the thread's until it has been joined
  std::promise<Endpoints> listening_;
  std::unique_ptr<world::LoopThread> thread_;
};

}  // namespace harness
