// A recording proxy in front of whatever listens, in either world, and requests that end their
// connection, so that a talk ends with its answer.
#pragma once

#include "fakes/recorder.hpp"
#include "tests/fakes/fake_world.hpp"

namespace support {

inline std::string post_once(std::string_view path, std::string_view body,
                             std::string_view headers = {}) {
  std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n";
  request += "connection: close\r\ncontent-length: " + std::to_string(body.size()) + "\r\n";
  request += headers;
  return request + "\r\n" + std::string(body);
}

template <class World>
struct Proxy {
  World& world;
  std::string file;  // what was recorded
  std::unique_ptr<world::Listener> listener;
  fakes::Recorder recorder;

  Proxy(World& w, fakes::Upstream upstream)
      : world(w),
        listener(std::move(*w.network.listen({"127.0.0.1", 0}))),
        recorder(w.clock, w.network, std::move(upstream), [this](std::string line) {
          file += line;
          return true;
        }) {}

  // The requests one after the other, each on a connection of its own.
  world::Task<void> ask(std::vector<std::string> requests, std::vector<Talk>& talks) {
    return serve_during(world.clock, recorder.serve(*listener),
                        ask_each(world, listener->endpoint(), std::move(requests), talks));
  }

  static world::Task<void> ask_each(World& world, world::Endpoint at,
                                    std::vector<std::string> requests, std::vector<Talk>& talks) {
    for (std::string& request : requests) {
      talks.push_back(co_await support::talk(world.clock, world.network, at, std::move(request),
                                             std::chrono::seconds(20)));
    }
  }
};

// What the requests get from a fake through a proxy, and what is recorded.
struct Taped {
  std::vector<Talk> talks;
  std::string file;
  fakes::Recording recording;
  std::uint64_t not_recorded = 0;
};

template <class World>
Taped tape(FakeWorld<World>& fake, std::vector<std::string> requests, std::string prefix = {},
           std::optional<world::TlsClient> tls = {}) {
  Taped taped;
  Proxy<World> proxy(fake.world, fakes::Upstream{fake.at, std::move(prefix), std::move(tls)});
  fake.run(proxy.ask(std::move(requests), taped.talks));
  taped.file = proxy.file;
  taped.recording = fakes::read_recording(proxy.file);
  taped.not_recorded = proxy.recorder.not_recorded();
  return taped;
}

inline fakes::Backend replaying(std::string_view file, bool only = true) {
  fakes::Backend backend = steady_backend();
  backend.replay = "it";
  backend.replay_only = only;
  backend.recording = std::make_shared<fakes::Recording>(fakes::read_recording(file));
  ENSURE(backend.recording->problems.empty(), "the recording must be good");
  return backend;
}

}  // namespace support
