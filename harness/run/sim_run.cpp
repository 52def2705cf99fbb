// A run in virtual time: clients, agent core and fakes on one simulated world, one thread.
#include "harness/run/drive.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/modes.hpp"
#include "harness/run/sim_agent.hpp"
#include "harness/run/suite_parts.hpp"
#include "world/sim_network.hpp"

namespace harness {

using world::Task;

namespace {

constexpr std::uint16_t kPort = 80;

struct SimParts {
  world::SimClock& clock;
  world::SimNetwork& network;
  const Prepared& prepared;
  fakes::Server& fakes;
  reports::Recorder& recorder;
  Evidence& evidence;
  EarlyStop* early;
  std::vector<reports::FaultResult>& agent_faults;
};

Task<void> simulate(SimParts parts) {
  ENSURE(parts.fakes.open().has_value(), "a simulated port was taken");
  SimAgent core(parts.clock, parts.network, parts.prepared, parts.fakes.endpoints(),
                parts.evidence);
  AgentStriker striker(parts.clock, parts.prepared.scenario, core, parts.evidence);

  world::Scope services(parts.clock);
  services.spawn(parts.fakes.serve());
  core.start();
  if (!parts.prepared.scenario.agent_faults.empty()) services.spawn(striker.run());
  bool cancelled = false;
  try {
    DriveInput input{parts.prepared, core.address(), parts.recorder, parts.evidence, parts.early};
    auto driving = drive(parts.clock, parts.network, input);
    co_await driving;
  } catch (const world::Cancelled&) {
    cancelled = true;
  }
  services.cancel();
  co_await services.join_anyway();
  co_await core.stop();
  parts.agent_faults = striker.results();
  if (cancelled) throw world::Cancelled{};
}

}  // namespace

RunResult run_sim(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks) {
  world::SimClock clock;
  world::SimNetwork network(clock);
  reports::Recorder recorder(prepared.layout);
  Evidence evidence(prepared, hooks, "linked", Evidence::Order::as_it_comes, &recorder);
  fakes::ServerConfig config = fakes_of(prepared);
  config.listen = {"", kPort};
  fakes::Server fakes(clock, network, std::move(config),
                      [&evidence](const fakes::PromptRecord& r) { evidence.on_prompt(r); });
  if (hooks.trace) clock.set_trace(hooks.trace);
  clock.set_interrupt([&] {
    if (hooks.progress) hooks.progress(progress_of(prepared, evidence, recorder, clock.now()));
    return hooks.interrupted && hooks.interrupted();
  });

  EarlyStop early(prepared, recorder, evidence);
  std::vector<reports::FaultResult> agent_faults;
  SimParts parts{clock,    network,  prepared,
                 fakes,    recorder, evidence,
                 options.stop_early ? &early : nullptr, agent_faults};
  const bool complete = clock.run(simulate(parts));

  const bool is_whole = complete && early.sentence().empty();
  std::vector<reports::InvariantResult> invariants = evidence.finish(is_whole);
  Observed observed{recorder, std::move(invariants), fault_results(prepared, fakes.faults()),
                    false,    0,                     {},
                    {}};
  observed.faults.insert(observed.faults.end(), agent_faults.begin(), agent_faults.end());
  observed.interrupted = !complete;
  observed.digest = clock.digest();
  observed.lanes = &evidence.lanes();
  observed.ledger = evidence.ledger_facts();
  observed.early = parts.early;
  RunResult result;
  result.record = judge(prepared, options, observed);
  result.checkpoints = clock.checkpoints();
  result.events = clock.events();
  return result;
}

}  // namespace harness
