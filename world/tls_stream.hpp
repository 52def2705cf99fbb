// TlsStream: a Stream with TLS over any plain one. Bytes go through a TlsSession, which knows the
// protocol and no network: OpenSSL's in live, a symbolic one in sim. A client shakes hands before
// it gets its stream. A server's handshake happens while it reads, so that a silent peer keeps
// nobody else from being accepted; what it writes before waits for that. For world/*_network.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "world/network.hpp"

namespace world {

// One side's protocol state, from raw bytes to plain ones and back.
class TlsSession {
 public:
  enum class State : std::uint8_t {
    shaking,
    open,
    ended,   // the peer has said that it sends no more; writing goes on
    failed,  // and an alert may wait in the output
  };
  virtual ~TlsSession() = default;

  virtual State state() const = 0;
  virtual void take(std::string_view raw) = 0;                  // from the peer
  virtual std::size_t read(char* data, std::size_t size) = 0;   // plain bytes; 0: none now
  virtual bool unread() = 0;                                    // whether read has some
  virtual void seal(std::string_view plain) = 0;                // while open or ended
  virtual void finish() = 0;                                    // says that no more will be sent

  std::string& output() { return output_; }  // raw bytes for the peer; who sends some erases them

 protected:
  std::string output_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<Stream> plain, std::unique_ptr<TlsSession> session)
      : plain_(std::move(plain)), session_(std::move(session)) {}
  TlsStream(std::unique_ptr<Stream> plain, std::shared_ptr<TlsDoor> door)
      : plain_(std::move(plain)), door_(std::move(door)) {}
  ~TlsStream() override;

  // The client's handshake. Fails with tls, and as the plain stream does.
  Task<Result<void>> shake();

  void finish_sending() override;
  void reset() override;
  bool stale() override;
  std::size_t untaken() override;

 private:
  static constexpr std::size_t kRawBytes = 16'384;     // read at once
  static constexpr std::size_t kRecordBytes = 16'384;  // of plain bytes, TLS's own limit

  bool try_read(ReadSome& op) override;
  void park_reader(ReadSome* op) override { plain_->park_reader(op); }
  bool try_write(WriteAll& op) override;
  void park_writer(WriteAll* op) override;
  Clock& clock() override { return plain_->clock(); }

  bool shaken() const { return session_ && session_->state() != TlsSession::State::shaking; }
  void take(std::string_view raw);
  void begin();
  bool push();

  std::unique_ptr<Stream> plain_;
  std::unique_ptr<TlsSession> session_;  // a server's: null until the client has said something
  std::shared_ptr<TlsDoor> door_;        // a server's
  std::unique_ptr<char[]> raw_;
  WriteAll* early_writer_ = nullptr;     // waits for the handshake
  std::optional<Failure> failure_;  // of reading, for good
  bool write_failed_ = false;       // what arrived before can still be read
  bool stalled_ = false;
  bool finished_ = false;
};

// Shakes hands over the plain stream, as the client.
Task<Result<std::unique_ptr<Stream>>> shake_hands(std::unique_ptr<Stream> plain,
                                                  std::unique_ptr<TlsSession> session);

}  // namespace world
