// The two sides of a simulated connection, for world/sim_network.cpp only. They live on the
// network's clock and share the connection; either may die first.
#pragma once

#include <deque>

#include "world/sim_network.hpp"

namespace world {

// One direction of a connection.
struct Pipe {
  struct Segment {
    Instant ready;
    std::size_t size;
  };
  std::string bytes;      // unread bytes start at `head`
  std::size_t head = 0;
  std::deque<Segment> segments;
  Instant last_ready = Instant{};
  Instant link_free = Instant{};   // when the link has sent what was written before
  Instant finished = kNever;       // FIN arrives
  Instant aborted = kNever;        // RST arrives (behind the bytes that were sent before it)
  Instant broken = kNever;         // the writer learns that the reader is gone
  ReadSome* reader = nullptr;
  WriteAll* writer = nullptr;

  std::size_t unread() const { return bytes.size() - head; }
};

struct SimConnection {
  SimConnection(SimNetwork& n, SimClock& c, Link l, std::string h)
      : network(n), clock(c), link(l), host(std::move(h)) {}
  SimNetwork& network;
  SimClock& clock;
  Link link;
  std::string host;
  Pipe pipes[2];  // [0]: client to server, [1]: server to client

  Instant arrival(const Pipe& pipe) const {
    return std::max(pipe.last_ready, clock.now() + link.latency);
  }

  // Wakes the reader of a pipe when something next arrives.
  void wake_reader(Pipe& pipe) {
    if (pipe.reader == nullptr || network.is_cut(host)) return;
    Instant next = kNever;
    if (!pipe.segments.empty()) {
      next = pipe.segments.front().ready;
    } else {
      next = std::min(pipe.finished, pipe.aborted);
    }
    if (next == kNever) return;
    clock.disarm(*pipe.reader);
    clock.arm(*pipe.reader, next);
  }

  void wake_writer(Pipe& pipe) {
    if (pipe.writer == nullptr) return;
    clock.disarm(*pipe.writer);
    clock.post(*pipe.writer);
  }
};

std::unique_ptr<Stream> sim_stream(std::shared_ptr<SimConnection> connection, bool is_client);

}  // namespace world
