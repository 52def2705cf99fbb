// docs/faults.md is written from the catalogue of faults, so that it is never behind it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "fakes/faults/catalogue.hpp"
#include "harness/scenario/fault_keys.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/schema.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using json = nlohmann::json;

namespace {

const std::string kPage = source_dir() + "/docs/faults.md";

const std::string kOpening =
    "# Faults\n"
    "Written by a test from the tables of the program (`fakes/faults/catalogue.hpp`, "
    "`fakes/faults/table.hpp`); after a change, `UPDATE_GOLDEN=1 build/release/tests/test_harness "
    "\"[catalogue]\"` writes it anew. The catalogue has a row for everything that can be broken, "
    "with an example; the kinds at the end are what the examples are made of, with all their "
    "parameters.\n"
    "\n"
    "In a scenario, the example is the action of a fault: `- {id: mine, on: backends.primary, at: "
    "60s..90s, probability: 20%, hang: {}}`. In one line, as for `shakedown fake --fault`, the "
    "name will do (`http.hang at 60s..90s p=20%`), or the kind with parameters of your own "
    "(`hang(after=headers) at 60s..90s`). Conditions: [scenario-format.md]"
    "(scenario-format.md#faults).\n"
    "\n"
    "`F12` and the like are failures seen in the field, as `shakedown list faults --json` has "
    "them under `known`.\n";

std::string in_a_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

const fakes::FaultKind& kind_named(std::string_view name) {
  for (const fakes::FaultKind& kind : fakes::kFaultKinds) {
    if (kind.name == name) return kind;
  }
  FAIL("no kind " << name);
  throw std::logic_error("unreachable");
}

std::string limits_of(const fakes::FaultKind& kind) {
  std::string text;
  if (!kind.in_live) text += "; in simulation only";
  if (!kind.in_sim) text += "; live only";
  if (!kind.on_plain) text += "; streams only";
  if (!kind.on_streamed) text += "; plain answers only";
  return text;
}

std::string row_text(const fakes::CatalogueRow& row) {
  const std::string example(row.example);
  const fakes::FaultKind& kind = kind_named(example.substr(0, example.find(':')));
  std::string doc(row.doc);
  const std::string limits = limits_of(kind);
  if (!limits.empty()) doc += " (" + limits.substr(2) + ")";
  return "| `" + std::string(row.name) + "` | " + in_a_cell(doc) + " | `" + in_a_cell(example) +
         "` | " + std::string(row.known) + " |\n";
}

// An action is its parameters or, as the first of several ways, a map of them.
json parameters_of(const json& action) {
  const json& map = action.contains("anyOf") ? action.at("anyOf").at(0) : action;
  return map.value("properties", json::object());
}

std::string heading_text(std::string_view name, const std::string& doc) {
  return "\n### " + std::string(name) + "\n" + doc + "\n";
}

std::string parameters_text(const KindForm& form, const json& action) {
  std::string text;
  if (form.fields.empty()) return text;
  text += "\n| parameter | default | what |\n|---|---|---|\n";
  const json parameters = parameters_of(action);
  for (const std::string& field : form.fields) {
    const json& parameter = parameters.at(field);
    std::string initial;
    if (parameter.contains("default")) {
      const json& value = parameter.at("default");
      initial = "`" + (value.is_string() ? value.get<std::string>() : value.dump()) + "`";
      if (initial == "``") initial.clear();
    }
    text += "| `" + field + "` | " + initial + " | " +
            in_a_cell(parameter.value("description", std::string())) + " |\n";
  }
  return text;
}

std::string kind_text(const fakes::FaultKind& kind, const KindForm& form, const json& action) {
  return heading_text(kind.name, std::string(kind.doc) + " Layer " +
                                     std::string(to_text(kind.layer)) + limits_of(kind) + ".") +
         parameters_text(form, action);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// Of the scenarios that are there, by name.
std::string outages_text() {
  std::string text =
      "\n## Outages\nShapes of outages that happened, each a scenario that is ready to run: "
      "`shakedown run scenarios/outages/`, or one of them with `--target` against an agent of your "
      "own.\n\n| scenario | what happens |\n|---|---|\n";
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(source_dir() + "/scenarios/outages")) {
    files.insert(entry.path().filename().string());
  }
  for (const std::string& file : files) {
    const Scenario scenario = load_scenario(source_dir() + "/scenarios/outages/" + file);
    text += "| [" + scenario.name + "](../scenarios/outages/" + file + ") | " +
            in_a_cell(one_line(scenario.about)) + " |\n";
  }
  text += "\nWhat breaks together has one `fate`, and `markov` bad times, which then coincide "
          "whatever each fault does:\n```yaml\nfaults:\n"
          "  - {id: fails, on: backends.large, at: brown_out, fate: eu-1, markov: {up: 60s, down: "
          "20s}, status: 503}\n"
          "  - {id: slow, on: backends.other, at: brown_out, fate: eu-1, markov: {up: 60s, down: "
          "20s}, slow: {factor: 20}}\n```\n";
  return text;
}

std::string page() {
  std::string text = kOpening;
  const std::vector<fakes::CatalogueRow> rows = fakes::catalogue();
  for (const fakes::CatalogueLayer& layer : fakes::kCatalogueLayers) {
    const std::string name(layer.name);
    text += "\n## " + name + "\n" + std::string(layer.doc) + "\n";
    text += "\n| name | what happens | in a scenario | known as |\n|---|---|---|---|\n";
    for (const fakes::CatalogueRow& row : rows) {
      if (row.name.starts_with(name + ".")) text += row_text(row);
    }
  }
  text += "\n## agent\nThe bundled agent itself, with `on: agent` and an instant, a phase or a "
          "window under `at`; no other conditions.\n"
          "\n| name | what happens | in a scenario |\n|---|---|---|\n";
  for (const AgentFaultKind& kind : kAgentFaultKinds) {
    text += "| `agent." + std::string(kind.name) + "` | " + std::string(kind.doc) +
            (kind.in_sim ? "" : " (live only)") + " | `" + std::string(kind.example) + "` |\n";
  }
  text += outages_text();
  text += "\n## Kinds and their parameters\nA bare value is the first parameter: `hang: 5s` is "
          "`hang: {for: 5s}`.\n";
  const json schema = scenario_schema();
  const json& actions = schema.at("properties").at("faults").at("items").at("properties");
  const std::vector<KindForm> forms = fault_action_forms();
  for (std::size_t i = 0; i < fakes::kFaultKinds.size(); ++i) {
    const fakes::FaultKind& kind = fakes::kFaultKinds[i];
    text += kind_text(kind, forms.at(i), actions.at(std::string(kind.name)));
  }
  const std::vector<KindForm> agent_forms = agent_fault_forms();
  for (std::size_t i = 0; i < kAgentFaultKinds.size(); ++i) {
    const AgentFaultKind& kind = kAgentFaultKinds[i];
    text += heading_text(kind.name, std::string(kind.doc) + " On the agent" +
                                        (kind.in_sim ? "" : "; live only") + ".") +
            parameters_text(agent_forms.at(i), actions.at(std::string(kind.name)));
  }
  return text;
}

}  // namespace

TEST_CASE("the page of faults is that of the catalogue", "[catalogue]") {
  const std::string expected = page();
  if (std::getenv("UPDATE_GOLDEN")) std::ofstream(kPage) << expected;
  std::ifstream file(kPage);
  std::ostringstream found;
  found << file.rdbuf();
  CHECK(found.str() == expected);
}

TEST_CASE("every row of the catalogue belongs to a layer", "[catalogue]") {
  for (const fakes::CatalogueRow& row : fakes::catalogue()) {
    CAPTURE(std::string(row.name));
    std::size_t layers = 0;
    for (const fakes::CatalogueLayer& layer : fakes::kCatalogueLayers) {
      if (row.name.starts_with(std::string(layer.name) + ".")) ++layers;
    }
    CHECK(layers == 1);
  }
}
