// Agents of the user's own as the target: started by the run, or at an address. The agents are
// those of tests/support/target_agent.py, each good or wrong in one manner.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

const std::string kAgent = source_dir() + "/tests/support/target_agent.py";

const std::string kMine = R"yaml(scenario: mine
seed: 7
backends:
  primary: {ttft: "uniform(5ms, 15ms)", inter_token: 1ms, output_tokens: "uniform(4, 12)"}
phases: {steady: 2s}
load:
  chat:
    arrivals: constant(30/s)
    users: round_robin(10)
    sessions: {turns_per_session: 3}
    ask: How?
slo:
  - response.p95 < 100s
  - error_rate < 15%
invariants: [terminal_once, no_empty_response, conversation_integrity]
)yaml";

// Nothing here counts failures.
std::string only_lateness() {
  const std::string late = replaced(
      kMine, "  - response.p95 < 100s\n  - error_rate < 15%\n", "  - lateness.p95 < 10s\n");
  return replaced(
      late, "invariants: [terminal_once, no_empty_response, conversation_integrity]\n", "");
}

const std::string kMapping = R"yaml(
  dialect: json
  path: /ask
  mapping:
    request: {message: "{text}", session: "{session}", server_session: "{server_session}"}
    text: /reply/parts/0/text
    error: /error
    session: /session_id
)yaml";

const std::string kEventMapping = R"yaml(
  dialect: json
  mapping:
    request: {history: "{messages}", who: ["{user}", 1, true]}
    text: /delta
    stream: sse
    done: end
)yaml";

// The scenario with a command as its target; `more` are further lines of `target:`.
std::string with_target(const std::string& scenario, const std::string& manners,
                        const std::string& more = "") {
  return scenario + "target:\n  command: [python3, \"" + kAgent + "\", " + manners + "]" +
         (more.empty() || more.front() == '\n' ? more : "\n" + more) + "\n";
}

RunResult run_target(const TempFolder& folder, const std::string& text, Words more = {}) {
  const std::string file = folder.file("mine.yaml", text);
  Words words{"run", file, "--quiet", "--no-calibration", "--out", folder.path("out")};
  words.insert(words.end(), more.begin(), more.end());
  return shakedown(words);
}

// A process that has ended and that nobody has waited for yet is not alive.
bool is_alive(int pid) {
  const std::string stat = "/proc/" + std::to_string(pid) + "/stat";
  if (::kill(pid, 0) != 0 || !exists(stat)) return false;
  const std::string text = read_file(stat);
  return text.substr(text.rfind(')') + 2, 1) != "Z";
}

// What was killed ends soon, not at once.
bool goes_away(int pid) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (is_alive(pid)) {
    if (std::chrono::steady_clock::now() > give_up) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("target: an agent that is started passes, in every dialect", "[target]") {
  struct Row {
    const char* name;
    std::string manners;
    std::string more;
    std::string scenario;
  };
  const std::string streamed = kMine + "client: {stream: true}\n";
  for (const Row& row :
       {Row{"openai-chat", "chat", "", kMine}, Row{"streamed", "chat", "", streamed},
        Row{"client history", "stateless", "  history: client", kMine},
        Row{"anthropic", "messages", "  dialect: anthropic", kMine},
        Row{"anthropic streamed", "messages", "  dialect: anthropic", streamed},
        Row{"openai-responses", "responses", "  dialect: openai-responses", kMine},
        Row{"json", "mapped", kMapping, kMine}, Row{"json events", "events", kEventMapping, kMine},
        Row{"ready path", "chat", "  ready: {path: /health, within: 20s}", kMine},
        Row{"headers", "chat, needs, x-tenant=TENANT_OF_TEST",
            "  headers: {x-tenant: \"${TENANT_OF_TEST}\"}", kMine}}) {
    DYNAMIC_SECTION(row.name) {
      const TempFolder folder;
      const std::string file =
          folder.file("mine.yaml", with_target(row.scenario, row.manners, row.more));
      RunOptions options;
      options.environment = {{"TENANT_OF_TEST", "secret-7"}};
      const RunResult ran =
          shakedown({"run", file, "--no-calibration", "--out", folder.path("out")}, options);
      INFO(ran.out << ran.err);
      CHECK(ran.code == 0);
      const json result = result_of(folder.path("out/mine"));
      check_conservation(result);
      CHECK(result.at("verdict") == "PASS");
      CHECK(result.at("sut") == "external");
      CHECK(result.at("mode") == "live");
      CHECK(result.at("requests").at("ok") == 60);
      // Conversations of three turns reached the fakes whole.
      for (const json& invariant : result.at("invariants")) {
        CHECK(invariant.at("checked").get<int>() > 0);
      }
      CHECK(result.dump().find("secret-7") == std::string::npos);
      CHECK(ran.out.find("secret-7") == std::string::npos);
    }
  }
}

TEST_CASE("target: one that cannot be measured is INVALID, and says why", "[target]") {
  struct Row {
    const char* name;
    std::string manners;
    std::string more;
    Words said;
  };
  for (const Row& row :
       {Row{"dies", "dies", "", {"ended (exit 3) before it was ready", "Cannot find module"}},
        Row{"never ready", "silent", "  ready: {within: 5s}",
            {"was not ready within 5s", "refused the connection", "agent starts silent"}},
        Row{"ready path", "chat", "  ready: {path: /helth, within: 5s}",
            {"answered 404 to GET /helth"}},
        Row{"garbage", "garbage", "", {"none of the target's first", "<html>", "`target.dialect`"}},
        Row{"wrong path", "teapot", "", {"answered 404", "Not Found", "`target.path`"}},
        Row{"wrong key", "chat, needs, a=b", "", {"answered 401", "`target.headers`"}},
        Row{"mapping", "mapped", replaced(kMapping, "/reply/parts/0/text", "/reply/text"),
            {"`target.mapping.text` is `/reply/text`", "`/reply` has `parts`"}},
        Row{"mapped kind", "mapped", replaced(kMapping, "/reply/parts/0/text", "/reply/parts"),
            {"which is a list in the answer, not text"}},
        Row{"mapped events", "events", replaced(kEventMapping, "/delta", "/text"),
            {"`target.mapping.text` is `/text`", "`kind`"}},
        Row{"dies later", "chat, dies_later", "",
            {"ended (exit 139) during the run", "Segmentation fault, so to speak"}},
        Row{"no stream", "chat, plain", "",
            {"a stream was asked for", "`application/json`"}}}) {
    DYNAMIC_SECTION(row.name) {
      const TempFolder folder;
      std::string text = with_target(only_lateness(), row.manners, row.more);
      if (row.name == std::string("no stream")) text += "client: {stream: true}\n";
      const RunResult ran = run_target(folder, text);
      INFO(ran.out << ran.err);
      CHECK(ran.code == 4);
      const json result = result_of(folder.path("out/mine"));
      CHECK(result.at("verdict") == "INVALID");
      const std::string reason = result.at("reasons").at(0).get<std::string>();
      INFO(reason);
      for (const std::string& said : row.said) CHECK(reason.find(said) != std::string::npos);
      // Nothing of it can command a terminal.
      for (const char c : ran.out) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
      check_conservation(result);
    }
  }
}

TEST_CASE("target: a program that is not there", "[target]") {
  const TempFolder folder;
  const RunResult ran =
      run_target(folder, kMine + "target: {command: [no-such-program-7, serve]}\n");
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  CHECK(ran.out.find("no-such-program-7") != std::string::npos);
  CHECK(ran.out.find("exit 127") != std::string::npos);
}

TEST_CASE("target: what the machine or the command line lacks is said at once", "[target]") {
  const TempFolder folder;
  const std::string file = folder.file("mine.yaml", kMine);
  const std::string own = folder.file(
      "own.yaml", with_target(kMine, "chat", "  headers: {a: \"${NO_SUCH_VARIABLE_7}\"}"));
  const std::string https = folder.file(
      "https.yaml", kMine + "target: {url: https://127.0.0.1:1, ca: nowhere.pem}\n");
  struct Row {
    Words words;
    const char* sentence;
  };
  for (const Row& row :
       {Row{{"run", own}, "needs the variable NO_SUCH_VARIABLE_7, which is not set"},
        Row{{"run", https}, "`target.ca`: "},
        Row{{"run", file, "--target-command", "node 'x"}, "a quote (') is not closed"},
        Row{{"run", file, "--target-command", "a | b"}, "`|` needs a shell"},
        Row{{"run", file, "--target-command", "a", "--dialect", "antropic"},
            "(did you mean `anthropic`?)"},
        Row{{"run", file, "--target-command", "a", "--dialect", "json"}, "target.mapping"},
        Row{{"run", file, "--dialect", "anthropic"}, "there is no target"},
        Row{{"run", own, "--mode", "sim"}, "a real target cannot be simulated"}}) {
    Words words = row.words;
    words.insert(words.end(), {"--out", folder.path("out")});
    const RunResult ran = shakedown(words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(row.sentence) != std::string::npos);
    CHECK(!exists(folder.path("out")));
  }
  CHECK(shakedown({"check", own}).code == 0);
}

TEST_CASE("target: a command on the command line, and the run again", "[target]") {
  const TempFolder folder;
  const std::string command = "python3 " + kAgent + " chat";
  const RunResult ran = run_target(folder, kMine, {"--target-command", command});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const json result = result_of(folder.path("out/mine"));
  const std::string reproduce = result.at("reproduce").get<std::string>();
  CHECK(reproduce.find("--target-command 'python3 ") != std::string::npos);
  CHECK(reproduce.find("--profile") == std::string::npos);
  CHECK(reproduce.find("--mode live") != std::string::npos);
}

TEST_CASE("target: https is trusted by its authority, or not at all", "[target][tls]") {
  const TempFolder folder;
  const std::string ca = folder.path("ca.pem");
  // A fake provider that speaks https is a target too.
  const std::string file = folder.file("fake.yaml", kMine);
  Running fake(shakedown_argv({"fake", "--config", file, "--set", "backends.primary.tls=true",
                               "--ca", ca, "--listen", "127.0.0.1:0"}));
  const std::string base = fake.wait_for_line("primary: OPENAI_BASE_URL=https://");
  const std::string url = "https://" + base.substr(0, base.find('/'));
  struct Row {
    std::string more;
    bool trusts;
  };
  for (const Row& row :
       {Row{"", false}, Row{", ca: ca.pem", true}, Row{", insecure: true", true}}) {
    const RunResult ran = run_target(
        folder, replaced(kMine, "invariants: [terminal_once, no_empty_response, "
                                "conversation_integrity]\n", "") +
                    "target: {url: \"" + url + "\"" + row.more + "}\n");
    INFO(row.more << ran.out << ran.err);
    CHECK(ran.code == (row.trusts ? 0 : 4));
    const json result = result_of(folder.path("out/mine"));
    CHECK(result.at("requests").at("ok") == (row.trusts ? 60 : 0));
    if (row.trusts) continue;
    CHECK(ran.out.find("its certificate is not trusted") != std::string::npos);
    CHECK(ran.out.find("target.ca") != std::string::npos);
  }
}

TEST_CASE("target: it is killed, ended and frozen by the scenario, and comes back", "[target]") {
  const TempFolder folder;
  const std::string faults = R"yaml(faults:
  - {id: gone, on: agent, at: 500ms, kill: {restart_after: 100ms}}
  - {id: deploy, on: agent, at: 2s, term: {restart_after: 100ms}}
  - {id: still, on: agent, at: 3500ms, freeze: {for: 200ms}}
)yaml";
  std::string text = replaced(kMine, "steady: 2s", "steady: 4s");
  text = replaced(text, "error_rate < 15%", "error_rate < 90%");
  text = replaced(text, "invariants: [terminal_once, no_empty_response, conversation_integrity]\n",
                  "invariants: [terminal_once]\n");
  const RunResult ran = run_target(folder, with_target(text, "chat") + faults);
  INFO(ran.out << ran.err);
  const json result = result_of(folder.path("out/mine"));
  check_conservation(result);
  for (const json& fault : result.at("faults")) CHECK(fault.at("fired") == 1);
  for (const json& rule : result.at("validity")) {
    INFO(rule.dump());
    if (rule.at("name") == "target_alive") CHECK(rule.at("holds") == true);
  }
  CHECK(result.at("requests").at("ok").get<int>() > 30);
  const std::string events = read_file(folder.path("out/mine/events.jsonl"));
  for (const char* event : {"agent_killed", "agent_told_to_end", "agent_frozen", "agent_thawed"}) {
    CHECK(events.find(event) != std::string::npos);
  }
}

TEST_CASE("target: a fault that cannot strike it is refused by check", "[target]") {
  const TempFolder folder;
  const std::string clock = "faults:\n  - {id: c, on: agent, at: 1s, clock: {forward: 6h}}\n";
  const std::string kill = "faults:\n  - {id: k, on: agent, at: 1s, kill: {}}\n";
  const std::string url = "target: {url: http://127.0.0.1:1}\n";
  for (const auto& [text, sentence] :
       {std::pair(with_target(kMine, "chat") + clock, "sets the clock of the bundled core"),
        std::pair(kMine + url + kill, "give the command that starts it")}) {
    const RunResult ran = shakedown({"check", folder.file("mine.yaml", text)});
    INFO(ran.out << ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(sentence) != std::string::npos);
  }
}

TEST_CASE("target: what listens on its port already is not tested instead", "[target]") {
  const TempFolder folder;
  Running fake(shakedown_argv({"fake", "--listen", "127.0.0.1:0"}));
  const std::string base = fake.wait_for_line("openai: OPENAI_BASE_URL=http://");
  const RunResult ran = run_target(
      folder, with_target(kMine, "chat", "  url: http://" + base.substr(0, base.find('/'))));
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  CHECK(ran.out.find("already") != std::string::npos);
}

TEST_CASE("target: a secret that a target sends back is shown nowhere", "[target]") {
  const TempFolder folder;
  const std::string file = folder.file(
      "mine.yaml", with_target(kMine, "chat, needs, x-key=right",
                               "  headers: {x-key: \"${KEY_OF_TEST}\"}"));
  RunOptions options;
  options.environment = {{"KEY_OF_TEST", "wrong-secret-7"}};
  const RunResult ran = shakedown({"run", file, "--no-calibration", "--out", folder.path("out")},
                                  options);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  CHECK(ran.out.find("not you, ***") != std::string::npos);
  for (const std::string& name : names_in(folder.path("out/mine"))) {
    CHECK(read_file(folder.path("out/mine/" + name)).find("wrong-secret-7") == std::string::npos);
  }
}

TEST_CASE("target: Ctrl-C while it starts, once or twice", "[target][interrupt]") {
  const TempFolder folder;
  const std::string pid_file = folder.path("child.pid");
  const std::string file = folder.file(
      "mine.yaml", with_target(kMine, "deaf, silent, child, \"" + pid_file + "\"",
                               "  ready: {within: 100s}\n  stop_within: 100s"));
  Running run(shakedown_argv(
      {"run", file, "--quiet", "--no-calibration", "--out", folder.path("out")}));
  REQUIRE(run.wait_until([&] { return exists(pid_file) && !read_file(pid_file).empty(); }));
  const int child = std::stoi(read_file(pid_file));
  CHECK(is_alive(child));
  run.signal(SIGINT);
  REQUIRE(run.wait_until([&] { return !run.has_pending(SIGINT); }));
  run.signal(SIGINT);  // it will not end by itself for long
  const RunResult ended = run.wait();
  INFO(ended.out << ended.err);
  CHECK(ended.code == 130);
  CHECK(goes_away(child));
}

TEST_CASE("target: Ctrl-C stops it, and all that it has started", "[target][interrupt]") {
  const TempFolder folder;
  const std::string pid_file = folder.path("child.pid");
  const std::string file = folder.file(
      "mine.yaml", with_target(replaced(kMine, "steady: 2s", "steady: 600s"),
                               "chat, child, \"" + pid_file + "\"", "  stop_within: 1s"));
  Running run(shakedown_argv(
      {"run", file, "--quiet", "--no-calibration", "--out", folder.path("out")}));
  const std::string part = folder.path("out/mine/history.jsonl.part");
  REQUIRE(run.wait_until([&] { return exists(part) && !read_file(part).empty(); }));
  const int child = std::stoi(read_file(pid_file));
  CHECK(is_alive(child));
  run.signal(SIGINT);
  const RunResult ended = run.wait();
  INFO(ended.out << ended.err);
  CHECK(ended.code == 130);
  CHECK(ended.out.find("interrupted") != std::string::npos);
  CHECK(goes_away(child));
  CHECK(result_of(folder.path("out/mine")).at("verdict") != "PASS");
}
