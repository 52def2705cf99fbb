// A run on the wall clock: clients on this thread, fakes on their own, the agent core as a process
// of its own (or any target at a URL), over real sockets.
#include "harness/run/agent_process.hpp"
#include "harness/run/drive.hpp"
#include "harness/run/fakes_thread.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/modes.hpp"
#include "harness/run/target_url.hpp"
#include "harness/run/timer_probe.hpp"
#include "reports/text.hpp"
#include "world/real_network.hpp"
#include "world/real_processes.hpp"

namespace harness {

using world::RealClock;
using world::Task;

namespace {

constexpr world::Nanos kWatchEvery = std::chrono::milliseconds(100);  // wall time

struct LiveParts {
  RealClock& clock;
  world::RealNetwork& network;
  world::RealProcesses& processes;
  const Prepared& prepared;
  const RunOptions& options;
  const RunHooks& hooks;
  FakesThread& fakes;
  reports::Recorder& recorder;
  Evidence& evidence;
  EarlyStop* early;
};

struct LiveFacts {
  bool interrupted = false;
  std::string target_trouble;
  std::int64_t cpu_nanos = 0;
  std::int64_t wall_nanos = 0;
};

Task<void> drive_all(LiveParts& parts, world::Endpoint target) {
  DriveInput input{parts.prepared, std::move(target), parts.recorder, parts.evidence,
                   parts.early};
  auto driving = drive(parts.clock, parts.network, input);
  co_await driving;
}

Task<void> watch_and_cancel(LiveParts& parts, world::Scope& driving, LiveFacts& facts) {
  const auto every = world::Nanos(static_cast<std::int64_t>(
      static_cast<double>(kWatchEvery.count()) * parts.clock.scale()));
  auto watching = watch(parts.clock, every, parts.prepared, parts.evidence, parts.hooks);
  co_await watching;
  facts.interrupted = true;
  driving.cancel();
}

Task<void> go_live(LiveParts& parts, LiveFacts& facts) {
  AgentProcess core(parts.clock, parts.processes);
  world::Endpoint target;
  if (parts.options.target_url.empty()) {
    auto starting = core.start(parts.prepared, parts.options, parts.fakes.endpoints(),
                               parts.network.tls_ca_pem());
    target = co_await starting;
  } else {
    target = parse_target_url(parts.options.target_url);
  }
  const std::int64_t origin = RealClock::steady_now();
  parts.clock.restart(origin);
  parts.fakes.restart(origin);
  const std::int64_t cpu_before = RealClock::thread_cpu_nanos();

  world::Scope driving(parts.clock);
  world::Scope beside(parts.clock);
  driving.spawn(drive_all(parts, target));
  beside.spawn(watch_and_cancel(parts, driving, facts));
  if (parts.options.target_url.empty()) beside.spawn(core.follow());
  co_await driving.join_anyway();

  facts.cpu_nanos = RealClock::thread_cpu_nanos() - cpu_before;
  facts.wall_nanos = RealClock::steady_now() - origin;
  if (parts.options.target_url.empty()) facts.target_trouble = core.trouble();
  beside.cancel();
  co_await beside.join_anyway();
  auto stopping = core.stop();
  co_await stopping;
}

reports::ValidityResult target_was_alive(const LiveFacts& facts) {
  reports::ValidityResult result;
  result.name = "target_alive";
  result.holds = facts.target_trouble.empty();
  result.detail = result.holds ? "the target was alive to the end" : facts.target_trouble;
  return result;
}

// Not a rule but what the generator's lateness is to be held against.
reports::ValidityResult host_timers(const reports::Histogram& late) {
  reports::ValidityResult result;
  result.name = "host_timers";
  result.holds = true;
  result.detail = "this host's own timers were late by " +
                  reports::human_duration(late.percentile(990'000)) +
                  " at p99 meanwhile (wall time)";
  return result;
}

}  // namespace

RunResult run_live(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks) {
  world::raise_descriptor_limit();
  FakesThread fakes(prepared, options);
  world::RealClockOptions clock_options;
  clock_options.scale = options.time_scale;
  clock_options.pacing = options.pacing;
  RealClock clock(clock_options);
  world::RealNetwork network(clock);
  world::RealProcesses processes(clock);
  reports::Recorder recorder(prepared.layout);
  Evidence evidence(prepared, hooks, options.target_url.empty() ? "process" : "external",
                    Evidence::Order::replayed);

  EarlyStop early(prepared, recorder, evidence);
  LiveParts parts{clock, network,  processes, prepared, options,
                  hooks, fakes,    recorder,  evidence, options.stop_early ? &early : nullptr};
  LiveFacts facts;
  TimerProbe probe;
  clock.run(go_live(parts, facts));
  const reports::Histogram host_late = probe.stop();

  FakesThread::Seen seen = fakes.stop();
  for (const fakes::PromptRecord& prompt : seen.prompts) evidence.on_prompt(prompt);
  const bool is_whole = !facts.interrupted && early.sentence().empty();
  std::vector<reports::InvariantResult> invariants = evidence.finish(is_whole);
  Observed observed{recorder, std::move(invariants), std::move(seen.faults), false, 0, {}, {}};
  observed.interrupted = facts.interrupted;
  observed.early = parts.early;
  const std::int64_t wall = std::max<std::int64_t>(facts.wall_nanos, 1);
  observed.own_cpu_ppm = static_cast<std::uint32_t>(facts.cpu_nanos * 1'000'000 / wall);
  if (options.target_url.empty()) observed.more_validity.push_back(target_was_alive(facts));
  observed.more_validity.push_back(host_timers(host_late));
  RunResult result;
  result.record = judge(prepared, options, observed);
  result.cpu_nanos = facts.cpu_nanos;
  return result;
}

}  // namespace harness
