// All dialects on one port: which backend answers which path, by whose client, and what a prefix is
// for.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct OnePort {
  InSim world;
  fakes::Server server;

  explicit OnePort(const std::map<std::string, std::string>& dialects)
      : server(world.clock, world.network, config_of(dialects)) {
    REQUIRE(server.open().has_value());
  }

  static fakes::ServerConfig config_of(const std::map<std::string, std::string>& dialects) {
    fakes::ServerConfig config;
    config.one_port = true;
    config.listen = {"fakes", 9000};
    for (const auto& [name, dialect] : dialects) config.backends[name].dialect = dialect;
    return config;
  }

  std::string reached(std::string method, std::string target, const Headers& headers = {}) {
    world::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return server.reached_at(server.backends().begin()->first, request).name();
  }

  Body talk(std::string request) {
    Talk talk;
    auto asking = ask(*this, std::move(request), talk);
    world.clock.run(serve_during(world.clock, server.serve(), std::move(asking)));
    return body_of(talk.bytes);
  }

  static world::Task<void> ask(OnePort& port, std::string request, Talk& talk) {
    const world::Endpoint at = port.server.endpoints().begin()->second;
    talk = co_await support::talk(port.world.clock, port.world.network, at, std::move(request),
                                  60s, "}\n");
  }
};

const std::map<std::string, std::string> kAll = {
    {"openai", "openai-chat"}, {"openai-responses", "openai-responses"},
    {"anthropic", "anthropic"}, {"cohere", "cohere"}, {"mistral", "mistral"},
    {"groq", "groq"}, {"cerebras", "cerebras"}, {"mcp", "mcp"}};

}  // namespace

TEST_CASE("one port: each path has its backend", "[one-port]") {
  OnePort all(kAll);
  struct Row {
    const char* method;
    const char* target;
    const char* backend;
    Headers headers = {};
  };
  const Headers anthropic = {{"Anthropic-Version", "2023-06-01"}};
  const Headers cohere = {{"X-Fern-SDK-Name", "cohere-ai"}};
  const std::vector<Row> rows = {
      {"POST", "/v1/chat/completions", "openai"},
      {"POST", "/v1/responses", "openai-responses"},
      {"POST", "/v1/messages", "anthropic"},
      {"POST", "/v2/chat", "cohere"},
      {"POST", "/openai/v1/chat/completions", "groq"},  // though a backend has the name openai
      {"GET", "/openai/v1/models", "groq"},
      {"POST", "/mcp", "mcp"},
      {"GET", "/v1/tcp_warming", "cerebras"},
      {"GET", "/v1/models", "openai"},
      {"GET", "/v1/models?limit=20", "anthropic", anthropic},
      {"GET", "/v1/models/claude", "anthropic", anthropic},
      {"GET", "/v1/models", "cohere", cohere},
      {"GET", "/v1/models", "cohere", {{"x-client-name", "mine"}}},
      {"GET", "/v1/models", "openai", {{"x-fern-sdk-name", "another"}}},
      {"POST", "/v1/chat/completions", "openai", anthropic},  // not a path of Anthropic's
      {"POST", "/mistral/v1/chat/completions", "mistral"},
      {"POST", "/cerebras/v1/chat/completions", "cerebras"},
      {"GET", "/cohere/v1/models", "cohere"},
      {"POST", "/groq/openai/v1/chat/completions", "groq"},
      {"GET", "/openai/v1/unknown", "openai"},
      {"GET", "/unknown", "openai"},
      {"GET", "/mistralv1/models", "openai"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method, row.target);
    CHECK(all.reached(row.method, row.target, row.headers) == row.backend);
  }
}

TEST_CASE("one port: without another who knows the path, a name in front is a prefix",
          "[one-port]") {
  OnePort two({{"openai", "openai-chat"}, {"azure", "openai-chat"}});
  CHECK(two.reached("POST", "/v1/chat/completions") == "azure");
  CHECK(two.reached("POST", "/openai/v1/chat/completions") == "openai");
}

TEST_CASE("one port: a prefix is none of the backend's business", "[one-port]") {
  OnePort all(kAll);
  const std::string at = "GET /openai/v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  const Body body = all.talk(at);
  CHECK(body.status == 404);
  CHECK(body.text.find("URL: GET /v1/nothing") != std::string::npos);
}

TEST_CASE("with own ports a port has one backend", "[one-port]") {
  fakes::ServerConfig config = OnePort::config_of(kAll);
  config.one_port = false;
  config.listen = {"", 9000};
  InSim world;
  fakes::Server server(world.clock, world.network, config);
  REQUIRE(server.open().has_value());
  world::HttpRequest request;
  for (const auto& [name, dialect] : kAll) CHECK(server.reached_at(name, request).name() == name);
}
