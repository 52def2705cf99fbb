// Network, the port of byte streams: connect, listen, read, write, half-close, reset. Real sockets
// (RealNetwork) and in-memory streams in virtual time (SimNetwork) behave alike; the conformance
// tests run the same behaviours on both. One thread per clock. Every wait can be cancelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "world/clock.hpp"
#include "world/failure.hpp"
#include "world/tls.hpp"

namespace world {

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};
std::string to_string(const Endpoint& endpoint);

class ReadSome;
class WriteAll;

// One side of an established connection. Destroying it closes it: gracefully (FIN) when everything
// received was read, with a reset otherwise, as TCP does. At most one read and one write pend at a
// time; none may pend when it is destroyed.
class Stream {
 public:
  virtual ~Stream() = default;

  // Reads 1..size bytes; 0 means that the peer has finished sending.
  [[nodiscard]] ReadSome read_some(char* data, std::size_t size);

  // Completes when all bytes are handed over (buffered by the network, not yet seen by the peer).
  // The bytes must stay alive until then.
  [[nodiscard]] WriteAll write_all(std::string_view bytes);

  virtual void finish_sending() = 0;  // half-close: the peer reads to the end
  virtual void reset() = 0;           // abort: the peer's next read or write fails with reset

  // Whether an idle connection is of no more use: the peer ended it, or sent what nobody asked for.
  virtual bool stale() = 0;

  // Bytes that were handed over and that the peer has not taken yet; what does not move stands for
  // a peer that does not read. In live the peer's machine takes them, before the peer does.
  virtual std::size_t untaken() = 0;

 protected:
  friend class ReadSome;
  friend class WriteAll;
  friend class TlsStream;  // a stream over a stream
  // Tries to satisfy the operation at once; otherwise keeps it until it can, then posts it.
  virtual bool try_read(ReadSome& op) = 0;
  virtual void park_reader(ReadSome* op) = 0;  // null: forget the reader
  virtual bool try_write(WriteAll& op) = 0;
  virtual void park_writer(WriteAll* op) = 0;
  virtual Clock& clock() = 0;
};

class [[nodiscard]] ReadSome final : public Wait {
 public:
  ReadSome(Stream& stream, char* into, std::size_t room)
      : data(into), size(room), stream_(stream) {
    mark = 5;
  }
  bool await_ready() { return stream_.try_read(*this); }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;
    stream_.park_reader(this);
    return true;
  }
  Result<std::size_t> await_resume() const {
    throw_if_cancelled();
    return result;
  }
  // For a stream that is called from the loop itself: what there is now, without another event.
  void complete_ready() {
    if (armed()) return;  // cancelled meanwhile: it wakes by itself
    fire();
  }

  char* data;
  std::size_t size;
  Result<std::size_t> result = std::size_t{0};

 private:
  void fire() override {
    // The stream was woken: there is something now, or the wait was cancelled.
    if (!cancelled_ && !stream_.try_read(*this)) return stream_.park_reader(this);
    resume();
  }
  void on_cancel() override {
    stream_.park_reader(nullptr);
    stream_.clock().disarm(*this);
    stream_.clock().post(*this);
  }
  Stream& stream_;
};

class [[nodiscard]] WriteAll final : public Wait {
 public:
  WriteAll(Stream& stream, std::string_view all) : bytes(all), stream_(stream) { mark = 6; }
  bool await_ready() { return stream_.try_write(*this); }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;
    stream_.park_writer(this);
    return true;
  }
  Result<void> await_resume() const {
    throw_if_cancelled();
    return result;
  }

  std::string_view bytes;  // what is still to be handed over
  Result<void> result;

 private:
  void fire() override {
    if (!cancelled_ && !stream_.try_write(*this)) return stream_.park_writer(this);
    resume();
  }
  void on_cancel() override {
    stream_.park_writer(nullptr);
    stream_.clock().disarm(*this);
    stream_.clock().post(*this);
  }
  Stream& stream_;
};

inline ReadSome Stream::read_some(char* data, std::size_t size) {
  return ReadSome(*this, data, size);
}
inline WriteAll Stream::write_all(std::string_view bytes) { return WriteAll(*this, bytes); }

// What a listener does with connection attempts.
enum class Admission : std::uint8_t {
  open,        // accepts
  refuse,      // answers with a reset, as a closed port does
  black_hole,  // answers nothing: the attempt hangs until its own deadline
};

class Listener {
 public:
  virtual ~Listener() = default;  // closes the port; accepted streams live on

  virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
  virtual void admit(Admission admission) = 0;
  virtual Endpoint endpoint() const = 0;

  // How handshakes go, for a listener with TLS; null for a plain one. Lives as long as this.
  virtual TlsDoor* tls() = 0;

  // Connection attempts turned away by refuse or black_hole since the start. In live the kernel
  // turns them away and tells nobody, so there this is what can be known of it: see RealListener.
  virtual std::uint64_t turned_away() const = 0;
};

// What asking for the address of a host comes to.
enum class NameOutcome : std::uint8_t {
  found,
  slow,      // found, but late
  nxdomain,  // there is no such name
  servfail,  // the name server has failed
  timeout,   // nobody answers; the resolver gives up after kNameTimeout
};
constexpr Nanos kNameTimeout = std::chrono::seconds(10);  // glibc: 2 attempts of 5 s

class Network {
 public:
  virtual ~Network() = default;

  // Fails with unresolved, refused, unreachable, reset or unavailable; with timed_out only when
  // nothing has answered for minutes (the kernel gives up): set a deadline.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to) = 0;

  // With TLS, its handshake included. Fails also with tls: a certificate that is not right, or a
  // peer that does not speak it; and with closed, when the peer leaves during the handshake.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, TlsClient tls) = 0;

  // Port 0 takes a free one. Fails with unavailable when the port is taken.
  virtual Result<std::unique_ptr<Listener>> listen(Endpoint on) = 0;

  // With TLS. Streams are accepted before their handshake: it happens while they are read, which
  // fails with tls when the handshake does. What is written before waits for it.
  virtual Result<std::unique_ptr<Listener>> listen(Endpoint on, TlsServer tls) = 0;

  // The authority that signs the good certificates of this network's listeners.
  virtual std::string tls_ca_pem() const = 0;

  // From now on, asking for this host comes to this; `late` is how slow slow is. A literal address
  // and localhost are not asked for. In sim only: the machine resolves the names of live.
  virtual void name(const std::string& host, NameOutcome outcome, Nanos late) = 0;

  // How often a host was asked for since the start while its outcome was another than found.
  virtual std::uint64_t misnamed(const std::string& host) const = 0;
};

}  // namespace world
