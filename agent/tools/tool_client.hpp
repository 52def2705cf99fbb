// ToolClient: the tools of backends that speak the Model Context Protocol (JSON-RPC 2.0 by POST
// /mcp). It knows what they offer, and calls one for the model. A call has effects, so it is made
// once: when the reply is lost, the model is told that nobody knows the outcome. One clock; must
// outlive its calls.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/books.hpp"
#include "agent/providers/completion.hpp"
#include "agent/config.hpp"
#include "agent/providers/provider_client.hpp"
#include "agent/tools/tool_call.hpp"

namespace agent {

class ToolClient {
 public:
  struct Parts {
    world::Clock& clock;
    world::Network& network;
    const Config& config;
    const Books& books;
  };
  // Throws std::invalid_argument when the config names a backend that is not given.
  ToolClient(Parts parts, const std::vector<Provider>& providers);

  bool on() const { return !servers_.empty(); }

  // The tools on offer as a JSON list in the form of chat completions; empty: none. Servers that do
  // not answer now are asked again the next time.
  world::Task<std::string> offered();

  // A name that no server's tool may have: one of our own has it. To be said before offered().
  void reserve(std::string_view name) { reserved_ = name; }

  bool knows(const std::string& tool) const { return server_of(tool) != nullptr; }

  // Makes the call. The answer's text is not longer than kResultBytesMax. `call` outlives it.
  world::Task<ToolAnswer> run(const ToolCall& call);
  // The same for one whom nobody follows: the text for the model.
  world::Task<std::string> call(std::string request, ToolRequest wanted);

  static constexpr std::size_t kResultBytesMax = 64 << 10;
  static constexpr std::size_t kToolsMax = 256;  // of one server

 private:
  struct Server {
    explicit Server(Parts& parts, const Provider& provider);
    ProviderClient client;
    bool known = false;
    std::vector<std::string> names;
    std::string tools;  // in the form of chat completions, joined by commas
  };
  struct Reply {
    std::string body;
    enum class End : std::uint8_t { came, not_sent, refused, unknown } end = End::unknown;
    Outcome heard;
  };

  world::Task<bool> learn(Server& server);
  world::Task<Reply> post(Server& server, std::string method, std::string params);
  Server* server_of(const std::string& tool) const;

  Parts parts_;
  std::string reserved_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::int64_t calls_ = 0;
};

}  // namespace agent
