#include "harness/commands/serve.hpp"

#include "world/interrupt.hpp"
#include "world/scope.hpp"

namespace harness {

namespace {

constexpr world::Nanos kLookEvery = std::chrono::milliseconds(50);  // wall time

world::Task<void> cancel_when_interrupted(world::RealClock& clock, world::Scope& scope) {
  const auto every = world::Nanos(static_cast<std::int64_t>(
      static_cast<double>(kLookEvery.count()) * clock.scale()));
  while (!world::interrupted()) co_await clock.sleep(every);
  scope.cancel();
}

// Nobody watches for the end of what has ended, least of all when it could not even begin.
world::Task<void> serve_to_the_end(world::Scope& scope, world::Task<void> service) {
  struct AtEnd {
    world::Scope& scope;
    ~AtEnd() { scope.cancel(); }
  };
  const AtEnd at_end{scope};
  co_await service;
}

world::Task<void> serve_and_watch(world::RealClock& clock, world::Task<void> service) {
  world::Scope scope(clock);
  scope.spawn(serve_to_the_end(scope, std::move(service)));
  scope.spawn(cancel_when_interrupted(clock, scope));
  co_await scope.join();
}

}  // namespace

void serve_until_interrupted(world::RealClock& clock, world::Task<void> service) {
  world::catch_interrupts();
  clock.run(serve_and_watch(clock, std::move(service)));
}

}  // namespace harness
