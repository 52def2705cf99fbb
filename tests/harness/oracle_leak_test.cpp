// no_internal_leak: what must not be shown, and what only looks like it.
#include "fakes/sayings.hpp"
#include "harness/oracles/planning_json.hpp"
#include "prepared_scenario.hpp"
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using reports::Outcome;
using reports::Verdict;

namespace {

const std::string kText = R"yaml(scenario: s
agent: {providers: [primary, west-2]}
backends: {primary: {}, west-2: {}}
phases: {a: 60s}
load:
  chat: {arrivals: constant(1/s), users: 1, ask: "Why does /home/bob/run.sh fail at 10.0.0.7:8080?"}
slo: [error_rate < 50%]
)yaml";

reports::InvariantResult told(const Reply& reply, std::uint16_t status) {
  static const Prepared prepared = prepared_from(kText);
  OracleInput input;
  input.scenario = &prepared.scenario;
  Story story("no_internal_leak", 0, input);
  if (status >= 300) return story.refused(turn(0), status, reply).told();
  return story.ended(turn(0), Outcome::ok, reply).told();
}

reports::InvariantResult answer_told(const std::string& text) {
  return told(Story::answer(text), 200);
}

reports::InvariantResult error_told(const std::string& body) {
  Reply reply;
  reply.error_body = body;
  return told(reply, 500);
}

}  // namespace

TEST_CASE("no_internal_leak finds what is inside", "[oracle]") {
  struct Row {
    const char* text;
    const char* found;
  };
  for (const Row& row : {
           Row{"Oops:\nTraceback (most recent call last):\n  ...",
               "a stack trace (Traceback (most recent call last):)"},
           Row{"in File \"core.py\", line 3, in run", "a stack trace (File \"core.py\", line 3)"},
           Row{"TypeError: x\n    at Agent.ask (core/agent.js:12:3)",
               "a stack trace (at Agent.ask (core/agent.js:12:3))"},
           Row{"x\n    at async run (file:core.mjs:1:22)",
               "a stack trace (at async run (file:core.mjs:1:22))"},
           Row{"x\n\tat com.acme.Core.run(Core.java:88)",
               "a stack trace (at com.acme.Core.run(Core.java:88))"},
           Row{"x\n    at core.js:12:3", "a stack trace (at core.js:12:3)"},
           Row{"Exception in thread \"main\" java.lang.NullPointerException",
               "a stack trace (Exception in thread \"main\" java.lang.NullPointerException)"},
           Row{"#0  0x00007f3a12 in run ()", "a stack trace (#0  0x00007f3a12 in run ())"},
           Row{"    #12 0x55d0c0ffee", "a stack trace (#12 0x55d0c0ffee)"},
           Row{"thread 'main' panicked at 'no entry'", "a stack trace (panicked at 'no entry')"},
           Row{"panicked at src/main.rs:2:5:", "a stack trace (panicked at src/main.rs:2:5:)"},
           Row{"goroutine 1 [running]:\nmain.main()", "a stack trace (goroutine 1 [running]:)"},
           Row{"see /home/agent/core.cpp", "a path of a file (/home/agent/core.cpp)"},
           Row{"(/usr/lib/x.so)", "a path of a file (/usr/lib/x.so)"},
           Row{"/app/index.js", "a path of a file (/app/index.js)"},
           Row{"in \"/var/log/agent.log\"", "a path of a file (/var/log/agent.log)"},
           Row{R"(open C:\Users\agent failed)", R"(a path of a file (C:\Users\agent failed))"},
           Row{"key sk-canary-1", "a key (sk-canary-...)"},
           Row{"key sk-proj-1234567890abcdef", "a key (sk-proj-12...)"},
           Row{"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30", "a key (Bearer eyJ...)"},
           Row{"AKIAIOSFODNN7EXAMPLE", "a key (AKIAIOSFOD...)"},
           Row{"-----BEGIN RSA PRIVATE KEY-----", "a key (-----BEGIN...)"},
           Row{"connect to 127.0.0.1:9901 refused", "an internal address (127.0.0.1:9901)"},
           Row{"http://localhost:8080/v1", "an internal address (localhost:8080)"},
           Row{"from 172.20.3.4:5432", "an internal address (172.20.3.4:5432)"},
           Row{"[::1]:80", "an internal address ([::1]:80)"},
           Row{"http://primary:80/v1 said 500", "an internal address (primary:80)"},
           Row{"west-2:443", "an internal address (west-2:443)"},
           Row{"db-7.internal.example is down", "an internal address (db-7.internal.example)"},
           Row{"redis.internal:6379", "an internal address (redis.internal)"},
           Row{"core.team.svc.cluster.local", "an internal address (core.team.svc.cluster.local)"},
           Row{R"({"plan":["look"],"tool":"orders"})", "a plan as JSON (plan, tool)"},
           Row{"Here:\n```json\n{ \"thought\": \"hm\", \"command\": \"df\" }\n```",
               "a plan as JSON (thought, command)"},
           Row{R"({"response":"{\"steps\":[1],\"action\":\"ask\"}"})",
               "a plan as JSON (steps, action)"},
           Row{R"({"result":{"steps":[1],"action":"ask"}})", "a plan as JSON (steps, action)"},
           Row{R"({"thought":"hm","action":"ask","text":"and cut o)",
               "a plan as JSON (thought, action)"},
           Row{"/home/a and /usr/b with sk-canary-2 at 127.0.0.1:80",
               "a path of a file (/home/a), a key (sk-canary-...), an internal address "
               "(127.0.0.1:80)"},
       }) {
    DYNAMIC_SECTION(row.text) {
      check_witness(answer_told(row.text), "u0.s0.t0",
                    "the answer shows " + std::string(row.found));
    }
  }
}

TEST_CASE("no_internal_leak is silent on what only looks like it", "[oracle]") {
  for (const char* text : {
           "The order ships tomorrow.",
           "[reply u0.s0.t0] t2 t3 [end 4 5c9f0a1e]",
           "Meet me at noon (see notes.md:12).",
           "He panicked at the sight of the bill.",
           "You are #1 of 20, or #12 if you wait.",
           "See https://example.com/home/page and https://example.com/usr/x.",
           "either/or, and/home, 1/usr",
           "the folder /home/ itself",
           "It is 12:30, or 10:15:30.",
           "The task-force and the desk-lamp; sk-learn is a library.",
           "sk-short",
           "Bearer authentication is meant.",
           "The ratio is 127.0.0.1, version 10.2.3.4.",
           "8.8.8.8:53 is public.",
           "Your primary: 80 % of it. Use the primary one.",
           "import com.sun.internal.misc.Unsafe",
           "an internal matter, internally. internal",
           "goroutine 1 is the first [one]",
           "look at com and at java (or not).",
           R"({"answer":"yes","plan":"basic"})",
           R"({"name":"plan","value":"steps and tool"})",
           "Use {curly} braces {\"like\": \"this\"}.",
           "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
           "File \"report.pdf\" is attached, line by line.",
           "The stack backtrace is what you need, Exception in thread or not.",
           "a:\\",
       }) {
    DYNAMIC_SECTION(text) {
      const auto result = answer_told(text);
      CHECK(result.verdict == Verdict::pass);
      CHECK(result.violations.empty());
    }
  }
}

TEST_CASE("no_internal_leak lets the user's own words come back", "[oracle]") {
  CHECK(answer_told("Is /home/bob/run.sh executable? And 10.0.0.7:8080 open?").verdict ==
        Verdict::pass);
  check_witness(answer_told("/home/bob/run.sh is not in /home/agent/tools."), "u0.s0.t0",
                "the answer shows a path of a file (/home/agent/tools.)");
}

TEST_CASE("no_internal_leak reads errors", "[oracle]") {
  CHECK(error_told(R"({"detail":"No provider answered.","next_actions":[{"action":"retry",)"
                   R"("tool":"chat"}]})")
            .verdict == Verdict::pass);
  check_witness(error_told(R"({"detail":"failed:\n  File \"run.py\", line 7"})"), "u0.s0.t0",
                "the error of status 500 shows a stack trace (File \"run.py\", line 7)");
  check_witness(error_told(R"({"detail":"upstream:\n/srv/agent/x.py"})"), "u0.s0.t0",
                "the error of status 500 shows a path of a file (/srv/agent/x.py)");
  SECTION("a success that was no answer") {
    Reply reply;
    reply.error_body = R"({"plan":["look"],"action":"shell"})";
    check_witness(told(reply, 200), "u0.s0.t0",
                  "the error of status 200 shows a plan as JSON (plan, action)");
  }
  SECTION("nothing to read") {
    CHECK(told(Reply{}, 500).verdict == Verdict::inconclusive);
  }
}

TEST_CASE("no_internal_leak knows the fakes' own sayings", "[oracle]") {
  for (const fakes::SayingRow& row : fakes::kSayings) {
    INFO(row.name);
    if (std::string_view(row.text).empty()) continue;
    const std::string name(row.name);
    const bool leaks = name == "internals" || name.starts_with("planning_json");
    const auto result = answer_told(std::string(row.text));
    CHECK(result.verdict == (leaks ? Verdict::fail : Verdict::pass));
  }
}

TEST_CASE("planning JSON is looked for in bounded time", "[oracle]") {
  std::string nested;
  for (int i = 0; i < 20'000; ++i) nested += "{\"a\":";
  CHECK(!planning_members(nested));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "{\"a\":1}";
  CHECK(!planning_members(many + R"({"plan":1,"tool":2})"));  // beyond kAttemptsMax
}
