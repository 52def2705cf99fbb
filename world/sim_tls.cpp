#include "world/sim_tls.hpp"

#include <algorithm>
#include <array>

#include "world/tls_stream.hpp"

namespace world {
namespace {

// The types of records and the alerts that occur, as numbered in RFC 8446.
enum Record : char { kAlert = 21, kHandshake = 22, kData = 23 };
enum Alert : char {
  kCloseNotify = 0,
  kHandshakeFailure = 40,
  kBadCertificate = 42,
  kCertificateExpired = 45,
  kUnknownAuthority = 48,
  kProtocolVersion = 70,
};

constexpr std::size_t kFrameBytes = 5;             // type, version, length
constexpr std::size_t kRecordBytesMax = 16'384;
constexpr std::string_view kHello = "client hello ";
constexpr std::string_view kCertificate = "certificate ";
constexpr std::string_view kFinished = "finished";
constexpr std::array<std::string_view, 5> kKinds{"good", "expired", "wrong_host", "self_signed",
                                                 "unknown_ca"};

// Frames records and reads them; what they say is the business of the two sides.
class SymbolicSession : public TlsSession {
 public:
  State state() const override { return state_; }

  void take(std::string_view raw) override {
    input_ += raw;
    std::size_t at = 0;
    while (state_ != State::failed && input_.size() - at >= kFrameBytes) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input_[at + i]); };
      const std::size_t size = byte(3) * std::size_t{256} + byte(4);
      if (byte(0) < kAlert || byte(0) > kData || byte(1) != 3 || size > kRecordBytesMax) {
        fail(kProtocolVersion);
        break;
      }
      if (input_.size() - at < kFrameBytes + size) break;
      record(input_[at], input_.substr(at + kFrameBytes, size));
      at += kFrameBytes + size;
    }
    input_.erase(0, at);
  }

  std::size_t read(char* data, std::size_t size) override {
    const std::size_t n = std::min(size, plain_.size() - head_);
    plain_.copy(data, n, head_);
    head_ += n;
    if (head_ == plain_.size()) {
      plain_.clear();
      head_ = 0;
      if (ends_) state_ = State::ended;
    }
    return n;
  }

  bool unread() override { return head_ < plain_.size(); }
  void seal(std::string_view plain) override { send(kData, plain); }
  void finish() override { alert(kCloseNotify); }

 protected:
  virtual void heard(std::string_view message) = 0;  // of a handshake

  void send(Record type, std::string_view bytes) {
    const auto high = static_cast<char>(bytes.size() / 256);
    const auto low = static_cast<char>(bytes.size() % 256);
    output_ += {type, 3, 3, high, low};
    output_ += bytes;
  }
  void alert(Alert what) {
    const char level = what == kCloseNotify ? 1 : 2;
    const std::array<char, 2> bytes{level, what};
    send(kAlert, {bytes.data(), bytes.size()});
  }
  void fail(Alert why) {
    alert(why);
    state_ = State::failed;
  }

  State state_ = State::shaking;

 private:
  void record(char type, const std::string& bytes) {
    if (type == kHandshake && state_ == State::shaking) {
      heard(bytes);
    } else if (type == kAlert && bytes.size() == 2 && bytes[1] == kCloseNotify) {
      ends_ = true;
      if (!unread() && state_ == State::open) state_ = State::ended;
    } else if (type == kData && state_ == State::open && !ends_) {
      plain_ += bytes;
    } else {
      state_ = State::failed;  // an alert, or what does not belong here
    }
  }

  std::string input_;  // at most a record that has not all come
  std::string plain_;  // unread from head_ on
  std::size_t head_ = 0;
  bool ends_ = false;
};

class SymbolicClient final : public SymbolicSession {
 public:
  explicit SymbolicClient(TlsClient tls) : tls_(std::move(tls)) {
    send(kHandshake, std::string(kHello) + tls_.server_name);
  }

 private:
  // "certificate <kind> for <name>,<name>,"
  void heard(std::string_view message) override {
    if (!message.starts_with(kCertificate)) return fail(kHandshakeFailure);
    message.remove_prefix(kCertificate.size());
    const std::string_view kind = message.substr(0, message.find(' '));
    const std::string names = "," + std::string(message.substr(message.rfind(' ') + 1));
    if (tls_.verify && (tls_.ca_pem != kSimAuthority || kind == "self_signed" ||
                        kind == "unknown_ca")) {
      return fail(kUnknownAuthority);
    }
    if (tls_.verify && kind == "expired") return fail(kCertificateExpired);
    if (tls_.verify && names.find("," + tls_.server_name + ",") == std::string::npos) {
      return fail(kBadCertificate);
    }
    send(kHandshake, kFinished);
    state_ = State::open;
  }

  TlsClient tls_;
};

class SymbolicServer final : public SymbolicSession {
 public:
  explicit SymbolicServer(std::string certificate) : certificate_(std::move(certificate)) {}

 private:
  void heard(std::string_view message) override {
    if (!answered_) {  // a hello, whoever wrote it
      answered_ = true;
      send(kHandshake, certificate_);
    } else if (answered_ && message == kFinished) {
      state_ = State::open;
    } else {
      fail(kHandshakeFailure);
    }
  }

  std::string certificate_;
  bool answered_ = false;
};

class SymbolicDoor final : public TlsDoor {
 public:
  explicit SymbolicDoor(const TlsServer& tls) : TlsDoor(tls.manner) {
    names_ = "localhost,127.0.0.1,::1,";
    for (const std::string& name : tls.names) names_ += name + ",";
  }

 private:
  std::unique_ptr<TlsSession> begin(Certificate kind) override {
    std::string certificate(kCertificate);
    certificate += kKinds.at(static_cast<std::size_t>(kind));
    certificate += " for ";
    certificate += kind == Certificate::wrong_host ? "another-host.invalid," : names_;
    return std::make_unique<SymbolicServer>(std::move(certificate));
  }

  std::string names_;
};

}  // namespace

std::unique_ptr<TlsSession> sim_tls_client(TlsClient tls) {
  return std::make_unique<SymbolicClient>(std::move(tls));
}

std::shared_ptr<TlsDoor> sim_tls_door(TlsServer tls) { return std::make_shared<SymbolicDoor>(tls); }

}  // namespace world
