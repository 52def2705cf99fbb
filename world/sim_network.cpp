#include "world/sim_network.hpp"

#include <algorithm>
#include <cstring>
#include <deque>

#include "world/signal.hpp"

namespace world {

std::string to_string(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

namespace {

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

}  // namespace

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

namespace {

class SimStream final : public Stream {
 public:
  SimStream(std::shared_ptr<SimConnection> connection, bool is_client)
      : connection_(std::move(connection)),
        in_(connection_->pipes[is_client ? 1 : 0]),
        out_(connection_->pipes[is_client ? 0 : 1]) {}

  ~SimStream() override {
    ENSURE(in_.reader == nullptr && out_.writer == nullptr, "a stream died during its operation");
    if (dead_) return;
    // As TCP: closing with unread bytes is an abort; otherwise a FIN, and later bytes meet a RST.
    if (!in_.segments.empty() && in_.segments.front().ready <= connection_->clock.now()) {
      reset();
      return;
    }
    finish_sending();
    in_.broken = connection_->clock.now() + 2 * connection_->link.latency;
    connection_->wake_writer(in_);
  }

  void finish_sending() override {
    if (out_.finished != kNever || dead_) return;
    out_.finished = connection_->arrival(out_);
    out_.last_ready = out_.finished;
    connection_->wake_reader(out_);
  }

  void reset() override {
    if (dead_) return;
    dead_ = true;
    out_.aborted = connection_->arrival(out_);
    in_.broken = connection_->clock.now() + connection_->link.latency;
    connection_->wake_reader(out_);
    connection_->wake_writer(in_);
  }

  bool stale() override {
    const Instant now = connection_->clock.now();
    const bool arrived = !in_.segments.empty() && in_.segments.front().ready <= now;
    return dead_ || arrived || in_.finished <= now || in_.aborted <= now;
  }

 private:
  bool try_read(ReadSome& op) override {
    const Instant now = connection_->clock.now();
    if (dead_) return finish(op, Failure::reset);
    if (connection_->network.is_cut(connection_->host)) return false;
    if (!in_.segments.empty()) {
      Pipe::Segment& segment = in_.segments.front();
      if (segment.ready > now) return false;
      const std::size_t n = std::min(op.size, segment.size);
      std::memcpy(op.data, in_.bytes.data() + in_.head, n);
      connection_->clock.fold(hash_bytes(op.data, n));
      in_.head += n;
      segment.size -= n;
      if (segment.size == 0) in_.segments.pop_front();
      if (in_.head == in_.bytes.size()) {
        in_.bytes.clear();
        in_.head = 0;
      } else if (in_.head > connection_->link.window_bytes) {
        in_.bytes.erase(0, in_.head);
        in_.head = 0;
      }
      connection_->wake_writer(in_);
      in_.reader = nullptr;
      op.result = n;
      return true;
    }
    if (in_.finished <= now && in_.finished <= in_.aborted) {
      in_.reader = nullptr;
      op.result = std::size_t{0};
      return true;
    }
    if (in_.aborted <= now) return finish(op, Failure::reset);
    return false;
  }

  bool finish(ReadSome& op, Failure failure) {
    in_.reader = nullptr;
    op.result = failure;
    return true;
  }

  void park_reader(ReadSome* op) override {
    in_.reader = op;
    connection_->wake_reader(in_);
  }

  bool try_write(WriteAll& op) override {
    const Instant now = connection_->clock.now();
    const bool cut = connection_->network.is_cut(connection_->host);
    const bool gone = dead_ || out_.finished != kNever ||
                      (!cut && (out_.broken <= now || in_.aborted <= now));
    if (gone) {
      out_.writer = nullptr;
      op.result = Failure::reset;
      return true;
    }
    const std::size_t window = connection_->link.window_bytes;
    while (!op.bytes.empty() && out_.unread() < window) {
      const std::size_t room = std::min(window - out_.unread(), connection_->link.segment_bytes);
      const std::size_t n = std::min(room, op.bytes.size());
      send(op.bytes.substr(0, n), now);
      op.bytes.remove_prefix(n);
    }
    connection_->wake_reader(out_);
    if (!op.bytes.empty()) return false;
    out_.writer = nullptr;
    op.result = boost::system::in_place_value;
    return true;
  }

  // Puts one segment on the link, or joins it to the last when both arrive together.
  void send(std::string_view bytes, Instant now) {
    const Link& link = connection_->link;
    if (link.bytes_per_second > 0) {
      const auto n = static_cast<__int128>(bytes.size()) * 1'000'000'000;
      const Nanos duration(static_cast<std::int64_t>(n / link.bytes_per_second));
      out_.link_free = std::max(out_.link_free, now) + duration;
    } else {
      out_.link_free = now;
    }
    const Instant ready = std::max(out_.last_ready, out_.link_free + link.latency);
    out_.last_ready = ready;
    out_.bytes.append(bytes);
    if (!out_.segments.empty() && out_.segments.back().ready == ready &&
        out_.segments.back().size + bytes.size() <= link.segment_bytes) {
      out_.segments.back().size += bytes.size();
    } else {
      out_.segments.push_back({ready, bytes.size()});
    }
  }

  void park_writer(WriteAll* op) override {
    out_.writer = op;
    if (connection_->network.is_cut(connection_->host)) return;
    const Instant gone = std::min(out_.broken, in_.aborted);
    if (op != nullptr && gone != kNever && !op->armed()) connection_->clock.arm(*op, gone);
  }

  Clock& clock() override { return connection_->clock; }

  std::shared_ptr<SimConnection> connection_;
  Pipe& in_;
  Pipe& out_;
  bool dead_ = false;
};

}  // namespace

class SimListener final : public Listener {
 public:
  SimListener(SimNetwork& network, Endpoint on)
      : network_(network), endpoint_(std::move(on)), arrived_(network.clock_) {}
  // Whoever was not accepted yet is reset.
  ~SimListener() override {
    network_.listeners_.erase(endpoint_);
    for (const auto& stream : backlog_) stream->reset();
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    while (backlog_.empty()) co_await arrived_.wait();
    std::unique_ptr<Stream> stream = std::move(backlog_.front());
    backlog_.pop_front();
    co_return Result<std::unique_ptr<Stream>>(std::move(stream));
  }
  void admit(Admission admission) override { admission_ = admission; }
  Endpoint endpoint() const override { return endpoint_; }
  std::uint64_t turned_away() const override { return turned_away_; }

  // A connection attempt reaches the host. A full backlog drops it, as a real one does.
  Admission offer(std::unique_ptr<Stream> server_side) {
    const bool full = backlog_.size() >= SimNetwork::kBacklogMax;
    const Admission admission = full ? Admission::black_hole : admission_;
    if (admission != Admission::open) {
      ++turned_away_;
      return admission;
    }
    backlog_.push_back(std::move(server_side));
    arrived_.notify_one();
    return admission;
  }

 private:
  SimNetwork& network_;
  Endpoint endpoint_;
  Signal arrived_;
  std::deque<std::unique_ptr<Stream>> backlog_;
  Admission admission_ = Admission::open;
  std::uint64_t turned_away_ = 0;
};

Link SimNetwork::link_to(const std::string& host) const {
  const auto it = links_.find(host);
  return it == links_.end() ? link_ : it->second;
}

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(Endpoint to) {
  using Connected = Result<std::unique_ptr<Stream>>;
  if (to.host == "localhost") to.host = "127.0.0.1";
  const Link link = link_to(to.host);
  Nanos pause = kSynPause;
  for (int attempt = 0; attempt <= kSynRetries; ++attempt) {
    if (attempt > 0) {  // nothing answered: ask again, ever more slowly
      co_await clock_.sleep(pause);
      pause *= 2;
    }
    co_await clock_.sleep(link.latency);
    if (is_cut(to.host)) continue;
    const auto found = listeners_.find(to);
    if (found == listeners_.end()) {
      co_await clock_.sleep(link.latency);
      co_return Connected(known_hosts_.contains(to.host) ? Failure::refused
                                                         : Failure::unreachable);
    }
    auto connection = std::make_shared<SimConnection>(*this, clock_, link, to.host);
    auto client_side = std::make_unique<SimStream>(connection, true);
    auto server_side = std::make_unique<SimStream>(connection, false);
    remember(connection);
    const Admission admission = found->second->offer(std::move(server_side));
    if (admission == Admission::black_hole) continue;
    co_await clock_.sleep(link.latency);
    if (admission == Admission::refuse) co_return Connected(Failure::refused);
    co_return Connected(std::unique_ptr<Stream>(std::move(client_side)));
  }
  co_await clock_.sleep(pause);
  co_return Connected(Failure::timed_out);
}

Result<std::unique_ptr<Listener>> SimNetwork::listen(Endpoint on) {
  if (on.host == "localhost") on.host = "127.0.0.1";
  if (on.port == 0) {
    while (listeners_.contains({on.host, next_port_})) ++next_port_;
    on.port = next_port_++;
  }
  if (listeners_.contains(on)) return Failure::unavailable;
  known_hosts_.insert(on.host);
  auto listener = std::make_unique<SimListener>(*this, on);
  listeners_[on] = listener.get();
  return Result<std::unique_ptr<Listener>>(std::move(listener));
}

void SimNetwork::heal(const std::string& host) {
  cut_.erase(host);
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (!connection || connection->host != host) continue;
    for (Pipe& pipe : connection->pipes) {
      connection->wake_reader(pipe);
      connection->wake_writer(pipe);
    }
  }
}

void SimNetwork::remember(const std::shared_ptr<SimConnection>& connection) {
  if (connections_.size() >= forget_at_) {
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    forget_at_ = std::max<std::size_t>(kForgetAtLeast, 2 * connections_.size());
  }
  connections_.push_back(connection);
}

}  // namespace world
