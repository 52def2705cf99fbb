#include "world/real_network.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>

#include "world/asio_wait.hpp"
#include "world/kernel_drops.hpp"
#include "world/real_stream.hpp"
#include "world/tls_stream.hpp"

namespace world {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

namespace {

Failure failure_of(const error_code& error) {
  if (error == net::error::connection_refused) return Failure::refused;
  if (error == net::error::network_unreachable || error == net::error::host_unreachable) {
    return Failure::unreachable;
  }
  if (error == net::error::host_not_found || error == net::error::host_not_found_try_again ||
      error == net::error::no_data || error == net::error::no_recovery) {
    return Failure::unresolved;
  }
  if (error == net::error::no_descriptors || error == net::error::address_in_use ||
      error == boost::system::errc::address_not_available) {
    return Failure::unavailable;
  }
  if (error == net::error::timed_out) return Failure::timed_out;
  return Failure::reset;
}

// While it refuses, the port stays bound but does not listen, so the kernel answers with a reset
// and tells nobody. turned_away() is then the host's own count of resets sent meanwhile: other
// sockets of this host may add to it. In a black hole it is what the port's own filter has dropped:
// every attempt and each of its repetitions.
class RealListener final : public Listener {
 public:
  RealListener(tcp::acceptor acceptor, RealClock& clock, std::shared_ptr<TlsDoor> door)
      : acceptor_(std::move(acceptor)),
        fd_(acceptor_.native_handle()),
        endpoint_(acceptor_.local_endpoint()),
        clock_(clock),
        door_(std::move(door)) {
    error_code ignored;
    acceptor_.native_non_blocking(true, ignored);  // for take_further()
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    using Accepted = Result<std::unique_ptr<Stream>>;
    for (;;) {
      if (!kept_.empty()) {
        std::unique_ptr<Stream> stream = welcome(std::move(kept_.front()));
        kept_.pop_front();
        co_return Accepted(std::move(stream));
      }
      tcp::socket peer(clock_.io());
      AsioWait wait(clock_);
      wait.cancel_operation = [this] {
        error_code ignored;
        acceptor_.cancel(ignored);
      };
      acceptor_.async_accept(peer, [&wait](error_code error) { wait.finish(error); });
      error_code error;
      ++waiting_;
      try {
        error = co_await wait;
        --waiting_;
      } catch (const Cancelled&) {
        --waiting_;
        if (peer.is_open()) kept_.push_back(std::move(peer));  // accepted, then cancelled
        throw;
      }
      if (!error) {
        if (waiting_ == 0) take_further();  // others who wait get theirs from the kernel
        std::unique_ptr<Stream> stream = welcome(std::move(peer));
        co_return Accepted(std::move(stream));
      }
      if (error == net::error::no_descriptors) co_return Accepted(Failure::unavailable);
      // Not listening at the moment, or the peer gave up before it was accepted: look again soon.
      co_await clock_.sleep(Nanos(static_cast<std::int64_t>(
          static_cast<double>(kAcceptPause.count()) * clock_.scale())));
    }
  }

  void admit(Admission admission) override {
    if (admission == admission_) return;
    turned_away_ = turned_away();
    if (admission_ == Admission::refuse) ::listen(fd_, kBacklog);
    if (admission_ == Admission::black_hole) set_drop_filter(fd_, false);
    admission_ = admission;
    if (admission == Admission::refuse) ::shutdown(fd_, SHUT_RD);
    if (admission == Admission::black_hole) set_drop_filter(fd_, true);
    counted_before_ = counted();
  }

  Endpoint endpoint() const override {
    return {endpoint_.address().to_string(), endpoint_.port()};
  }

  std::uint64_t turned_away() const override {
    return turned_away_ + (counted() - counted_before_);
  }

  TlsDoor* tls() override { return door_.get(); }

  static constexpr int kBacklog = 4'096;

 private:
  // Those that wait in the kernel beside one that came. When the loop is late, it is each of its
  // turns that is late: with one connection a turn, thousands would wait for seconds.
  void take_further() {
    while (kept_.size() < kAtOnce) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;  // none waits; or whoever accepts next sees what is wrong
      tcp::socket peer(clock_.io());
      error_code error;
      peer.assign(endpoint_.protocol(), fd, error);
      if (error) {
        ::close(fd);
        return;
      }
      kept_.push_back(std::move(peer));
    }
  }

  std::unique_ptr<Stream> welcome(tcp::socket peer) {
    std::unique_ptr<Stream> plain = real_stream(std::move(peer), clock_);
    if (!door_) return plain;
    return std::make_unique<TlsStream>(std::move(plain), door_);
  }

  // What the kernel has counted of attempts that are turned away in the present way.
  std::uint64_t counted() const {
    switch (admission_) {
      case Admission::open: return counted_before_;
      case Admission::refuse: return host_resets_sent();
      case Admission::black_hole: return packets_dropped(fd_);
    }
    return counted_before_;
  }

  static constexpr Nanos kAcceptPause{2'000'000};  // wall time
  static constexpr std::size_t kAtOnce = 64;
  tcp::acceptor acceptor_;
  const int fd_;
  tcp::endpoint endpoint_;
  RealClock& clock_;
  std::shared_ptr<TlsDoor> door_;  // null: plain
  std::deque<tcp::socket> kept_;  // for the next accept()
  int waiting_ = 0;               // in accept()
  Admission admission_ = Admission::open;
  std::uint64_t counted_before_ = 0;
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
  std::unique_ptr<Stream> stream = real_stream(std::move(socket), clock_);
  co_return Connected(std::move(stream));
}

Task<Result<std::unique_ptr<Stream>>> RealNetwork::connect(Endpoint to, TlsClient tls) {
  if (tls.server_name.empty()) tls.server_name = to.host;
  Result<std::unique_ptr<Stream>> plain = co_await connect(std::move(to));
  if (!plain) co_return plain;
  std::unique_ptr<TlsSession> session = tls_clients_.begin(tls);
  co_return co_await shake_hands(std::move(*plain), std::move(session));
}

Result<std::unique_ptr<Listener>> RealNetwork::listen(Endpoint on) {
  return listen_behind(std::move(on), nullptr);
}

Result<std::unique_ptr<Listener>> RealNetwork::listen(Endpoint on, TlsServer tls) {
  return listen_behind(std::move(on), real_tls_door(std::move(tls)));
}

std::string RealNetwork::tls_ca_pem() const { return real_tls_ca_pem(); }

void RealNetwork::name(const std::string&, NameOutcome, Nanos) {
  ENSURE(false, "names are resolved by the machine: their outcomes can be set in sim only");
}

Result<std::unique_ptr<Listener>> RealNetwork::listen_behind(Endpoint on,
                                                             std::shared_ptr<TlsDoor> door) {
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
      std::make_unique<RealListener>(std::move(acceptor), clock_, std::move(door)));
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
