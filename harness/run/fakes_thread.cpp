#include "harness/run/fakes_thread.hpp"

#include "harness/run/suite_parts.hpp"
#include "world/real_network.hpp"
#include "world/scope.hpp"

namespace harness {

FakesThread::FakesThread(const Prepared& prepared, const RunOptions& options)
    : prepared_(prepared), first_port_(options.fakes_port) {
  world::RealClockOptions clock;
  clock.scale = options.time_scale;
  clock.slack = options.fakes_slack;
  clock.origin = world::RealClock::steady_now() + kBegunByThen.count();  // negative until restart()
  auto listening = listening_.get_future();
  thread_ = std::make_unique<world::LoopThread>(
      clock, [this](world::RealClock& c) { body(c, listening_); });
  endpoints_ = listening.get();
}

// Says at a steady pace that everything before now has been told.
world::Task<void> FakesThread::beat(world::RealClock& clock) {
  const auto every = world::Nanos(static_cast<std::int64_t>(
      static_cast<double>(kHeartbeat.count()) * clock.scale()));
  for (;;) {
    if (begun_.load(std::memory_order_acquire)) prompts_.speak(clock.now());
    co_await clock.sleep(every);
  }
}

world::Task<void> FakesThread::serve(world::RealClock& clock, fakes::Server& server) {
  co_await clock.sleep(world::Nanos(0));  // from here on this turn is one of that time
  world::Scope scope(clock);
  scope.spawn(server.serve());
  scope.spawn(beat(clock));
  co_await scope.join();
}

void FakesThread::body(world::RealClock& clock, std::promise<Endpoints>& listening) {
  world::RealNetwork network(clock);
  fakes::ServerConfig config = fakes_of(prepared_);
  config.listen = {"127.0.0.1", first_port_};
  fakes::Server server(
      clock, network, std::move(config),
      [this](const fakes::PromptRecord& record) { prompts_.give(record); });
  const world::Result<void> opened = server.open();
  if (!opened) {
    const TargetError error("the fake backends cannot listen on 127.0.0.1, from port " +
                            std::to_string(first_port_) + " on (" +
                            std::string(world::name_of(opened.error())) +
                            "); give another --fakes-port");
    listening.set_exception(std::make_exception_ptr(error));
    return;
  }
  listening.set_value(server.endpoints());
  clock.run(serve(clock, server));
  faults_ = fault_results(prepared_, server.faults());
  emission_ = server.emission();
}

std::vector<reports::FaultResult> FakesThread::stop() {
  thread_->interrupt();
  thread_->join();
  return std::move(faults_);
}

}  // namespace harness
