#include "harness/run/drive.hpp"

#include "harness/client/api_clients.hpp"

namespace harness {

namespace {

constexpr world::Nanos kSecond = std::chrono::seconds(1);

world::Task<void> generate(LoadGenerator& generator) {
  // On time or cut off by the drain: both are the end of the run, and both are recorded.
  const bool all_ended = co_await generator.run();
  static_cast<void>(all_ended);
}

// At whole seconds of scenario time, so that a simulated run stops at the same event every time.
world::Task<void> stop_when_decided(world::Clock& clock, EarlyStop& early, world::Scope& driving) {
  for (world::Instant next = world::at(kSecond);; next += kSecond) {
    co_await clock.sleep_until(next);
    if (!early.should_stop(next)) continue;
    driving.cancel();
    co_return;
  }
}

world::Task<void> generate_until_decided(world::Clock& clock, LoadGenerator& generator,
                                         EarlyStop& early) {
  world::Scope driving(clock);
  world::Scope beside(clock);
  driving.spawn(generate(generator));
  beside.spawn(stop_when_decided(clock, early, driving));
  std::exception_ptr ended;
  try {
    co_await driving.join();
  } catch (...) {
    ended = std::current_exception();
  }
  beside.cancel();
  co_await beside.join_anyway();
  if (ended) std::rethrow_exception(ended);
}

}  // namespace

world::Task<bool> drive(world::Clock& clock, world::Network& network, DriveInput input) {
  ApiClients client(clock, network, input.target, input.prepared.scenario,
                    world::Random(input.prepared.seed), input.watch);
  LoadInput load{world::Random(input.prepared.seed), input.prepared.scenario,
                 input.prepared.plan, input.prepared.sends};
  Observer* observer = &input.evidence;
  if (input.early != nullptr) observer = input.early;
  LoadGenerator generator(clock, load, client, input.recorder, *observer);
  if (input.early != nullptr) {
    auto generating = generate_until_decided(clock, generator, *input.early);
    co_await generating;
  } else {
    auto generating = generate(generator);
    co_await generating;
  }
  client.close_idle();
  co_return true;
}

Progress progress_of(const Prepared& prepared, const Evidence& evidence,
                     const reports::Recorder& recorder, world::Instant now) {
  return {now,       prepared.scenario.end(), evidence.ended(), evidence.failed(),
          &recorder, &evidence.lanes()};
}

world::Task<void> watch(world::Clock& clock, world::Nanos every, const Prepared& prepared,
                        const Evidence& evidence, const reports::Recorder& recorder,
                        const RunHooks& hooks) {
  for (;;) {
    if (hooks.progress) hooks.progress(progress_of(prepared, evidence, recorder, clock.now()));
    if (hooks.interrupted && hooks.interrupted()) co_return;
    co_await clock.sleep(every);
  }
}

}  // namespace harness
