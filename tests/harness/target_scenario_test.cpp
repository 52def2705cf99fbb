// `target:` of a scenario: what is read, and what is refused with which sentence.
#include <catch2/catch.hpp>

#include "harness/run/target_setup.hpp"
#include "harness/scenario/loader.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

const std::string kRest = R"yaml(
backends: {primary: {}, second-one: {dialect: anthropic}}
phases: {a: 60s}
load: {chat: {arrivals: constant(1/s), users: 1}}
slo: [error_rate < 50%]
)yaml";

const std::string kOneBackend =
    "\nbackends: {primary: {}}\nphases: {a: 60s}\n"
    "load: {chat: {arrivals: constant(1/s)}}\nslo: [error_rate < 50%]\n";

Scenario read(const std::string& target, const std::string& rest = kRest) {
  return parse_scenario("scenario: s\n" + target + rest, "dir/s.yaml");
}

std::string refusal(const std::string& target, const std::string& rest = kRest) {
  try {
    const Scenario scenario = read(target, rest);
    std::string all;
    for (const ScenarioError& error : target_errors(scenario)) all += error.sentence + "\n";
    return all;
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
}

}  // namespace

TEST_CASE("target: everything that can be said of it", "[target]") {
  const Target target = read(R"yaml(target:
  command: [node, server.mjs, --x]
  directory: agent
  dialect: json
  path: /ask
  model: m
  headers: {x-tenant: test}
  history: client
  ready: {path: /health, within: 5s}
  stop_within: 1s
  environment: {LOG_LEVEL: warn, HERE: "{backend.second-one}:{port}"}
  mapping:
    request: {message: "{text}", n: 1, f: 1.50, yes: true, none: ~, s: "5", list: [{a: b}, []]}
    text: /reply
    stream: sse
    done: "[DONE]"
)yaml").target;
  CHECK(target.is_given());
  CHECK(target.command == std::vector<std::string>{"node", "server.mjs", "--x"});
  CHECK(target.directory == "dir/agent");
  CHECK(target.kept_by() == KeptBy::client);
  CHECK(target.ready.within == 5s);
  CHECK(target.stop_within == 1s);
  REQUIRE(target.mapping);
  CHECK(target.mapping->request.text ==
        R"({"message":"{text}","n":1,"f":1.50,"yes":true,"none":null,"s":"5",)"
        R"("list":[{"a":"b"},[]]})");
  CHECK(target.mapping->stream == MappedStream::sse);
}

TEST_CASE("target: its defaults", "[target]") {
  const Target none = read("", kOneBackend).target;
  CHECK(!none.is_given());
  const Target command = read("target: {command: [a]}\n").target;
  CHECK(command.directory == "dir/");
  CHECK(command.kept_by() == KeptBy::target);
  CHECK(target_url_of(command, 8080) == "http://127.0.0.1:8080");
  const Target anthropic = read("target: {url: http://h:1, dialect: anthropic}\n").target;
  CHECK(anthropic.kept_by() == KeptBy::client);
  // Without a target, or with one and no backends.
  const std::string no_backends =
      "phases: {a: 60s}\nload: {chat: {arrivals: constant(1/s)}}\nslo: [error_rate < 50%]\n";
  CHECK(read("target: {url: http://h:1}\n", no_backends).backends.empty());
}

TEST_CASE("target: the dialect openai-responses is the API of every class", "[target]") {
  const Scenario scenario = read("target: {url: http://h:1, dialect: openai-responses}\n");
  CHECK(scenario.load.front().api == Api::responses);
}

TEST_CASE("target: what is refused", "[target]") {
  const std::string json = "target: {command: [a], dialect: json, mapping: ";
  struct Row {
    std::string target;
    const char* sentence;
  };
  for (const Row& row :
       {Row{"target: {url: ftp://h}", "must begin with `http://` or `https://`"},
        Row{"target: {url: http://h:1/v1}", "a path is not taken"},
        Row{"target: {url: \"http://h:{port}\"}", "needs a `command` beside it"},
        Row{"target: {command: [\"\"]}", "must begin with the name of a program"},
        Row{"target: {comand: [a]}", "did you mean `command`?"},
        Row{"target: {command: node server.mjs}", "`target.command` must be a list"},
        Row{"target: {command: [a], path: v1}", "`target.path` must begin with `/`"},
        Row{"target: {command: [a], ready: {path: \"/a b\"}}", "`target.ready.path`"},
        Row{"target: {url: http://h:1, dialect: antropic}", "did you mean `anthropic`?"},
        Row{"target: {url: http://h:1, stop_within: 1s}", "needs `command` beside it"},
        Row{"target: {url: http://h:1, insecure: true}", "begins with `https://` beside it"},
        Row{"target: {command: [a], headers: {host: h}}", "is not a header that can be set"},
        Row{"target: {command: [a], headers: {\"x y\": h}}", "is not a header that can be set"},
        Row{"target: {command: [a], headers: {x: \"a\\r\\nb: c\"}}", "of one line"},
        Row{"target: {command: [a], environment: {\"A=B\": h}}", "is not a variable's name"},
        Row{"target: {command: [a], environment: {A: \"{backend.secondone}\"}}",
            "is not a backend (did you mean `second-one`?)"},
        Row{"target: {command: [a], dialect: json}", "needs the key `mapping`"},
        Row{"target: {command: [a], mapping: {request: \"{text}\", text: /a}}",
            "needs `dialect: json` beside it"},
        Row{json + "{text: /a}}", "needs the key `request`"},
        Row{json + "{request: \"{text}\"}}", "needs the key `text`"},
        Row{json + "{request: {a: b}, text: /a}}", "says nowhere what the user asks"},
        Row{json + "{request: {a: \"{txt}\"}, text: /a}}", "did you mean `text`?"},
        Row{json + "{request: {a: \"say {messages}\"}, text: /a}}", "it stands alone"},
        Row{json + "{request: \"{text}\", text: reply.text}}", "did you mean `/reply/text`?"},
        Row{json + "{request: \"{text}\", text: /a~2}}", "must be a JSON Pointer"},
        Row{json + "{request: \"{text}\", text: /a, done: x}}", "needs `stream: sse`"},
        Row{json + "{request: \"{text}\", text: /a, stream: true}}", "must be one of `no`, `sse`"},
        Row{"faults: [{id: k, on: agent, at: 1s, kill: {}}]\ntarget: {url: http://h:1}",
            "has only an address"},
        Row{"faults: [{id: k, on: agent, at: 1s, clock: {forward: 1h}}]\ntarget: {command: [a]}",
            "sets the clock of the bundled core"}}) {
    INFO(row.target);
    const std::string said = refusal(row.target + "\n");
    INFO(said);
    CHECK(said.find(row.sentence) != std::string::npos);
  }
  CHECK(refusal("target: {command: [a]}\n").empty());
  CHECK(refusal("target: {dialect: anthropic}", kOneBackend).find("without `command` or `url`") !=
        std::string::npos);
}

TEST_CASE("target: a class that does not agree with the dialect is refused", "[target]") {
  const auto with = [](const std::string& more) {
    return "\nbackends: {primary: {}}\nphases: {a: 60s}\n"
           "load: {chat: {arrivals: constant(1/s), " + more + "}}\nslo: [error_rate < 50%]\n";
  };
  CHECK(refusal("target: {url: http://h:1, dialect: anthropic}", with("api: responses"))
            .find("the target's dialect is `anthropic`") != std::string::npos);
  CHECK(refusal("target: {url: http://h:1, dialect: openai-responses}", with("api: chat"))
            .find("its dialect is `openai-responses`") != std::string::npos);
  CHECK(refusal("target: {url: http://h:1, dialect: json, mapping: {request: \"{text}\", "
                "text: /a}}", with("stream: true"))
            .find("`target.mapping.stream` says") != std::string::npos);
}

TEST_CASE("target: the environment of its command", "[target]") {
  const Scenario scenario = read(
      "target: {command: [a], environment: {LOG: \"{port}/{backend.primary}\", PORT: \"1\"}}\n");
  const std::map<std::string, world::Endpoint> backends = {{"primary", {"127.0.0.1", 9001}},
                                                           {"second-one", {"127.0.0.1", 9002}}};
  std::map<std::string, std::string> found;
  for (const auto& [name, value] : target_environment(scenario, {backends, 7, 8080})) {
    CHECK(found.count(name) == 0);
    found[name] = value;
  }
  CHECK(found.at("OPENAI_BASE_URL") == "http://127.0.0.1:9001/v1");
  CHECK(found.at("ANTHROPIC_BASE_URL") == "http://127.0.0.1:9002");
  // Nobody speaks it: it leads to a fake all the same, and not into the world.
  CHECK(found.at("CO_API_URL") == "http://127.0.0.1:9001");
  CHECK(found.at("SHAKEDOWN_BACKEND_SECOND_ONE_URL") == "http://127.0.0.1:9002");
  CHECK(found.at("LOG") == "8080/http://127.0.0.1:9001");
  CHECK(found.at("PORT") == "1");  // as the file says
  CHECK(found.at("OPENAI_API_KEY").rfind("sk-canary-", 0) == 0);
  CHECK(found.at("NO_PROXY").rfind("127.0.0.1,localhost", 0) == 0);
}
