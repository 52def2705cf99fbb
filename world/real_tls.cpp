#include "world/real_tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>

#include "world/real_certificates.hpp"
#include "world/tls_stream.hpp"

namespace world {
namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";
constexpr unsigned kAlpnBytes = sizeof(kAlpn) - 1;

using Context = std::shared_ptr<SSL_CTX>;

Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  ENSURE(context != nullptr, "OpenSSL does not start");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Every handshake shows its certificate: none is resumed.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  return context;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* size,
                const unsigned char* offered, unsigned offered_bytes, void*) {
  unsigned char* found = nullptr;
  const int how =
      SSL_select_next_proto(&found, size, kAlpn, kAlpnBytes, offered, offered_bytes);
  *chosen = found;
  return how == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// OpenSSL between two buffers in memory.
class OpenSslSession final : public TlsSession {
 public:
  OpenSslSession(Context context, const TlsClient* client)
      : context_(std::move(context)),
        ssl_(SSL_new(context_.get())),
        in_(BIO_new(BIO_s_mem())),
        out_(BIO_new(BIO_s_mem())) {
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_, in_, out_);
    if (client == nullptr) {
      SSL_set_accept_state(ssl_);
      return;
    }
    SSL_set_connect_state(ssl_);
    expect(client->server_name);
    SSL_set_verify(ssl_, client->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    shake();
  }
  ~OpenSslSession() override { SSL_free(ssl_); }
  OpenSslSession(const OpenSslSession&) = delete;
  OpenSslSession& operator=(const OpenSslSession&) = delete;

  State state() const override { return state_; }

  void take(std::string_view raw) override {
    BIO_write(in_, raw.data(), static_cast<int>(raw.size()));
    if (state_ == State::shaking) shake();
  }

  std::size_t read(char* data, std::size_t size) override {
    if (state_ != State::open) return 0;
    ERR_clear_error();
    std::size_t n = 0;
    const int how = SSL_read_ex(ssl_, data, size, &n);
    collect();
    if (how == 1) return n;
    const int error = SSL_get_error(ssl_, how);
    if (error == SSL_ERROR_ZERO_RETURN) {
      state_ = State::ended;
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      state_ = State::failed;
    }
    return 0;
  }

  bool unread() override {
    ERR_clear_error();
    char byte;
    std::size_t n = 0;
    return SSL_peek_ex(ssl_, &byte, 1, &n) == 1;
  }

  void seal(std::string_view plain) override {
    ERR_clear_error();
    std::size_t n = 0;
    const int how = SSL_write_ex(ssl_, plain.data(), plain.size(), &n);
    if (how != 1) state_ = State::failed;
    collect();
  }

  void finish() override {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    collect();
  }

 private:
  // Whom the certificate must be for.
  void expect(const std::string& name) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl_);
    unsigned char room[16];
    const bool address = ::inet_pton(AF_INET, name.c_str(), room) == 1 ||
                         ::inet_pton(AF_INET6, name.c_str(), room) == 1;
    if (address) {
      X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), 0);
      SSL_set_tlsext_host_name(ssl_, name.c_str());
    }
  }

  void shake() {
    ERR_clear_error();
    const int how = SSL_do_handshake(ssl_);
    collect();
    if (how == 1) {
      state_ = State::open;
      return;
    }
    const int error = SSL_get_error(ssl_, how);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) state_ = State::failed;
  }

  void collect() {
    const auto n = static_cast<std::size_t>(BIO_pending(out_));
    if (n == 0) return;
    const std::size_t before = output_.size();
    output_.resize(before + n);
    BIO_read(out_, output_.data() + before, static_cast<int>(n));
  }

  Context context_;
  SSL* ssl_;
  BIO* in_;   // the session's own
  BIO* out_;  // the session's own
  State state_ = State::shaking;
};

// One context for each certificate, made when it is first shown.
class OpenSslDoor final : public TlsDoor {
 public:
  explicit OpenSslDoor(TlsServer tls) : TlsDoor(tls.manner), names_(std::move(tls.names)) {}

 private:
  std::unique_ptr<TlsSession> begin(Certificate kind) override {
    Context& context = contexts_.at(static_cast<std::size_t>(kind));
    if (!context) {
      const Identity shown = make_identity(kind, names_);
      context = new_context(TLS_server_method());
      SSL_CTX_use_certificate(context.get(), shown.certificate.get());
      SSL_CTX_use_PrivateKey(context.get(), shown.key.get());
      SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, nullptr);
    }
    return std::make_unique<OpenSslSession>(context, nullptr);
  }

  static constexpr auto kKinds = static_cast<std::size_t>(Certificate::unknown_ca) + 1;
  std::vector<std::string> names_;
  std::array<Context, kKinds> contexts_;
};

// A text without certificates trusts nobody.
void trust(SSL_CTX& context, const std::string& pem) {
  BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  while (X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(store, certificate);
    X509_free(certificate);
  }
  ERR_clear_error();  // the end of the text
  BIO_free(memory);
}

}  // namespace

std::string real_tls_ca_pem() { return pem_of(*authority().certificate); }

std::shared_ptr<TlsDoor> real_tls_door(TlsServer tls) {
  return std::make_shared<OpenSslDoor>(std::move(tls));
}

std::unique_ptr<TlsSession> RealTlsClients::begin(const TlsClient& tls) {
  if (contexts_.size() >= kContextsMax) contexts_.clear();
  std::shared_ptr<void>& kept = contexts_[tls.ca_pem];
  if (!kept) {
    Context context = new_context(TLS_client_method());
    SSL_CTX_set_alpn_protos(context.get(), kAlpn, kAlpnBytes);
    if (tls.ca_pem.empty()) {
      SSL_CTX_set_default_verify_paths(context.get());
    } else {
      trust(*context, tls.ca_pem);
    }
    kept = context;
  }
  return std::make_unique<OpenSslSession>(std::static_pointer_cast<SSL_CTX>(kept), &tls);
}

}  // namespace world
