// Faults that could never fire are refused before a run, with their place: in the wrong mode, on a
// backend that has not what they spoil, or on answers in a form that nobody asks for.
#include "harness/scenario/never_asked.hpp"

#include <catch2/catch.hpp>

#include "harness/run/suite_parts.hpp"
#include "harness/scenario/loader.hpp"

using namespace harness;

namespace {

struct Row {
  std::string fault;      // its keys but the id
  std::string load;       // further keys of the one class
  std::string says = {};  // empty: nothing is wrong
};

std::string text_of(const Row& row) {
  return "scenario: s\n"
         "backends: {primary: {}, files: {dialect: mcp}, claude: {dialect: anthropic}}\n"
         "phases: {all: 60s}\n"
         "load: {chat: {arrivals: constant(1/s), users: 5, sessions: one per request" +
         row.load + "}}\nfaults:\n  - {id: f, " + row.fault + "}\nagent: {providers: [primary]}\n";
}

std::string problems(const std::vector<ScenarioError>& errors) {
  std::string text;
  for (const ScenarioError& error : errors) {
    text += to_text(error.place) + ": " + error.sentence + "\n";
  }
  return text;
}

// What is wrong with it, by the loader or because nobody asks for it.
std::string wrong_with(const std::string& text) {
  try {
    return problems(never_asked(parse_scenario(text, "s.yaml")));
  } catch (const ScenarioErrors& wrong) {
    return wrong.what();
  }
}

const std::string kStream = ", stream: true";

}  // namespace

TEST_CASE("a fault on answers in a form that nobody asks for is refused", "[scenario][faults]") {
  for (const Row& row : {
           Row{"on: backends.primary, sse: cr", "",
               "s.yaml:6:40: `faults.f.sse` strikes streams alone, and no load asks for one: give "
               "a class `stream: true`\n"},
           Row{"on: backends.primary, sse: cr", kStream},
           Row{"on: [backends.primary, backends.claude], cut: {after_events: 3}", "",
               "strikes streams alone, and no load"},
           Row{"on: backends, cut: {after_events: 3}", ""},  // who calls tools may ask for streams
           Row{"on: backends.primary, usage: late", "", "strikes streams alone, and no load"},
           Row{"on: backends.primary, usage: zero", ""},
           Row{"on: backends.primary, tool_call: split", "", "strikes streams alone"},
           Row{"on: backends.claude, tool_call: cut", "", "strikes streams alone"},
           Row{"on: [backends.claude, backends.primary], tool_call: cut", ""},
           Row{"on: backends.primary, content_length: {how: too_long}", kStream,
               "s.yaml:6:51: `faults.f.content_length` strikes plain answers alone, and all load "
               "asks for streams: give a class `stream: false`\n"},
           Row{"on: backends.primary, content_length: {how: too_long}", ""},
           Row{"on: backends.claude, json: {how: missing_field, field: choices.0.finish_reason}",
               "",
               "s.yaml:6:40: `faults.f.json` cannot strike `backends.claude`: in the dialect "
               "`anthropic`, answers have no such field"},
           Row{"on: backends.primary, json: {how: missing_field, field: choices.0.finish_reason}",
               ""},
           Row{"on: backends, json: {how: null_value, field: choices}", ""},
           Row{"on: backends.primary, json: {how: invalid_utf8, field: usage.total_tokens}", "",
               "answers have no such field"},
           Row{"on: backends.claude, json: {how: null_value, field: model}", kStream,
               "strikes plain answers alone, and all load asks for streams"},
           Row{"on: backends.claude, json: {how: null_value, field: message.model}", kStream},
           Row{"on: backends.claude, json: {how: null_value, field: content.0.input.city}", ""},
           Row{"on: backends.primary, json: {how: null_value, field: choices.0.delta}", "",
               "strikes streams alone, and no load"},
           Row{"on: backends.primary, match: {stream: false}, stall: {after_events: 2}", kStream,
               "its `match` asks for the others: say `stream: true` there"},
           Row{"on: backends.primary, match: {stream: true}, padding: {bytes: 1MiB}", "",
               "its `match` asks for the others: say `stream: false` there"},
       }) {
    INFO(row.fault << row.load);
    const std::string problem = wrong_with(text_of(row));
    CHECK(problem.empty() == row.says.empty());
    CHECK(problem.find(row.says) != std::string::npos);
  }
}

TEST_CASE("a target of one's own asks its providers as it likes", "[scenario][faults]") {
  std::string text = text_of({"on: backends.primary, sse: cr", ""});
  CHECK_FALSE(wrong_with(text).empty());
  CHECK(wrong_with(text + "target: {url: 'http://127.0.0.1:8000'}\n").empty());
}

TEST_CASE("models and tools have faults of their own", "[scenario][faults]") {
  for (const Row& row : {
           Row{"on: backends.primary, tool: timeout", "",
               "s.yaml:6:41: `faults.f.tool` cannot strike `backends.primary`: in the dialect "
               "`openai-chat`, models are asked, and no tools"},
           Row{"on: backends.claude, tool: error", "", "models are asked, and no tools"},
           Row{"on: backends.files, tool: timeout", ""},
           Row{"on: backends, tool: timeout", ""},
           Row{"on: backends.files, tool_call: loop", "",
               "in the dialect `mcp`, tools are asked, and no model speaks"},
           Row{"on: backends.files, usage: zero", "", "tools are asked, and no model speaks"},
           Row{"on: backends.files, finish: length", "", "tools are asked, and no model speaks"},
           Row{"on: backends.files, content: empty", "", "tools are asked, and no model speaks"},
           Row{"on: backends.files, answer: lie", "", "tools are asked, and no model speaks"},
           Row{"on: backends.files, status: 503", ""},
           Row{"on: backends.files, json: truncated", ""},
           Row{"on: [backends.files, backends.primary], usage: zero", "", "cannot strike"},
       }) {
    INFO(row.fault);
    const std::string problem = wrong_with(text_of(row));
    CHECK(problem.empty() == row.says.empty());
    CHECK(problem.find(row.says) != std::string::npos);
  }
}

TEST_CASE("what cannot fire in a mode is refused there, with its place", "[scenario][faults]") {
  const Scenario names = parse_scenario(text_of({"on: backends.primary, dns: nxdomain", ""}),
                                        "s.yaml");
  CHECK(cannot_run(names, Mode::sim).empty());
  CHECK(problems(cannot_run(names, Mode::live)) ==
        "s.yaml:6:40: `faults.f` is a fault of kind `dns`, which can fire in sim only\n");
  const Scenario frozen = parse_scenario(text_of({"on: agent, at: 10s, freeze: 2s", ""}), "s.yaml");
  CHECK(cannot_run(frozen, Mode::live).empty());
  CHECK(problems(cannot_run(frozen, Mode::sim)) ==
        "s.yaml:6:41: `faults.f` is a fault of kind `freeze`, which needs a real process: run it "
        "with --mode live\n");
  const std::string to_target = "target: {url: 'http://127.0.0.1:8000'}\n";
  const Scenario target = parse_scenario(text_of({"on: backends.primary, status: 503", ""}) +
                                         to_target, "s.yaml");
  CHECK(cannot_run(target, Mode::live).empty());
  CHECK(problems(cannot_run(target, Mode::sim)) ==
        "s.yaml: has a target, and a real target cannot be simulated; leave --mode sim out\n");
}
