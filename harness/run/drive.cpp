#include "harness/run/drive.hpp"

namespace harness {

world::Task<bool> drive(world::Clock& clock, world::Network& network, DriveInput input) {
  ChatClient client(clock, network, input.target, input.prepared.scenario);
  LoadInput load{world::Random(input.prepared.seed), input.prepared.scenario,
                 input.prepared.plan, input.prepared.sends};
  LoadGenerator generator(clock, load, client, input.recorder, input.evidence);
  // On time or cut off by the drain: both are the end of the run, and both are recorded.
  const bool all_ended = co_await generator.run();
  static_cast<void>(all_ended);
  client.close_idle();
  co_return true;
}

Progress progress_of(const Prepared& prepared, const Evidence& evidence, world::Instant now) {
  return {now, prepared.scenario.end(), evidence.ended(), evidence.failed()};
}

world::Task<void> watch(world::Clock& clock, world::Nanos every, const Prepared& prepared,
                        const Evidence& evidence, const RunHooks& hooks) {
  for (;;) {
    if (hooks.progress) hooks.progress(progress_of(prepared, evidence, clock.now()));
    if (hooks.interrupted && hooks.interrupted()) co_return;
    co_await clock.sleep(every);
  }
}

}  // namespace harness
