// A run in virtual time: clients, agent core and fakes on one simulated world, one thread.
#include "agent/agent.hpp"
#include "harness/run/drive.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/modes.hpp"
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
};

Task<void> simulate(SimParts parts) {
  ENSURE(parts.fakes.open().has_value(), "a simulated port was taken");
  const world::Endpoint target{"agent", kPort};
  auto listener = parts.network.listen(target);
  ENSURE(listener.has_value(), "a simulated port was taken");
  agent::Agent core(parts.clock, parts.network, parts.prepared.scenario.agent,
                    providers_of(parts.prepared.scenario, parts.prepared.seed,
                                 parts.fakes.endpoints(), parts.network.tls_ca_pem()),
                    [&parts](const agent::LedgerEntry& e) { parts.evidence.on_agent(e); },
                    world::Random(parts.prepared.seed));

  world::Scope services(parts.clock);
  services.spawn(parts.fakes.serve());
  services.spawn(core.serve(**listener));
  bool cancelled = false;
  try {
    DriveInput input{parts.prepared, target, parts.recorder, parts.evidence, parts.early};
    auto driving = drive(parts.clock, parts.network, input);
    co_await driving;
  } catch (const world::Cancelled&) {
    cancelled = true;
  }
  services.cancel();
  co_await services.join_anyway();
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
    if (hooks.progress) hooks.progress(progress_of(prepared, evidence, clock.now()));
    return hooks.interrupted && hooks.interrupted();
  });

  EarlyStop early(prepared, recorder, evidence);
  SimParts parts{clock,    network,  prepared, fakes,
                 recorder, evidence, options.stop_early ? &early : nullptr};
  const bool complete = clock.run(simulate(parts));

  const bool is_whole = complete && early.sentence().empty();
  std::vector<reports::InvariantResult> invariants = evidence.finish(is_whole);
  Observed observed{recorder, std::move(invariants), fault_results(prepared, fakes.faults()),
                    false,    0,                     {},
                    {}};
  observed.interrupted = !complete;
  observed.digest = clock.digest();
  observed.ledger = evidence.ledger_facts();
  observed.early = parts.early;
  RunResult result;
  result.record = judge(prepared, options, observed);
  result.checkpoints = clock.checkpoints();
  result.events = clock.events();
  return result;
}

}  // namespace harness
