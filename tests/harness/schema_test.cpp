#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "harness/scenario/loader.hpp"
#include "harness/scenario/schema.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/yaml_document.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using json = nlohmann::json;

namespace {

const std::string kScenarios = source_dir() + "/scenarios";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// As an editor sees the file: the core schema of YAML, in which 5 is a number and "5" is text.
json as_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return nullptr;
    case YamlNode::Kind::list: {
      json list = json::array();
      for (const YamlNode& item : node.items) list.push_back(as_json(item));
      return list;
    }
    case YamlNode::Kind::map: {
      json map = json::object();
      for (const YamlEntry& entry : node.entries) map[entry.key] = as_json(entry.value);
      return map;
    }
    case YamlNode::Kind::scalar: break;
  }
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  const json number = json::parse(node.text, nullptr, false);
  return number.is_number() ? number : json(node.text);
}

bool is_valid(const std::string& yaml) {
  static const json document = scenario_schema();
  static const valijson::Schema* const schema = [] {
    static valijson::Schema made;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), made);
    return &made;
  }();
  const json value = as_json(parse_yaml(yaml, "x.yaml"));
  valijson::Validator validator;
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
}

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace

TEST_CASE("the published schema is the generated one", "[schema]") {
  const std::string path = kScenarios + "/scenario.schema.json";
  const std::string generated = scenario_schema().dump(2) + "\n";
  if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << generated;
  CHECK(contents(path) == generated);
}

TEST_CASE("every shipped scenario loads and satisfies the schema", "[schema]") {
  const auto files = scenario_files();
  REQUIRE(files.size() >= 5);
  for (const std::string& file : files) {
    CAPTURE(file);
    CHECK(is_valid(contents(file)));
    Scenario scenario;
    REQUIRE_NOTHROW(scenario = load_scenario(file));
    CHECK(scenario.name == std::filesystem::path(file).stem());
    CHECK_FALSE(scenario.about.empty());
    CHECK_FALSE(scenario.slos.empty());
    CHECK_FALSE(scenario.invariants.empty());
  }
}

TEST_CASE("the schema refuses what the loader refuses", "[schema]") {
  struct Row {
    const char* what;
    const char* replace;
    const char* with;
    bool valid;
  };
  const std::string good =
      "scenario: s\n"
      "seed: 0x9f3a\n"
      "backends: {primary: {ttft: 'lognormal(p50=350ms, p99=2s)', inter_token: 20ms}}\n"
      "phases: {a: 60s, b: {from: 60s, to: 90s}}\n"
      "load: {chat: {users: 20, arrivals: poisson(5/s)}}\n"
      "faults: [{id: down, on: backends.primary, at: a, status: 503}]\n"
      "slo: [response.p95 < 30s]\n"
      "invariants: [terminal_once, {bounded_retries: 1.3}]\n";
  const Row rows[] = {
      {"nothing changed", "seed: 0x9f3a", "seed: 0x9f3a", true},
      {"a number as seed", "seed: 0x9f3a", "seed: 7", true},
      {"ramp", "poisson(5/s)", "{ramp: [{to: 10/s, over: 60s}], from: 1/s}", true},
      {"trace", "poisson(5/s)", "{trace: x.csv, format: azure-llm}", true},
      {"sessions", "users: 20", "sessions: {turns_per_session: 4}", true},
      {"gives up", "users: 20", "gives_up: {after: exp(10s), share: 30%}", true},
      {"gives up without a time", "users: 20", "gives_up: {share: 30%}", false},
      {"zipf", "users: 20", "users: 'zipf(users=100, s=1.1)'", true},
      {"a fault's fields", "status: 503", "cut: {after_events: 3, end: rst}", true},
      {"no fields", "status: 503", "refuse: {}", true},
      {"a bare action", "status: 503", "hang:", true},
      {"agent", "seed: 0x9f3a",
       "agent: {retry_waits: [5s, 15s], user_rate: 30/min, body_bytes_max: 4MiB}", true},
      {"unknown key", "seed:", "sed:", false},
      {"unknown key of a backend", "inter_token:", "inter_tokens:", false},
      {"wrong unit", "20ms", "20", false},
      {"wrong distribution", "lognormal(p50=350ms, p99=2s)", "normal(1s, 2s)", false},
      {"wrong phase", "a: 60s", "a: 60", false},
      {"no arrivals", "arrivals: poisson(5/s)", "ask: x", false},
      {"wrong arrivals", "poisson(5/s)", "poison(5/s)", false},
      {"no action", ", status: 503", "", false},
      {"two actions", "status: 503", "status: 503, refuse: {}", false},
      {"status out of range", "status: 503", "status: 200", false},
      {"wrong target", "backends.primary", "primary", false},
      {"several targets", "on: backends.primary", "on: [backends.primary]", true},
      {"all targets", "on: backends.primary", "on: backends", true},
      {"no target", "on: backends.primary", "on: []", false},
      {"open window", "at: a", "at: 5s..", true},
      {"ramp of a fault", "at: a", "probability: 0%..80%", true},
      {"steps", "at: a", "probability: [80%, 40%]", true},
      {"wrong step", "at: a", "probability: [80%, 40]", false},
      {"wave", "at: a", "wave: {period: 20s, on: 5s}", true},
      {"half a wave", "at: a", "wave: {period: 20s}", false},
      {"markov", "at: a", "markov: {up: 20s, down: 5s}", true},
      {"share", "at: a", "share: 20% of users", true},
      {"share of nobody", "at: a", "share: 20% of people", false},
      {"load", "at: a", "load: {above: 20, below: 5}", true},
      {"fate and limit", "at: a", "fate: region-1, limit: 3", true},
      {"no limit", "at: a", "limit: 0", false},
      {"match", "at: a", "match: {model: gpt*, endpoint: /v1/*, key: sk-a}", true},
      {"wrong end", "status: 503", "cut: {end: reset}", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    std::string text = good;
    text.replace(text.find(row.replace), std::string(row.replace).size(), row.with);
    CHECK(is_valid(text) == row.valid);
    bool loads = true;
    try {
      parse_scenario(text, kScenarios + "/x.yaml");
    } catch (const ScenarioErrors& errors) {
      // The trace of the example is not there; that is not the schema's to know.
      loads = std::string(errors.what()).find("cannot be opened") != std::string::npos;
    }
    CHECK(loads == row.valid);
  }
}

TEST_CASE("the schema describes every section", "[schema]") {
  const json schema = scenario_schema();
  for (const Section& section : kSectionTable) {
    CAPTURE(std::string(section.key));
    const json& property = schema.at("properties").at(std::string(section.key));
    CHECK(property.size() >= 2);  // more than its description
  }
}
