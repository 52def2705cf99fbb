#include "world/sim_stream.hpp"

#include <algorithm>
#include <cstring>

namespace world {

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

  std::size_t untaken() override { return out_.unread(); }

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

std::unique_ptr<Stream> sim_stream(std::shared_ptr<SimConnection> connection, bool is_client) {
  return std::make_unique<SimStream>(std::move(connection), is_client);
}

}  // namespace world
