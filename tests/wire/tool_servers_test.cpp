// The rows of the catalogue on a tool server: what only models do is refused there, and all else is
// taken. And the other way: no row of tools is taken by a model's dialect.
#include <catch2/catch.hpp>
#include <set>

#include "fakes/dialect.hpp"
#include "fakes/faults/catalogue.hpp"
#include "harness/scenario/loader.hpp"

namespace {

bool is_refused(std::string_view example, std::string_view dialect) {
  const std::string text = "scenario: wire\nbackends: {primary: {dialect: " + std::string(dialect) +
                           "}}\nphases: {all: 60s}\n"
                           "load: {chat: {users: 1, arrivals: constant(1/s)}}\nfaults:\n"
                           "  - {id: f, on: backends.primary, " +
                           std::string(example) + "}\n";
  try {
    harness::parse_scenario(text, "wire.yaml");
    return false;
  } catch (const harness::ScenarioErrors&) {
    return true;
  }
}

}  // namespace

TEST_CASE("a tool server takes no fault of models, and all others", "[wire][tools]") {
  const std::set<std::string_view> of_models = {"usage",  "finish", "content", "tool_call",
                                                "answer", "stuck_in_queue"};
  const std::set<std::string_view> of_others = {"provider.tool_use_failed", "provider.ramp_limit"};
  for (const auto& layer : {fakes::kHttpCatalogue, fakes::kSseCatalogue, fakes::kJsonCatalogue,
                            fakes::kProviderCatalogue, fakes::kToolCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      const std::string_view kind = row.example.substr(0, row.example.find(':'));
      CAPTURE(row.name);
      CHECK(is_refused(row.example, "mcp") == (of_models.contains(kind) ||
                                               of_others.contains(row.name)));
    }
  }
}

TEST_CASE("no model's dialect takes a fault of tools", "[wire][tools]") {
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    for (const fakes::CatalogueRow& row : fakes::kToolCatalogue) {
      CAPTURE(row.name, dialect->name());
      CHECK(is_refused(row.example, dialect->name()) == (dialect->name() != "mcp"));
    }
  }
}
