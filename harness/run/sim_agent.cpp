#include "harness/run/sim_agent.hpp"

#include "agent/jobs/open_store.hpp"
#include "harness/run/programs.hpp"
#include "harness/run/suite_parts.hpp"
#include "world/sim_worker.hpp"

namespace harness {

using world::Task;

namespace {
constexpr std::uint16_t kPort = 80;
// A graceful end takes as long as what is under way, at most so long.
constexpr world::Nanos kGrace = std::chrono::seconds(30);
constexpr world::Nanos kSyncTime = std::chrono::milliseconds(2);  // of a commit
constexpr world::Nanos kLookEvery = std::chrono::milliseconds(10);
}  // namespace

struct SimAgent::Life {
  explicit Life(world::SimClock& clock) : processes(clock), scope(clock) {}

  bool tells = true;  // the dead write no ledger, though their tasks unwind
  world::SimProcesses processes;
  std::unique_ptr<world::Listener> listener;
  std::unique_ptr<agent::Agent> core;
  world::Scope scope;
};

SimAgent::SimAgent(world::SimClock& clock, world::SimNetwork& network, const Prepared& prepared,
                   std::map<std::string, world::Endpoint> providers, Evidence& evidence)
    : clock_(clock),
      network_(network),
      prepared_(prepared),
      providers_(std::move(providers)),
      evidence_(evidence),
      address_{"agent", kPort} {
  agent::StoreConfig durable = prepared.scenario.agent.store;
  if (durable.kind == agent::StoreKind::memory) return;
  durable.path.clear();  // a file would outlive the simulation
  store_ = agent::open_store(
      clock_, durable, [&clock] { return std::make_unique<world::SimWorker>(clock, kSyncTime); },
      prepared.scenario.agent.defect);
}

SimAgent::~SimAgent() = default;

void SimAgent::start() {
  auto listener = network_.listen(address_);
  ENSURE(listener.has_value(), "a simulated port was taken");
  life_ = std::make_unique<Life>(clock_);
  Life& life = *life_;
  life.listener = std::move(*listener);
  install_programs(life.processes, prepared_.scenario.programs);
  const auto tell = [this, &life](const agent::LedgerEntry& entry) {
    if (life.tells) evidence_.on_agent(entry);
  };
  // What a process draws is not what the one before it drew: ids would come again.
  const world::Random random(prepared_.seed + lives_++);
  agent::Outside outside;
  outside.store = store_.get();
  outside.processes = &life.processes;
  life.core = std::make_unique<agent::Agent>(
      clock_, network_, prepared_.scenario.agent,
      providers_of(prepared_.scenario, prepared_.seed, providers_, network_.tls_ca_pem()), tell,
      random, outside);
  life.scope.spawn(life.core->serve(*life.listener));
}

Task<void> SimAgent::stop() {
  if (!life_) co_return;
  life_->scope.cancel();
  co_await life_->scope.join_anyway();
  life_.reset();
}

Task<void> SimAgent::kill() {
  life_->tells = false;
  life_->core->abort();  // first: nothing of it may act on the end of its commands
  life_->scope.cancel();
  life_->processes.kill_all();
  co_await stop();
}

Task<void> SimAgent::end() {
  life_->listener->admit(world::Admission::refuse);
  const world::Instant latest = clock_.now() + kGrace;
  while (life_->core->in_flight() > 0 && clock_.now() < latest) {
    co_await clock_.sleep(kLookEvery);
  }
  co_await stop();
}

Task<void> SimAgent::start_again() {
  start();
  co_return;
}

void SimAgent::freeze(bool) {
  ENSURE(false, "a scenario that freezes the agent was simulated");
}

}  // namespace harness
