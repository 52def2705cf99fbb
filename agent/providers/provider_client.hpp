// ProviderClient: one call to a provider. One deadline covers the call from its first byte to the
// last of the body, however the body comes. It never retries: provider_chain.hpp does. One clock;
// must outlive the calls.
#pragma once

#include <optional>
#include <string>

#include "world/deadline.hpp"
#include "world/http_client.hpp"

namespace agent {

struct Provider {
  std::string name;
  world::Endpoint endpoint;
  std::string model;  // asked for; empty: the user's own choice
  std::optional<world::TlsClient> tls = {};  // https, and who is trusted
  std::string api_key = {};                  // sent as a bearer token; never told to anybody else
};

// A response whose head has come. Dropping it before the end of its body cancels the call.
struct Call {
  world::HttpExchange exchange;
  world::Instant deadline;
};

class ProviderClient {
 public:
  ProviderClient(world::Clock& clock, world::Network& network, const Provider& provider,
                 world::HttpClientOptions options, std::string_view path = "/v1/chat/completions");

  // Sends the prompt and waits for the head of the response. Fails with timed_out at the deadline,
  // and otherwise as the network does. The provider is told how long until `told` it has, in
  // X-Request-Timeout-Ms.
  world::Task<world::Result<Call>> ask(std::string prompt, world::Instant deadline,
                                       world::Instant told = world::kNever);

  // The rest of the body, and its next bytes (empty at the end; valid until the next call).
  world::Task<world::Result<std::string>> read_all(Call& call);
  world::Task<world::Result<std::string_view>> read_some(Call& call);

  const Provider& provider() const { return provider_; }

 private:
  world::Clock& clock_;
  Provider provider_;
  world::HttpClient http_;
  std::string head_;  // of every request, up to the body's length
};

}  // namespace agent
