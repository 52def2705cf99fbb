// The two worlds, so that one test body runs in both: InSim (virtual time, in memory) and Live
// (real sockets; scenario time runs faster than the wall clock). And raw talk over a stream, for
// looking at what is really on the wire.
#pragma once

#include <functional>
#include <string>

#include "world/deadline.hpp"
#include "world/real_clock.hpp"
#include "world/real_network.hpp"
#include "world/scope.hpp"
#include "world/sim_network.hpp"

namespace support {

struct InSim {
  static constexpr const char* name = "sim";
  world::SimClock clock;
  world::SimNetwork network{clock};
};

struct Live {
  static constexpr const char* name = "live";
  static world::RealClockOptions faster() {
    world::RealClockOptions options;
    options.scale = 10.0;
    return options;
  }
  world::RealClock clock{faster()};
  world::RealNetwork network{clock};
};

// Runs `work` while `server` serves, then stops the server. The server gets a moment to begin
// first.
inline world::Task<void> serve_during(world::Clock& clock, world::Task<void> server,
                                      world::Task<void> work) {
  world::Scope servers(clock);
  servers.spawn(std::move(server));
  std::exception_ptr thrown;
  try {
    co_await clock.sleep(std::chrono::milliseconds(1));
    co_await work;
  } catch (...) {
    thrown = std::current_exception();
  }
  servers.cancel();
  co_await servers.join_anyway();
  if (thrown) std::rethrow_exception(thrown);
}

// What a raw client met: the bytes, and how the talk ended.
struct Talk {
  std::string bytes;
  std::string end;  // "refused", "unresolved", "no connection", "fin", "reset", "silence", "enough"
  world::Instant first_byte = world::kNever;
  world::Instant last_byte = world::kNever;
  world::Instant ended = world::kNever;  // when the end was seen, or patience was over
};

inline world::Task<std::size_t> read_into(world::Stream& stream, Talk& talk, world::Clock& clock,
                                          std::string until) {
  char room[4096];
  for (;;) {
    const world::Result<std::size_t> n = co_await stream.read_some(room, sizeof(room));
    if (!n || *n == 0) {
      talk.end = n ? "fin" : "reset";
      co_return 0;
    }
    if (talk.first_byte == world::kNever) talk.first_byte = clock.now();
    talk.last_byte = clock.now();
    talk.bytes.append(room, *n);
    if (!until.empty() && talk.bytes.find(until) != std::string::npos) {
      talk.end = "enough";
      co_return 0;
    }
  }
}

// Sends the request on the stream and reads until the end, `until`, or `patience` has passed.
inline world::Task<Talk> talk_on(world::Clock& clock, world::Stream& stream, std::string request,
                                 world::Nanos patience, std::string until = {}) {
  Talk talk;
  const world::Result<void> sent = co_await stream.write_all(request);
  static_cast<void>(sent);  // a reset shows when reading
  world::Task<std::size_t> reading = read_into(stream, talk, clock, std::move(until));
  auto waiting = world::with_deadline(clock, clock.now() + patience, std::move(reading));
  const std::optional<std::size_t> read = co_await waiting;
  if (!read) talk.end = "silence";
  talk.ended = clock.now();
  co_return talk;
}

// The same on a new connection.
inline world::Task<Talk> talk(world::Clock& clock, world::Network& network, world::Endpoint to,
                              std::string request, world::Nanos patience, std::string until = {}) {
  world::Task<world::Result<std::unique_ptr<world::Stream>>> connecting = network.connect(to);
  auto waiting = world::with_deadline(clock, clock.now() + patience, std::move(connecting));
  std::optional<world::Result<std::unique_ptr<world::Stream>>> stream = co_await waiting;
  Talk nothing;
  nothing.end = "no connection";
  if (stream && stream->error() == world::Failure::refused) nothing.end = "refused";
  if (stream && stream->error() == world::Failure::unresolved) nothing.end = "unresolved";
  if (!stream || !*stream) co_return nothing;
  co_return co_await talk_on(clock, ***stream, std::move(request), patience, std::move(until));
}

inline std::string post(std::string_view path, std::string_view body) {
  std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n";
  request += "content-type: application/json\r\ncontent-length: " + std::to_string(body.size());
  request += "\r\n\r\n";
  request += body;
  return request;
}

}  // namespace support
