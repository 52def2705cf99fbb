// Recorder: a proxy in front of a provider, or of another fake, that notes every exchange with its
// times. Answers go on to the client as they come. What the client sends to prove who it is goes to
// the provider and is never noted, not even where an answer repeats it. One clock; the references
// must outlive serve().
#pragma once

#include <functional>
#include <optional>

#include "fakes/recording.hpp"
#include "world/http_client.hpp"
#include "world/http_server.hpp"

namespace fakes {

struct Upstream {
  world::Endpoint endpoint;
  std::string prefix;  // of every path there: "" or "/api"
  std::optional<world::TlsClient> tls;  // https
};

class Recorder {
 public:
  // Called with a line, line break and all, when its exchange has ended. False: it is not kept.
  using Sink = std::function<bool(std::string line)>;

  Recorder(world::Clock& clock, world::Network& network, Upstream upstream, Sink sink);
  Recorder(const Recorder&) = delete;

  // Serves until cancelled; exchanges that have not ended then are not noted.
  world::Task<void> serve(world::Listener& listener);

  std::uint64_t recorded() const { return recorded_; }
  std::uint64_t not_recorded() const { return not_recorded_; }

  static constexpr std::size_t kRequestBytesMax = 64 << 20;
  static constexpr std::size_t kConnectionsMax = 1'000;
  static constexpr std::size_t kSecretBytesMin = 6;  // shorter ones are everywhere in a text

 private:
  // One exchange under way.
  struct Passing {
    Passing(world::HttpServerConnection& c, world::Instant at) : client(c), begun(at) {}
    world::HttpServerConnection& client;
    world::Instant begun;
    RecordedExchange noted;
    std::vector<std::string> secrets;
    std::size_t body_bytes = 0;  // noted so far
    bool worth_noting = true;
  };

  world::Task<void> pass(world::HttpServerConnection& client, world::HttpRequest request);
  world::Task<void> pass_answer(Passing& passing, world::HttpExchange& answer);
  world::Task<bool> pass_body(Passing& passing, world::HttpExchange& answer, bool chunked);
  world::Task<world::Result<world::HttpExchange>> ask(world::HttpRequest request);
  void note_chunk(Passing& passing, std::string_view bytes) const;
  void note(Passing& passing);

  world::Clock& clock_;
  Upstream upstream_;
  Sink sink_;
  world::HttpClient client_;
  std::uint64_t recorded_ = 0;
  std::uint64_t not_recorded_ = 0;
};

}  // namespace fakes
