// FakesThread: the fakes of a live run, on a thread and a loop of their own, so that they never
// delay the clients. What they see is handed over while the run goes on, and a heartbeat says up to
// when they have told all.
#pragma once

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/emission.hpp"
#include "fakes/server.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "world/handover.hpp"
#include "world/network.hpp"
#include "world/thread.hpp"

namespace harness {

class FakesThread {
 public:
  // Listens before it returns. Throws TargetError when a port is taken.
  FakesThread(const Prepared& prepared, const RunOptions& options);

  const std::map<std::string, world::Endpoint>& endpoints() const { return endpoints_; }

  // The run begins at this steady_now(): see RealClock::restart. Nothing is spoken before.
  void restart(std::int64_t origin) {
    thread_->restart(origin);
    begun_.store(true, std::memory_order_release);
  }

  // What has ended since the last time replaces `into`; up to which instant that is all.
  world::Instant take(std::vector<fakes::PromptRecord>& into) { return prompts_.take(into); }

  // Prompts that were lost because nobody took them in time.
  std::uint64_t lost() const { return prompts_.lost(); }

  // Ends the fakes: how often each fault fired. What they saw last is still to be taken.
  std::vector<reports::FaultResult> stop();

  // How late their own writes were. After stop().
  const fakes::Emission& emission() const { return emission_; }

 private:
  static constexpr std::size_t kPromptsMax = 200'000;  // that wait to be taken
  static constexpr world::Nanos kBegunByThen = std::chrono::hours(2);
  static constexpr world::Nanos kHeartbeat = std::chrono::milliseconds(10);  // wall time

  using Endpoints = std::map<std::string, world::Endpoint>;
  world::Task<void> beat(world::RealClock& clock);
  world::Task<void> serve(world::RealClock& clock, fakes::Server& server);
  void body(world::RealClock& clock, std::promise<Endpoints>& listening);

  const Prepared& prepared_;
  std::uint16_t first_port_;
  Endpoints endpoints_;
  world::Handover<fakes::PromptRecord> prompts_{kPromptsMax};
  std::vector<reports::FaultResult> faults_;  // the thread's until it has been joined
  fakes::Emission emission_;                  // so is this
  std::atomic<bool> begun_{false};
  std::promise<Endpoints> listening_;
  std::unique_ptr<world::LoopThread> thread_;
};

}  // namespace harness
