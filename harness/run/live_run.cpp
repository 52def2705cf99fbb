// A run on the wall clock: clients on this thread, fakes on their own, the agent core as a process
// of its own (or any target at a URL), over real sockets.
#include "harness/run/agent_process.hpp"
#include "harness/run/calibration.hpp"
#include "harness/run/clock_watch.hpp"
#include "harness/run/drive.hpp"
#include "harness/run/fakes_thread.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/modes.hpp"
#include "harness/run/segment.hpp"
#include "harness/run/target_process.hpp"
#include "harness/run/target_validity.hpp"
#include "harness/run/timer_probe.hpp"
#include "reports/text.hpp"
#include "world/real_network.hpp"
#include "world/real_processes.hpp"

namespace harness {

using world::RealClock;
using world::Task;

namespace {

// Wall time:
constexpr world::Nanos kWatchEvery = std::chrono::milliseconds(100);
constexpr world::Nanos kHearEvery = std::chrono::milliseconds(10);
constexpr world::Nanos kWakeEvery = std::chrono::milliseconds(10);
constexpr int kWakesPerLook = 100;  // at all clocks
// What an agent's process says arrives later than what happens here; so long it is waited for.
constexpr world::Nanos kAgentLate = std::chrono::milliseconds(500);

constexpr world::Nanos kReadyByThen = std::chrono::hours(2);  // any agent that will ever be
constexpr world::Nanos kLastWords = std::chrono::milliseconds(100);  // of the agent, at the end

constexpr std::size_t kHeardPerTurn = 64;       // things, before a request that is due may leave
constexpr std::uint64_t kOwnDescriptors = 64;   // files, pipes, listeners, the loops' own

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
  bool agent_tells;  // the bundled core, which tells its ledger
  EarlyStop* early;
};

struct LiveFacts {
  bool interrupted = false;
  std::string target_trouble;
  TargetAnswers answers;       // of a target of the user's own
  std::string target_failed;   // it, or the setting up of it
  std::int64_t cpu_nanos = 0;
  std::int64_t wall_nanos = 0;
  ClockFacts clocks;
  std::uint64_t ledger_entries = 0;
  std::uint64_t ledger_malformed = 0;
  std::vector<reports::FaultResult> agent_faults;
};

Task<void> drive_all(LiveParts& parts, const TargetDoor& target, TargetWatch* watch) {
  DriveInput input{parts.prepared, target, parts.recorder, parts.evidence, parts.early, watch};
  auto driving = drive(parts.clock, parts.network, input);
  co_await driving;
}

world::Nanos scaled(world::Nanos wall, const RealClock& clock) {
  return world::Nanos(
      static_cast<std::int64_t>(static_cast<double>(wall.count()) * clock.scale()));
}

Task<void> watch_and_cancel(LiveParts& parts, world::Scope& driving, LiveFacts& facts) {
  const auto every = scaled(kWatchEvery, parts.clock);
  auto watching = watch(parts.clock, every, parts.prepared, parts.evidence, parts.recorder,
                        parts.hooks);
  co_await watching;
  facts.interrupted = true;
  driving.cancel();
}

// Scenario time 0 on the steady clock: now, or at --start-at. Until then scenario time is negative,
// and everybody waits for his instant.
std::int64_t origin_of(const LiveParts& parts) {
  const std::int64_t now = RealClock::steady_now();
  if (parts.options.start_unix_nanos == 0) return now;
  const std::int64_t ahead = parts.options.start_unix_nanos - parts.clock.unix_nanos();
  if (ahead < -kStartLateMax) {
    throw TargetError("the target was ready " + reports::human_duration(world::Nanos(-ahead)) +
                      " after --start-at; start earlier, or give a later instant");
  }
  return now + ahead;
}

// Lets the oracles hear what is complete, a little at a time, so that no request waits for them.
Task<void> hear_as_it_goes(LiveParts& parts) {
  std::vector<fakes::PromptRecord> prompts;
  for (;;) {
    const world::Instant fakes_told = parts.fakes.take(prompts);
    for (fakes::PromptRecord& prompt : prompts) parts.evidence.on_prompt(std::move(prompt));
    const world::Instant now = parts.clock.now();
    parts.evidence.spoken(Teller::fakes, fakes_told);
    parts.evidence.spoken(Teller::clients, now);
    if (parts.agent_tells) {
      parts.evidence.spoken(Teller::agent, now - scaled(kAgentLate, parts.clock));
    }
    while (parts.evidence.hear(kHeardPerTurn) == kHeardPerTurn) {
      co_await parts.clock.sleep(world::Nanos(0));
    }
    co_await parts.clock.sleep(scaled(kHearEvery, parts.clock));
  }
}

// Asks to be woken often: what it waits too long, every request waits.
Task<void> watch_clocks(LiveParts& parts, ClockWatch& watch) {
  for (int wakes = 0;; ++wakes) {
    if (wakes % kWakesPerLook == 0) watch.look(RealClock::read_all());
    const std::int64_t due = RealClock::steady_now() + kWakeEvery.count();
    co_await parts.clock.sleep(scaled(kWakeEvery, parts.clock));
    watch.woke(due, RealClock::steady_now());
  }
}

// The agent of a run: the bundled core, or a target of the user's own.
struct LiveAgent {
  LiveAgent(LiveParts& parts)
      : core(parts.clock, parts.processes),
        own(parts.clock, parts.processes, parts.network, parts.prepared.scenario),
        striker(parts.clock, parts.prepared.scenario,
                parts.agent_tells ? static_cast<AgentHost&>(core) : own, parts.evidence) {}

  AgentProcess core;
  TargetProcess own;
  AgentStriker striker;
};

Task<TargetDoor> start_agent(LiveParts& parts, LiveAgent& agent) {
  if (parts.agent_tells) {
    auto starting = agent.core.start(parts.prepared, parts.options, parts.fakes.endpoints(),
                                     parts.network.tls_ca_pem());
    world::Endpoint endpoint = co_await starting;
    co_return TargetDoor(std::move(endpoint));
  }
  parts.evidence.spoken(Teller::agent, world::kNever);
  TargetPlace place;
  place.backends = parts.fakes.endpoints();
  place.seed = parts.prepared.seed;
  place.time_scale = parts.options.time_scale;
  place.ca_pem = parts.network.tls_ca_pem();
  place.interrupted = parts.hooks.interrupted;
  auto starting = agent.own.start(std::move(place));
  co_return co_await starting;
}

// Ends a run whose target of the user's own has nothing to say any more, or nothing that is
// understood while nothing was broken on purpose yet.
Task<void> watch_target(LiveParts& parts, LiveAgent& agent, const TargetWatch& watch,
                        world::Scope& driving, LiveFacts& facts) {
  const world::Instant first_fault = first_fault_of(parts.prepared.scenario);
  for (;;) {
    facts.target_failed = agent.own.trouble();
    if (facts.target_failed.empty() && watch.is_hopeless() && parts.clock.now() < first_fault) {
      facts.target_failed = not_understood(watch);
    }
    if (!facts.target_failed.empty()) break;
    co_await parts.clock.sleep(scaled(kWatchEvery, parts.clock));
  }
  driving.cancel();
}

// The requests of the run, and what goes on beside them.
Task<void> drive_and_watch(LiveParts& parts, LiveAgent& agent, const TargetDoor& target,
                           LiveFacts& facts) {
  const std::int64_t origin = origin_of(parts);
  parts.clock.restart(origin);
  parts.fakes.restart(origin);
  const std::int64_t cpu_before = RealClock::thread_cpu_nanos();

  world::Scope driving(parts.clock);
  world::Scope beside(parts.clock);
  ClockWatch clocks;
  TargetWatch watch(target, parts.prepared.scenario.target);
  LedgerReader ledger(origin, parts.clock.scale(), [&parts](const agent::LedgerEntry& entry) {
    parts.evidence.on_agent(entry);
  });
  driving.spawn(drive_all(parts, target, parts.agent_tells ? nullptr : &watch));
  beside.spawn(watch_and_cancel(parts, driving, facts));
  beside.spawn(hear_as_it_goes(parts));
  beside.spawn(watch_clocks(parts, clocks));
  if (parts.agent_tells) {
    beside.spawn(agent.core.follow(ledger));
    beside.spawn(agent.core.follow_errors());
  } else {
    beside.spawn(watch_target(parts, agent, watch, driving, facts));
  }
  if (!parts.prepared.scenario.agent_faults.empty()) beside.spawn(agent.striker.run());
  co_await driving.join_anyway();

  facts.cpu_nanos = RealClock::thread_cpu_nanos() - cpu_before;
  facts.wall_nanos = RealClock::steady_now() - origin;
  facts.target_trouble = parts.agent_tells ? agent.core.trouble() : agent.own.trouble();
  facts.answers = answers_of(watch);
  clocks.look(RealClock::read_all());
  facts.clocks = clocks.facts();
  if (parts.agent_tells) co_await parts.clock.sleep(scaled(kLastWords, parts.clock));
  beside.cancel();
  co_await beside.join_anyway();
  facts.agent_faults = agent.striker.results();
  facts.ledger_entries = ledger.entries();
  facts.ledger_malformed = ledger.malformed();
}

Task<void> go_live(LiveParts& parts, LiveFacts& facts) {
  co_await parts.clock.sleep(world::Nanos(0));  // from here on this turn is one of negative time
  LiveAgent agent(parts);
  world::Scope following(parts.clock);
  std::exception_ptr failed;
  if (!parts.agent_tells) following.spawn(agent.own.follow());
  try {
    auto starting = start_agent(parts, agent);
    const TargetDoor target = co_await starting;
    auto driving = drive_and_watch(parts, agent, target, facts);
    co_await driving;
  } catch (...) {
    failed = std::current_exception();
  }
  following.cancel();
  co_await following.join_anyway();
  auto stopping = parts.agent_tells ? agent.core.stop() : agent.own.stop();
  co_await stopping;
  if (failed) std::rethrow_exception(failed);
}

reports::ValidityResult target_was_alive(const LiveFacts& facts) {
  reports::ValidityResult result;
  result.name = "target_alive";
  result.holds = facts.target_trouble.empty();
  result.detail = result.holds ? "the target was alive to the end" : facts.target_trouble;
  return result;
}

// The agent's own word, if it is the bundled core.
reports::ValidityResult agent_ledger(const LiveFacts& facts) {
  reports::ValidityResult result;
  result.name = "agent_ledger";
  result.holds = true;
  result.warning = facts.ledger_malformed > 0;
  result.detail = "the agent's ledger had " + reports::human_count(facts.ledger_entries) +
                  " entries and " + reports::human_count(facts.ledger_malformed) +
                  " lines that were none";
  return result;
}

// Not a rule but what the generator's lateness is to be held against.
reports::ValidityResult host_timers(const reports::Histogram& late) {
  reports::ValidityResult result;
  result.name = "host_timers";
  result.holds = true;
  result.detail = "this host's own timers were late by " +
                  reports::human_duration(late.percentile(990'000)) + " at p99 and " +
                  reports::human_duration(late.max()) + " at most meanwhile (wall time)";
  return result;
}

// What the oracles were shown is all that was told, in order of time.
reports::ValidityResult evidence_was_whole(const Chronicle& chronicle, std::uint64_t lost) {
  reports::ValidityResult result;
  result.name = "evidence_whole";
  result.holds = lost == 0 && chronicle.forced() == 0;
  result.detail = reports::human_count(lost) + " prompts were lost, " +
                  reports::human_count(chronicle.forced()) +
                  " things were judged before all had been told (the generator's memory is "
                  "bounded), " +
                  reports::human_count(chronicle.late()) + " were told too late to be in order";
  result.warning = result.holds && chronicle.late() > 0;
  return result;
}

DescriptorFacts descriptors_of(const Prepared& prepared, const Evidence& evidence,
                               std::uint64_t limit) {
  // A request is a connection of the client, and at most one that the fakes accept from the agent;
  // the agent has the other ends of both.
  const auto needed = [](std::uint64_t open) { return 2 * open + kOwnDescriptors; };
  return {limit, needed(evidence.open_peak()), needed(in_flight_bound(prepared))};
}

FakeLateness lateness_of(const fakes::Emission& emission, const Prepared& prepared,
                         double time_scale) {
  const world::Nanos limit = fake_lateness_limit(tightest_bound(prepared.slos), time_scale);
  return {emission.writes(), emission.later_than(limit), emission.late(990'000),
          emission.late_max(), limit};
}

// The generator alone cannot carry out the plan: nothing that it would measure is the target's.
RunResult too_slow(const Prepared& prepared, const RunOptions& options,
                   const reports::ValidityResult& rule) {
  RunResult result;
  result.record = never_started(
      prepared, options,
      "the run was not started: " + rule.detail +
          "; lower the rate, take a calmer machine, or run all the same with --no-calibration");
  return result;
}

}  // namespace

RunResult run_live(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks) {
  const std::uint64_t descriptors = world::raise_descriptor_limit();
  CalibrationFacts calibration;
  calibration.left_out = !options.calibrate;
  if (options.calibrate) calibration = calibrate(prepared, options);
  if (const auto rule = generator_too_slow(calibration)) {
    return too_slow(prepared, options, *rule);
  }
  FakesThread fakes(prepared, options);
  world::RealClockOptions clock_options;
  clock_options.scale = options.time_scale;
  clock_options.pacing = options.pacing;
  // Time is negative until the agent is ready: it must not go back then, or what is due at once
  // would stand at an instant that has still to come.
  clock_options.origin = RealClock::steady_now() + kReadyByThen.count();
  RealClock clock(clock_options);
  world::RealNetwork network(clock);
  world::RealProcesses processes(clock);
  reports::Recorder recorder(prepared.layout);
  const bool bundled = !prepared.scenario.target.is_given();
  Evidence evidence(prepared, hooks, bundled ? "process" : "external",
                    Evidence::Order::by_instant, &recorder);

  EarlyStop early(prepared, recorder, evidence);
  LiveParts parts{clock, network,  processes, prepared, options,
                  hooks, fakes,    recorder,  evidence, bundled,
                  options.stop_early ? &early : nullptr};
  LiveFacts facts;
  TimerProbe probe;
  clock.run(go_live(parts, facts));
  const reports::Histogram host_late = probe.stop();

  std::vector<reports::FaultResult> faults = fakes.stop();
  faults.insert(faults.end(), facts.agent_faults.begin(), facts.agent_faults.end());
  std::vector<fakes::PromptRecord> last_prompts;
  fakes.take(last_prompts);
  for (fakes::PromptRecord& prompt : last_prompts) evidence.on_prompt(std::move(prompt));
  const bool is_whole = !facts.interrupted && early.sentence().empty();
  std::vector<reports::InvariantResult> invariants = evidence.finish(is_whole);

  Observed observed{recorder, std::move(invariants), std::move(faults), false, 0, {}, {}};
  observed.interrupted = facts.interrupted;
  observed.early = parts.early;
  const std::int64_t wall = std::max<std::int64_t>(facts.wall_nanos, 1);
  observed.own_cpu_ppm = static_cast<std::uint32_t>(facts.cpu_nanos * 1'000'000 / wall);
  observed.lanes = &evidence.lanes();
  observed.ledger = evidence.ledger_facts();
  observed.calibration = calibration;
  observed.clocks = facts.clocks;
  observed.descriptors = descriptors_of(prepared, evidence, descriptors);
  observed.fakes = lateness_of(fakes.emission(), prepared, options.time_scale);
  observed.target_failed = facts.target_failed;
  if (bundled) {
    observed.more_validity.push_back(target_was_alive(facts));
    observed.more_validity.push_back(agent_ledger(facts));
  } else {
    observed.more_validity.push_back(target_answered(facts.answers, prepared, facts.interrupted));
    const bool is_command = !prepared.scenario.target.command.empty();
    if (is_command) observed.more_validity.push_back(target_was_alive(facts));
  }
  observed.more_validity.push_back(evidence_was_whole(evidence.chronicle(), fakes.lost()));
  observed.more_validity.push_back(host_timers(host_late));
  RunResult result;
  result.record = judge(prepared, options, observed);
  result.cpu_nanos = facts.cpu_nanos;
  return result;
}

}  // namespace harness
