// The base URLs that `shakedown fake` prints: under each of them a client reaches its own backend.
#include <catch2/catch.hpp>

#include "harness/commands/fake_setup.hpp"
#include "tests/support/worlds.hpp"

using namespace support;

namespace {

std::vector<std::string> lines_of(const fakes::ServerConfig& config) {
  InSim world;
  fakes::Server server(world.clock, world.network, config);
  REQUIRE(server.open().has_value());
  return harness::base_url_lines(server);
}

fakes::ServerConfig with(const std::map<std::string, std::string>& dialects) {
  fakes::ServerConfig config;
  config.one_port = true;
  config.listen = {"fakes", 9000};
  for (const auto& [name, dialect] : dialects) config.backends[name].dialect = dialect;
  return config;
}

}  // namespace

TEST_CASE("fake: a prefix stands in a base URL where it is needed", "[fake]") {
  harness::FakeOptions options;
  options.listen = "fakes:9000";
  CHECK(lines_of(harness::fake_setup(options)) ==
        std::vector<std::string>{"openai: OPENAI_BASE_URL=http://fakes:9000/v1",
                                 "openai-responses: OPENAI_BASE_URL=http://fakes:9000/v1",
                                 "anthropic: ANTHROPIC_BASE_URL=http://fakes:9000",
                                 "cohere: CO_API_URL=http://fakes:9000",
                                 "mistral: http://fakes:9000/mistral",
                                 "groq: GROQ_BASE_URL=http://fakes:9000",
                                 "cerebras: CEREBRAS_BASE_URL=http://fakes:9000/cerebras",
                                 "mcp: http://fakes:9000/mcp"});
}

TEST_CASE("fake: of two of a kind the second has its name in front", "[fake]") {
  CHECK(lines_of(with({{"a", "anthropic"}, {"b", "anthropic"}})) ==
        std::vector<std::string>{"a: ANTHROPIC_BASE_URL=http://fakes:9000",
                                 "b: ANTHROPIC_BASE_URL=http://fakes:9000/b"});
  // The list of models is Cohere's, which has the path first.
  CHECK(lines_of(with({{"c", "cohere"}, {"m", "mistral"}})) ==
        std::vector<std::string>{"c: CO_API_URL=http://fakes:9000", "m: http://fakes:9000/m"});
  CHECK(lines_of(with({{"m", "mistral"}})) == std::vector<std::string>{"m: http://fakes:9000"});
}

TEST_CASE("fake: a name that makes another's path out of a prefix is refused", "[fake]") {
  CHECK_THROWS_WITH(
      lines_of(with({{"azure", "openai-chat"}, {"openai", "openai-chat"}, {"groq", "groq"}})),
      Catch::Contains("give backends.openai another name"));
}
