// The configuration by which runs are compared: what is in it, and what moves its fingerprint.
#include "harness/scenario/configuration.hpp"

#include <catch2/catch.hpp>

#include "harness/scenario/loader.hpp"
#include "reports/fingerprint.hpp"

using namespace harness;

namespace {

const std::string kScenario = R"yaml(scenario: s
about: Words.
tags: [a, b]
seed: 7
backends: {primary: {ttft: "uniform(50ms, 150ms)"}}
phases: {steady: 20s}
load: {chat: {arrivals: constant(5/s), users: 20, ask: "How?"}}
faults:
  - {id: down, on: backends.primary, at: steady, refuse: {}}
slo: [response.p95 < 30s]
invariants: [terminal_once, no_empty_response]
)yaml";

Configuration configuration(const std::string& text, std::vector<std::string> sets = {}) {
  LoadOptions options;
  options.sets = std::move(sets);
  return parse_scenario(text, "test.yaml", options).configuration;
}

}  // namespace

TEST_CASE("the configuration is what the scenario says, by path", "[configuration]") {
  CHECK(configuration(kScenario) ==
        Configuration{{"scenario", "s"},
                      {"backends.primary.ttft", "uniform(50ms, 150ms)"},
                      {"phases.steady", "20s"},
                      {"load.chat.arrivals", "constant(5/s)"},
                      {"load.chat.users", "20"},
                      {"load.chat.ask", "How?"},
                      {"faults.down.id", "down"},
                      {"faults.down.on", "backends.primary"},
                      {"faults.down.at", "steady"},
                      {"faults.down.refuse", "{}"},
                      {"slo.0", "response.p95 < 30s"},
                      {"invariants.0", "terminal_once"},
                      {"invariants.1", "no_empty_response"}});
}

TEST_CASE("the fingerprint is that of the configuration, however it came about",
          "[configuration]") {
  const auto print = [](const std::string& text, std::vector<std::string> sets = {}) {
    return reports::fingerprint_of(configuration(text, std::move(sets)));
  };
  const auto with = [](const std::string& what, const std::string& other) {
    std::string text = kScenario;
    return text.replace(text.find(what), what.size(), other);
  };
  const std::uint64_t original = print(kScenario);
  // The same run, whatever is said about it and however it is written.
  for (const std::string& same : {with("Words.", "Others."), with("[a, b]", "[c]"),
                                  with("seed: 7", "seed: 8"),
                                  with("{steady: 20s}", "\n  steady: 20s")})
    CHECK(print(same) == original);
  for (const std::string& other : {with("users: 20", "users: 21"), with("at: steady", "at: 1s..2s"),
                                   with(", no_empty_response", ""), with("30s]", "29s]")})
    CHECK(print(other) != original);
  CHECK(print(kScenario, {"load.chat.users=21"}) == print(with("users: 20", "users: 21")));
  CHECK(print(kScenario, {"seed=9"}) == original);
}

TEST_CASE("a fingerprint tells fields apart", "[configuration]") {
  using Map = std::map<std::string, std::string>;
  CHECK(reports::fingerprint_of(Map{{"a", "bc"}}) != reports::fingerprint_of(Map{{"ab", "c"}}));
  CHECK(reports::fingerprint_of(Map{}) != reports::fingerprint_of(Map{{"", ""}}));
  CHECK(reports::fingerprint_of(Map{{"a", "b"}}) == 0x995fed0193b6c388ULL);
}

TEST_CASE("a value beyond the bound is cut, and still told apart", "[configuration]") {
  const auto ask = [](char last) {
    const std::string text(kConfigurationValueMax, 'x');
    return configuration(kScenario, {"load.chat.ask=" + text + last}).at("load.chat.ask");
  };
  CHECK(ask('y').size() < kConfigurationValueMax + 64);
  CHECK(ask('y').find("... (4097 bytes, ") == kConfigurationValueMax);
  CHECK(ask('y') != ask('z'));
}
