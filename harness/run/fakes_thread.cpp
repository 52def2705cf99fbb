#include "harness/run/fakes_thread.hpp"

#include "fakes/server.hpp"
#include "harness/run/suite_parts.hpp"
#include "world/real_network.hpp"

namespace harness {

FakesThread::FakesThread(const Prepared& prepared, const RunOptions& options)
    : prepared_(prepared), first_port_(options.fakes_port) {
  world::RealClockOptions clock;
  clock.scale = options.time_scale;
  auto listening = listening_.get_future();
  thread_ = std::make_unique<world::LoopThread>(
      clock, [this](world::RealClock& c) { body(c, listening_); });
  endpoints_ = listening.get();
}

void FakesThread::body(world::RealClock& clock, std::promise<Endpoints>& listening) {
  world::RealNetwork network(clock);
  fakes::ServerConfig config = fakes_of(prepared_);
  config.listen = {"127.0.0.1", first_port_};
  fakes::Server server(
      clock, network, std::move(config),
      [this](const fakes::PromptRecord& record) { seen_.prompts.push_back(record); });
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
  clock.run(server.serve());
  seen_.faults = fault_results(prepared_, server.faults());
}

FakesThread::Seen FakesThread::stop() {
  thread_->interrupt();
  thread_->join();
  return std::move(seen_);
}

}  // namespace harness
