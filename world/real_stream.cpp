#include "world/real_stream.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <vector>

namespace world {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

namespace {

// A socket needs room only while it waits for bytes or has some that nobody read: thousands of
// streams that are written to share what a few use. Per thread, as sockets are.
class ReadRoom {
 public:
  static constexpr std::size_t kBytes = 16'384;

  static std::unique_ptr<char[]> take() {
    std::vector<std::unique_ptr<char[]>>& kept = rooms();
    if (kept.empty()) return std::unique_ptr<char[]>(new char[kBytes]);
    std::unique_ptr<char[]> room = std::move(kept.back());
    kept.pop_back();
    return room;
  }
  static void give_back(std::unique_ptr<char[]> room) {
    if (rooms().size() < kKeptMax) rooms().push_back(std::move(room));
  }

 private:
  static constexpr std::size_t kKeptMax = 64;
  static std::vector<std::unique_ptr<char[]>>& rooms() {
    static thread_local std::vector<std::unique_ptr<char[]>> rooms;
    return rooms;
  }
};

// What outlives a RealStream while an Asio operation of it is under way. Operations read into and
// write from buffers that live here, so a waiting task can be cancelled without losing a byte.
struct Socket : std::enable_shared_from_this<Socket> {
  Socket(tcp::socket s, RealClock& c) : socket(std::move(s)), clock(c) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    // The host's default may be BBR, which paces sends by timers: bytes must leave when they are
    // due.
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    socket.non_blocking(true, ignored);
  }

  static constexpr std::size_t kWriteBytesMax = 262'144;  // handed over but not yet in the kernel

  void receive() {
    receiving = true;
    socket.async_read_some(net::buffer(input.get(), ReadRoom::kBytes),
                           [self = shared_from_this()](error_code error, std::size_t n) {
                             self->received(error, n);
                           });
  }

  void received(const error_code& error, std::size_t n) {
    receiving = false;
    begin = 0;
    end = n;
    if (error == net::error::eof && !was_reset) {
      ended = true;
    } else if (error) {
      broken = true;
    }
    if (reader != nullptr) std::exchange(reader, nullptr)->complete_ready();
  }

  void flush() {
    constexpr std::size_t kAtOnce = 65'536;
    sending = true;
    flushed = 0;
    net::async_write(socket, net::buffer(output),
                     [this](const error_code& error, std::size_t n) {
                       flushed = n;
                       return error ? std::size_t{0} : kAtOnce;
                     },
                     [self = shared_from_this()](error_code error, std::size_t) {
                       self->sending = false;
                       self->output.clear();
                       self->flushed = 0;
                       if (error) self->fail_writes(error == net::error::connection_reset);
                       if (self->finish_after_send) self->finish();
                       if (self->writer != nullptr) {
                         self->clock.post(*std::exchange(self->writer, nullptr));
                       }
                     });
  }

  // What arrived before can still be read. The kernel tells of a reset once: to the write, here, so
  // that the next read sees only an end.
  void fail_writes(bool reset) {
    write_broken = true;
    was_reset = was_reset || reset;
  }

  void finish() {
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::socket socket;
  RealClock& clock;
  std::unique_ptr<char[]> input;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string output;
  std::size_t flushed = 0;  // bytes of the output that the kernel has
  bool receiving = false;
  bool sending = false;
  bool finish_after_send = false;
  bool ended = false;
  bool broken = false;        // reading fails
  bool write_broken = false;  // writing fails
  bool was_reset = false;     // a write met the reset
  ReadSome* reader = nullptr;
  WriteAll* writer = nullptr;
};

class RealStream final : public Stream {
 public:
  explicit RealStream(std::shared_ptr<Socket> socket) : s_(std::move(socket)) {}
  ~RealStream() override {
    ENSURE(s_->reader == nullptr && s_->writer == nullptr, "a stream died during its operation");
    error_code ignored;
    if (s_->begin < s_->end) linger_zero();  // bytes arrived that nobody read: abort, as TCP does
    if (s_->sending) {
      // The rest still has to leave: half-close behind it, and let the kernel finish.
      s_->finish_after_send = true;
      if (s_->receiving) s_->socket.cancel(ignored);
      return;
    }
    s_->socket.close(ignored);
  }

  void finish_sending() override {
    if (s_->sending) {
      s_->finish_after_send = true;
    } else {
      s_->finish();
    }
  }

  void reset() override {
    error_code ignored;
    linger_zero();
    s_->socket.close(ignored);
    s_->broken = s_->write_broken = true;
    s_->begin = s_->end = 0;
  }

  bool stale() override {
    Socket& s = *s_;
    if (s.broken || s.write_broken || s.ended || s.begin < s.end) return true;
    if (s.receiving) return false;  // the loop would have said so
    char byte;
    const ssize_t n = ::recv(s.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  std::size_t untaken() override {
    int queued = 0;
    const bool known = ::ioctl(s_->socket.native_handle(), SIOCOUTQ, &queued) == 0;
    return (known ? static_cast<std::size_t>(queued) : 0) + s_->output.size() - s_->flushed;
  }

 private:
  void linger_zero() {
    error_code ignored;
    s_->socket.set_option(net::socket_base::linger(true, 0), ignored);
  }

  bool try_read(ReadSome& op) override {
    Socket& s = *s_;
    if (s.begin < s.end) {
      const std::size_t n = std::min(op.size, s.end - s.begin);
      std::memcpy(op.data, s.input.get() + s.begin, n);
      s.begin += n;
      if (s.begin == s.end && !s.receiving) ReadRoom::give_back(std::move(s.input));
      op.result = n;
      return true;
    }
    if (s.broken) {
      op.result = Failure::reset;
      return true;
    }
    if (s.ended) {
      op.result = std::size_t{0};
      return true;
    }
    return false;
  }

  void park_reader(ReadSome* op) override {
    s_->reader = op;
    if (op == nullptr || s_->receiving) return;
    if (!s_->input) s_->input = ReadRoom::take();
    s_->receive();
  }

  bool try_write(WriteAll& op) override {
    Socket& s = *s_;
    while (!op.bytes.empty() && !s.write_broken && !s.sending) {
      const ssize_t n = ::send(s.socket.native_handle(), op.bytes.data(), op.bytes.size(),
                               MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) {
        op.bytes.remove_prefix(static_cast<std::size_t>(n));
        continue;
      }
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        const std::size_t take = std::min(op.bytes.size(), Socket::kWriteBytesMax);
        s.output.assign(op.bytes.substr(0, take));
        op.bytes.remove_prefix(take);
        s.flush();
        break;
      }
      s.fail_writes(errno == ECONNRESET);
    }
    if (s.write_broken) {
      op.result = Failure::reset;
      return true;
    }
    if (s.sending || !op.bytes.empty()) return false;
    op.result = boost::system::in_place_value;
    return true;
  }

  void park_writer(WriteAll* op) override { s_->writer = op; }
  Clock& clock() override { return s_->clock; }

  std::shared_ptr<Socket> s_;
};

}  // namespace

std::unique_ptr<Stream> real_stream(tcp::socket socket, RealClock& clock) {
  return std::make_unique<RealStream>(std::make_shared<Socket>(std::move(socket), clock));
}

}  // namespace world
