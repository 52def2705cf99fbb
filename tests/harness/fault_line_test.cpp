#include "harness/scenario/fault_line.hpp"

#include <catch2/catch.hpp>

#include "fakes/dialect.hpp"
#include "fakes/faults/catalogue.hpp"
#include "harness/scenario/loader.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kBackends = {"openai", "spare"};

fakes::Fault line(const std::string& text, const std::vector<fakes::Fault>& others = {}) {
  return read_fault_line(text, kBackends, others);
}

std::string problem(const std::string& text) {
  try {
    line(text);
    return "";
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
}

using Names = std::set<std::string, std::less<>>;

}  // namespace

TEST_CASE("a line is the fault that a file would say", "[fault_line]") {
  struct Row {
    std::string line, yaml;
  };
  for (const Row& row : {
           Row{"refuse", "id: refuse, on: backends, refuse: {}"},
           Row{"rate_limit at 30s..90s p=50%",
               "id: rate_limit, on: backends, at: 30s..90s, probability: 50%, rate_limit: {}"},
           Row{"rate_limit(2s)", "id: rate_limit, on: backends, rate_limit: 2s"},
           Row{"  status(code=502) on backends.openai at 10s.. attempts=1..2 share=20%_of_users ",
               "id: status, on: backends.openai, at: 10s.., attempts: 1..2, share: 20% of users, "
               "status: 502"},
           Row{"status(502, body=\"<html>, no\", headers={retry-after: 5}) share=20% of users p=1%",
               "id: status, on: backends, share: 20% of users, probability: 1%, status: {code: "
               "502, body: '<html>, no', headers: {retry-after: 5}}"},
           Row{"stall( 3 , for = 5s ) on backends.openai,backends.spare",
               "id: stall, on: [backends.openai, backends.spare], stall: {after_events: 3, for: "
               "5s}"},
           Row{"hang() on=[backends.openai, backends.spare] at={start: 5s, for: 5s} limit=3",
               "id: hang, on: [backends.openai, backends.spare], at: 5s..10s, limit: 3, hang: {}"},
           Row{"hang wave(20s, 5s) markov(up=3s, down=1s) load={above: 5, below: 1} fate=eu",
               "id: hang, on: backends, wave: {period: 20s, on: 5s}, markov: {up: 3s, down: 1s}, "
               "load: {above: 5, below: 1}, fate: eu, hang: {}"},
           Row{"hang wave.on=5s wave.period=20s model=gpt* match.endpoint=/v1/* text=\"a b\"",
               "id: hang, on: backends, wave: {period: 20s, on: 5s}, match: {model: gpt*, "
               "endpoint: /v1/*, text: a b}, hang: {}"},
           Row{"hang at 10s..20s p=0%..80%",
               "id: hang, on: backends, at: 10s..20s, probability: 0%..80%, hang: {}"},
           Row{"hang id=mine at 10s..20s p=[80%, 40%]",
               "id: mine, on: backends, at: 10s..20s, probability: [80%, 40%], hang: {}"},
       }) {
    CAPTURE(row.line);
    const fakes::Fault expected = parse_scenario(
                                      "scenario: s\nbackends: {openai: {}, spare: {}}\n"
                                      "agent: {providers: [openai]}\nphases: {all: 1h}\n"
                                      "load: {c: {arrivals: constant(1/s)}}\nfaults:\n  - {" +
                                          row.yaml + "}\n",
                                      "s.yaml")
                                      .faults.at(0);
    fakes::Fault f;
    REQUIRE_NOTHROW(f = line(row.line));
    CHECK(f.id == expected.id);
    CHECK(f.on == expected.on);
    CHECK(f.from == expected.from);
    CHECK(f.to == expected.to);
    CHECK(f.probability_ppm == expected.probability_ppm);
    CHECK(f.course == expected.course);
    CHECK(f.wave == expected.wave);
    CHECK(f.markov == expected.markov);
    CHECK(f.share == expected.share);
    CHECK(f.match == expected.match);
    CHECK(f.attempts == expected.attempts);
    CHECK(f.fate == expected.fate);
    CHECK(f.load == expected.load);
    CHECK(f.limit == expected.limit);
    CHECK(f.action == expected.action);
  }
}

// A backend for each dialect, so that every fault finds one that it fits.
std::string every_dialect() {
  std::string yaml;
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    const std::string name(dialect->name());
    yaml += "  " + name + ": {dialect: " + name + "}\n";
  }
  return yaml;
}

TEST_CASE("a name of the catalogue stands for its example", "[fault_line]") {
  for (const fakes::CatalogueRow& row : fakes::catalogue()) {
    const std::string name(row.name);
    if (name.starts_with("tls.")) continue;  // needs a backend with tls
    CAPTURE(name);
    const std::string yaml = "scenario: s\nbackends:\n" + every_dialect() +
                             "agent: {providers: [openai-chat]}\nphases: {all: 1h}\n"
                             "load: {c: {arrivals: constant(1/s)}}\nfaults:\n"
                             "  - {id: x, on: backends, at: 5s.., " +
                             std::string(row.example) + "}\n";
    fakes::Fault f;
    const std::string none = yaml.substr(0, yaml.find("faults:"));
    REQUIRE_NOTHROW(f = read_fault_line(name + " at 5s..", parse_scenario(none, "s.yaml")));
    CHECK(f.id == name.substr(name.find('.') + 1));
    CHECK(f.from == world::at(5s));
    CHECK(f.action == parse_scenario(yaml, "s.yaml").faults.at(0).action);
  }
}

TEST_CASE("lines are given ids of their own", "[fault_line]") {
  std::vector<fakes::Fault> others;
  for (const char* expected : {"hang", "hang_2", "hang_3"}) {
    others.push_back(line("hang", others));
    CHECK(others.back().id == expected);
  }
  CHECK_THROWS_WITH(line("reset id=hang", others), "--fault:1:10: two faults have the id `hang`");
}

TEST_CASE("a line of a scenario knows its phases and its end", "[fault_line]") {
  const Scenario scenario = parse_scenario(
      "scenario: s\nbackends: {a: {}}\nphases: {calm: 10s, storm: 20s}\n"
      "load: {c: {arrivals: constant(1/s)}}\nfaults:\n"
      "  - {id: hang, on: backends.a, hang: {}}\n",
      "s.yaml");
  const fakes::Fault f = read_fault_line("hang at storm p=0%..80%", scenario);
  CHECK(f.id == "hang_2");
  CHECK(f.from == world::at(10s));
  CHECK(f.to == world::kNever);
  CHECK(f.course.end == world::at(30s));
  CHECK_THROWS_WITH(read_fault_line("hang at strom", scenario),
                    "--fault:1:9: `fault.at` must be a phase or a window such as `60s..180s`, not "
                    "`strom` (did you mean `storm`?)");
}

TEST_CASE("what is wrong with a line is said with its column", "[fault_line]") {
  struct Row {
    std::string line, expected;
  };
  for (const Row& row : {
           Row{"",
               "1: a fault begins with its kind, as `status(code=502)`, and `` is none; `shakedown "
               "list faults` shows all"},
           Row{"  ratelimit",
               "3: a fault begins with its kind, as `status(code=502)`, and `ratelimit` is none "
               "(did you mean `rate_limit`?); `shakedown list faults` shows all"},
           Row{"sse.no_terminl",
               "1: a fault begins with its kind, as `status(code=502)`, and `sse.no_terminl` is "
               "none (did you mean `sse.no_terminal`?); `shakedown list faults` shows all"},
           Row{"tcp.latency(2s)",
               "12: `tcp.latency` has its parameters; to give others, write `network(...)`"},
           Row{"hang=5s", "5: parameters stand in parentheses, as `hang(...)`"},
           Row{"hang(for=5s", "5: this parenthesis is not closed"},
           Row{"hang(5s)p=1%", "9: a blank must stand behind the parenthesis"},
           Row{"hang(5s, headers, 6s)", "19: `hang` has one argument too many: `6s`"},
           Row{"hang(for=5)",
               "10: `fault.hang.for` must be a duration such as `30s`, not `5` (did you mean "
               "`5s`?)"},
           Row{"hang(fro=5s)", "6: unknown key `fro` in `fault.hang` (did you mean `for`?)"},
           Row{"status(code=200)", "13: `fault.status.code` must be from 400 to 599, not `200`"},
           Row{"hang meanwhile",
               "6: behind the kind of a fault stand `at 30s..90s`, `on backends.primary` and "
               "conditions such as `p=5%`; `meanwhile` is none of them"},
           Row{"hang at", "8: `at` needs a value"},
           Row{"hang p=", "8: `probability` needs a value"},
           Row{"hang at 5..9s",
               "9: `fault.at` has an end that must be a duration such as `30s`, not `5` (did you "
               "mean `5s`?)"},
           Row{"hang on openai",
               "9: `fault.on` names `openai`, which is not a backend of this scenario (did you "
               "mean `backends.openai`?)"},
           Row{"hang on backends.openai,backends.spar",
               "25: `fault.on` names `backends.spar`, which is not a backend of this scenario (did "
               "you mean `backends.spare`?)"},
           Row{"hang p=5% p=6%", "11: `probability` is given twice"},
           Row{"hang wave=x wave.on=3s", "13: `wave` is given twice"},
           Row{"hang probabilty=5%",
               "6: unknown key `probabilty` in `fault` (did you mean `probability`?)"},
           Row{"hang p=0%..80% at 5s..",
               "8: `fault.probability` changes over the window, which has no end: give it one, as "
               "`at: 30s..90s`"},
           Row{"hang wave={period: 20s, on: 30s}",
               "29: `fault.wave.on` must be at most the period, 20s, not `30s`"},
           Row{"hang share(20%)", "11: `share` takes no parentheses"},
           Row{"refuse share=20% of users",
               "14: `fault.share` cannot be told of connections, which are made before a request "
               "says who asks: give a `probability`, or another action such as `reset`"},
           Row{std::string(5'000, 'x'), "1: the line has 5000 bytes; at most 4096 are read"},
       }) {
    CAPTURE(row.line);
    CHECK(problem(row.line) == "--fault:1:" + row.expected);
  }
  CHECK(problem("hang wave={period: 20s").find("--fault:1:") == 0);
  // All that is wrong is said at once.
  CHECK(problem("status(code=200) p=0.5 limit=0") ==
        "--fault:1:13: `fault.status.code` must be from 400 to 599, not `200`\n"
        "--fault:1:20: `fault.probability` must be a percentage such as `5%`, not `0.5` (did you "
        "mean `50%`?)\n"
        "--fault:1:30: `fault.limit` must be from 1 to 1000000000, not `0`");
}
