// The rows of the catalogue on a tool server: what is refused there, and that all else strikes. And
// the other way: no row of tools is taken by a model's dialect.
#include <catch2/catch.hpp>
#include <set>

#include "fakes/dialect.hpp"
#include "fakes/faults/catalogue.hpp"
#include "harness/scenario/loader.hpp"
#include "tests/fakes/fake_world.hpp"

namespace {

using namespace support;

std::vector<fakes::Fault> faults_of(std::string_view example, std::string_view dialect) {
  std::string text = "scenario: wire\nbackends: {primary: {dialect: " + std::string(dialect) +
                     "}}\nphases: {all: 60s}\n"
                     "load: {chat: {users: 1, arrivals: constant(1/s)}}\nfaults:\n"
                     "  - {id: f, on: backends.primary, " + std::string(example) + "}\n";
  return harness::parse_scenario(text, "wire.yaml").faults;
}

bool is_refused(std::string_view example, std::string_view dialect) {
  try {
    faults_of(example, dialect);
    return false;
  } catch (const harness::ScenarioErrors&) {
    return true;
  }
}

std::string rpc(const std::string& method, const std::string& params) {
  std::string request = post("/mcp", R"({"jsonrpc":"2.0","id":7,"method":")" + method +
                                         R"(","params":)" + params + "}");
  return request.insert(request.find("\r\n") + 2, "connection: close\r\n");
}

std::string call(const std::string& tool, const std::string& meta) {
  return rpc("tools/call", R"({"name":")" + tool + R"(","arguments":{"text":"one two"})" + meta +
                               "}");
}

// How often it fired on calls of every tool, with progress and without, and on a list of them.
std::uint64_t fired(const std::vector<fakes::Fault>& faults) {
  fakes::Backend backend = steady_backend();
  backend.dialect = "mcp";
  std::vector<std::string> requests = {rpc("tools/list", "{}")};
  for (const fakes::Tool& tool : fakes::default_tools()) {
    requests.push_back(call(tool.name, ""));
    requests.push_back(call(tool.name, R"(,"_meta":{"progressToken":1})"));
  }
  std::uint64_t count = 0;
  for (const std::string& request : requests) {
    FakeWorld<InSim> fake(faults, backend);
    fake.talk(request, std::chrono::seconds(20));
    count += fake.server.faults().fired(0);
  }
  return count;
}

}  // namespace

TEST_CASE("every row strikes a tool server, or is refused there", "[wire][tools]") {
  // Those that need a further request, or a client that leaves.
  const std::set<std::string_view> needs_more = {"sse.after_cancel", "provider.cold"};
  std::set<std::string_view> refused;
  for (const auto& layer : {fakes::kSseCatalogue, fakes::kJsonCatalogue,
                            fakes::kProviderCatalogue, fakes::kToolCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      CAPTURE(row.name);
      if (is_refused(row.example, "mcp")) {
        refused.insert(row.name);
      } else if (!needs_more.contains(row.name)) {
        CHECK(fired(faults_of(row.example, "mcp")) > 0);
      }
    }
  }
  CHECK(refused.contains("provider.tool_loop"));
  CHECK(refused.contains("provider.usage_zero"));
  CHECK_FALSE(refused.contains("tool.timeout"));
}

TEST_CASE("no model's dialect takes a fault of tools", "[wire][tools]") {
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    for (const fakes::CatalogueRow& row : fakes::kToolCatalogue) {
      CAPTURE(row.name, dialect->name());
      CHECK(is_refused(row.example, dialect->name()) == (dialect->name() != "mcp"));
    }
  }
}
