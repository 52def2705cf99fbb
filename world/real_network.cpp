#include "world/real_network.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>

#include "world/asio_wait.hpp"

namespace world {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

namespace {

Failure failure_of(const error_code& error) {
  if (error == net::error::connection_refused) return Failure::refused;
  if (error == net::error::network_unreachable || error == net::error::host_unreachable ||
      error == net::error::host_not_found || error == net::error::host_not_found_try_again ||
      error == net::error::no_data) {
    return Failure::unreachable;
  }
  if (error == net::error::no_descriptors || error == net::error::address_in_use ||
      error == boost::system::errc::address_not_available) {
    return Failure::unavailable;
  }
  if (error == net::error::timed_out) return Failure::timed_out;
  return Failure::reset;
}

// What outlives a RealStream while an Asio operation of it is under way. Operations read into and
// write from buffers that live here, so a waiting task can be cancelled without losing a byte.
struct Socket : std::enable_shared_from_this<Socket> {
  Socket(tcp::socket s, RealClock& c) : socket(std::move(s)), clock(c) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    // The host's default may be BBR, which paces sends by timers: bytes must leave when they are due.
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    socket.non_blocking(true, ignored);
  }

  static constexpr std::size_t kReadBytes = 16'384;
  static constexpr std::size_t kWriteBytesMax = 262'144;  // handed over but not yet in the kernel

  void receive() {
    receiving = true;
    socket.async_read_some(net::buffer(input.get(), kReadBytes),
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
    sending = true;
    net::async_write(socket, net::buffer(output),
                     [self = shared_from_this()](error_code error, std::size_t) {
                       self->sending = false;
                       self->output.clear();
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
    if (!s_->input) s_->input = std::make_unique<char[]>(Socket::kReadBytes);
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

// SYNs that meet this filter vanish, which is what a black hole is.
void set_drop_filter(int fd, bool on) {
  if (!on) {
    int unused = 0;
    ::setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
    return;
  }
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  sock_fprog program{1, &drop_all};
  ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

// Resets that this host has sent, over all its sockets (Tcp: OutRsts).
std::uint64_t host_resets_sent() {
  std::ifstream file("/proc/net/snmp");
  std::string line;
  std::vector<std::string> names;
  while (std::getline(file, line)) {
    if (line.rfind("Tcp:", 0) != 0) continue;
    std::istringstream words(line);
    std::vector<std::string> columns;
    for (std::string word; words >> word;) columns.push_back(word);
    if (names.empty()) {
      names = columns;
      continue;
    }
    for (std::size_t i = 0; i < names.size() && i < columns.size(); ++i) {
      if (names[i] == "OutRsts") return std::stoull(columns[i]);
    }
  }
  return 0;
}

// While it refuses, the port stays bound but does not listen, so the kernel answers with a reset and
// tells nobody. turned_away() is then the host's own count of resets sent meanwhile: other sockets of
// this host may add to it. Attempts into a black hole leave no trace and are not counted.
class RealListener final : public Listener {
 public:
  RealListener(tcp::acceptor acceptor, RealClock& clock)
      : acceptor_(std::move(acceptor)), endpoint_(acceptor_.local_endpoint()), clock_(clock) {}

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    using Accepted = Result<std::unique_ptr<Stream>>;
    for (;;) {
      if (!kept_.empty()) {
        auto socket = std::make_shared<Socket>(std::move(kept_.front()), clock_);
        kept_.pop_front();
        co_return Accepted(std::unique_ptr<Stream>(new RealStream(std::move(socket))));
      }
      tcp::socket peer(clock_.io());
      AsioWait wait(clock_);
      wait.cancel_operation = [this] {
        error_code ignored;
        acceptor_.cancel(ignored);
      };
      acceptor_.async_accept(peer, [&wait](error_code error) { wait.finish(error); });
      error_code error;
      try {
        error = co_await wait;
      } catch (const Cancelled&) {
        if (peer.is_open()) kept_.push_back(std::move(peer));  // accepted, then cancelled
        throw;
      }
      if (!error) {
        auto socket = std::make_shared<Socket>(std::move(peer), clock_);
        co_return Accepted(std::unique_ptr<Stream>(new RealStream(std::move(socket))));
      }
      if (error == net::error::no_descriptors) co_return Accepted(Failure::unavailable);
      // Not listening at the moment, or the peer gave up before it was accepted: look again soon.
      co_await clock_.sleep(kAcceptPause);
    }
  }

  void admit(Admission admission) override {
    if (admission == admission_) return;
    const int fd = acceptor_.native_handle();
    if (admission_ == Admission::refuse) {
      turned_away_ += host_resets_sent() - resets_before_;
      ::listen(fd, kBacklog);
    }
    if (admission_ == Admission::black_hole) set_drop_filter(fd, false);
    admission_ = admission;
    if (admission == Admission::refuse) {
      resets_before_ = host_resets_sent();
      ::shutdown(fd, SHUT_RD);
    }
    if (admission == Admission::black_hole) set_drop_filter(fd, true);
  }

  Endpoint endpoint() const override {
    return {endpoint_.address().to_string(), endpoint_.port()};
  }

  std::uint64_t turned_away() const override {
    if (admission_ != Admission::refuse) return turned_away_;
    return turned_away_ + host_resets_sent() - resets_before_;
  }

  static constexpr int kBacklog = 4'096;

 private:
  static constexpr Nanos kAcceptPause{2'000'000};
  tcp::acceptor acceptor_;
  tcp::endpoint endpoint_;
  RealClock& clock_;
  std::deque<tcp::socket> kept_;  // for the next accept()
  Admission admission_ = Admission::open;
  std::uint64_t resets_before_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace

Task<Result<std::unique_ptr<Stream>>> RealNetwork::connect(Endpoint to) {
  using Connected = Result<std::unique_ptr<Stream>>;
  std::vector<tcp::endpoint> addresses;
  error_code error;
  const net::ip::address literal = net::ip::make_address(to.host, error);
  if (!error) {
    addresses.emplace_back(literal, to.port);
  } else {
    tcp::resolver resolver(clock_.io());
    AsioWait wait(clock_);
    wait.cancel_operation = [&resolver] { resolver.cancel(); };
    const std::string port = std::to_string(to.port);
    resolver.async_resolve(to.host, port,
                           [&](error_code e, const tcp::resolver::results_type& found) {
                             for (const auto& entry : found) addresses.push_back(entry.endpoint());
                             wait.finish(e);
                           });
    error = co_await wait;
    if (error) co_return Connected(failure_of(error));
  }
  tcp::socket socket(clock_.io());
  AsioWait wait(clock_);
  wait.cancel_operation = [&socket] {
    error_code ignored;
    socket.close(ignored);
  };
  net::async_connect(socket, addresses,
                     [&wait](error_code e, const tcp::endpoint&) { wait.finish(e); });
  error = co_await wait;
  if (error) co_return Connected(failure_of(error));
  auto shared = std::make_shared<Socket>(std::move(socket), clock_);
  co_return Connected(std::unique_ptr<Stream>(new RealStream(std::move(shared))));
}

Result<std::unique_ptr<Listener>> RealNetwork::listen(Endpoint on) {
  error_code error;
  const net::ip::address address =
      net::ip::make_address(on.host == "localhost" ? "127.0.0.1" : on.host, error);
  if (error) return Failure::unreachable;
  tcp::acceptor acceptor(clock_.io());
  tcp::endpoint endpoint(address, on.port);
  // The kernel lets go of a port that it chose when a listener refuses, so the port is chosen here
  // by a socket that shares it until it is bound by number.
  tcp::acceptor chooser(clock_.io());
  if (on.port == 0) {
    chooser.open(endpoint.protocol(), error);
    if (!error) chooser.set_option(net::socket_base::reuse_address(true), error);
    if (!error) chooser.bind(endpoint, error);
    if (!error) endpoint = chooser.local_endpoint(error);
    if (error) return failure_of(error);
  }
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(RealListener::kBacklog, error);
  if (error) return failure_of(error);
  return Result<std::unique_ptr<Listener>>(
      std::make_unique<RealListener>(std::move(acceptor), clock_));
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace world
