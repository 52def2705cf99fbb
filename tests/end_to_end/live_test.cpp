// Runs over real sockets, with the core as a process of its own or at an address.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

TEST_CASE("steady live: every request is accounted for", "[live]") {
  const TempFolder folder;
  const RunResult ran = shakedown({"run", bundled("steady"), "--mode", "live", "--time-scale", "15",
                                   "--quiet", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const json result = result_of(folder.path("out/steady"));
  check_conservation(result);
  CHECK(result.at("verdict") == "PASS");
  CHECK(result.at("mode") == "live");
  CHECK(result.at("sut") == "process");
  const json& requests = result.at("requests");
  CHECK(requests.at("planned") == requests.at("sent"));
  CHECK(requests.at("ok") == requests.at("sent"));
  CHECK(requests.at("planned") >= 700);
  // One line of history per request.
  CHECK(lines_of(read_file(folder.path("out/steady/history.jsonl"))).size() ==
        requests.at("sent").get<std::size_t>());
}

TEST_CASE("live: the run says what its generator was measured by", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  struct Row {
    bool calibrated;
    const char* told;
  };
  for (const Row& row : {Row{true, "against a target that answers at once, the generator sent "},
                         Row{false, "left out (--no-calibration)"}}) {
    Words words{"run",    file,      "--mode", "live", "--time-scale",
                "10",     "--quiet", "--out",  folder.path("out")};
    if (!row.calibrated) words.push_back("--no-calibration");
    const RunResult ran = shakedown(words);
    INFO(ran.out << ran.err);
    CHECK((ran.out.find("warning: calibration: left out") != std::string::npos) !=
          row.calibrated);
    std::map<std::string, json> rules;
    const json result = result_of(folder.path("out/sound"));
    for (const json& rule : result.at("validity")) {
      rules[rule.at("name").get<std::string>()] = rule;
    }
    REQUIRE(rules.count("calibration") == 1);
    CHECK(rules.at("calibration").at("detail").get<std::string>().rfind(row.told, 0) == 0);
    CHECK(rules.at("evidence_whole").at("holds") == true);
    CHECK(rules.at("clocks").at("holds") == true);
    CHECK(rules.at("descriptors").at("holds") == true);
    // Every request is at least received and answered.
    const std::string ledger = rules.at("agent_ledger").at("detail").get<std::string>();
    CHECK(ledger.find(" and 0 lines that were none") != std::string::npos);
    CHECK(ledger.find("had 0 entries") == std::string::npos);
  }
}

TEST_CASE("live: every fault fires, the rest succeeds", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("every_fault.yaml", kEveryFault);
  // The naive core goes on asking a provider that fails: no fault is left out.
  const RunResult ran = shakedown({"run", file, "--mode", "live", "--time-scale", "10", "--quiet",
                                   "--profile", "legacy", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const json result = result_of(folder.path("out/every_fault"));
  check_conservation(result);
  CHECK(result.at("faults").size() == 9);
  for (const json& fault : result.at("faults")) {
    INFO(fault.dump());
    CHECK(fault.at("fired") > 0);
  }
  CHECK(result.at("by").at("phase").at("quiet").at("requests").at("error") == 0);
  CHECK(result.at("by").at("phase").at("trouble").at("requests").at("error") > 20);
  CHECK(result.at("by").at("phase").at("calm").at("requests").at("error") == 0);
}

TEST_CASE("live: the agent at an address, in front of a fake at another", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  Running fake(shakedown_argv({"fake", "--config", file, "--listen", "127.0.0.1:0"}));
  const std::string base = fake.wait_for_line("primary: OPENAI_BASE_URL=http://");
  const std::string fake_address = base.substr(0, base.find('/'));
  Running agent(shakedown_argv(
      {"agent", "--listen", "127.0.0.1:0", "--provider", "primary=" + fake_address}));
  const std::string agent_address = agent.wait_for_line("listening on ");

  const RunResult ran =
      shakedown({"run", file, "--target", "http://" + agent_address, "--set", "phases.steady=4s",
                 "--set", "load.chat.arrivals=constant(25/s)", "--quiet", "--out",
                 folder.path("out")});
  INFO(ran.out << ran.err);
  const json result = result_of(folder.path("out/sound"));
  check_conservation(result);
  CHECK(result.at("mode") == "live");
  CHECK(result.at("sut") == "external");
  CHECK(result.at("requests").at("sent") == 100);
  CHECK(result.at("requests").at("ok") == 100);
  // No fake of this run saw a prompt, so this invariant had nothing to check: not a PASS.
  CHECK(result.at("verdict") == "INCONCLUSIVE");
  CHECK(ran.code == 2);

  agent.signal(SIGTERM);
  CHECK(agent.wait().code == 0);
  fake.signal(SIGINT);
  const RunResult fake_end = fake.wait();
  CHECK(fake_end.code == 0);
  CHECK(fake_end.out.find("100 requests, ") != std::string::npos);
}

TEST_CASE("live: the core asks its fakes by https, and trusts them", "[live][tls]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const RunResult ran = shakedown({"run", file, "--mode", "live", "--time-scale", "10", "--quiet",
                                   "--set", "backends.primary.tls=true", "--out",
                                   folder.path("out")});
  INFO(ran.out << ran.err);
  const json result = result_of(folder.path("out/sound"));
  check_conservation(result);
  CHECK(result.at("requests").at("ok") == 100);
}

TEST_CASE("live: a core that does not know the fakes' authority refuses them", "[live][tls]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const std::string ca = folder.path("ca.pem");
  Running fake(shakedown_argv({"fake", "--config", file, "--set", "backends.primary.tls=true",
                               "--ca", ca, "--listen", "127.0.0.1:0"}));
  const std::string base = fake.wait_for_line("primary: OPENAI_BASE_URL=https://");
  const std::string provider = "primary=https://" + base.substr(0, base.find('/'));
  for (const bool knows : {true, false}) {
    // Without answers of its own.
    Words words{"agent",      "--listen", "127.0.0.1:0", "--profile",
                "legacy",     "--provider", provider};
    if (knows) words.insert(words.end(), {"--provider-ca", ca});
    Running agent(shakedown_argv(words));
    const std::string address = agent.wait_for_line("listening on ");
    const RunResult ran =
        shakedown({"run", file, "--target", "http://" + address, "--set", "phases.steady=1s",
                   "--set", "load.chat.arrivals=constant(60/s)", "--quiet", "--out",
                   folder.path("out")});
    INFO(knows << ran.out << ran.err);
    const json result = result_of(folder.path("out/sound"));
    CHECK(result.at("requests").at("sent") == 60);
    CHECK(result.at("requests").at("ok") == (knows ? 60 : 0));
  }
}

TEST_CASE("live: a fault that exists in sim alone is refused", "[live]") {
  const TempFolder folder;
  std::string text = kSound;
  text += "faults:\n  - {id: lost, on: backends.primary, dns: nxdomain}\n";
  const std::string file = folder.file("lost.yaml", text);
  const std::string sentence =
      "lost.yaml:17:43: `faults.lost` is a fault of kind `dns`, which can fire in sim only";
  for (const Words& words : {Words{"run", file, "--mode", "live"}, Words{"fake", "--config", file},
                             Words{"check", file, "--set", "target.url=http://127.0.0.1:1"}}) {
    const RunResult ran = shakedown(words);
    INFO(words.front() << ran.out << ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(sentence) != std::string::npos);
  }
  CHECK(shakedown({"check", file}).code == 0);
}

TEST_CASE("live: a target that refuses is INVALID, with what to try", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  // A port that was free a moment ago: a fake took it and gave it back.
  std::string address;
  {
    Running fake(shakedown_argv({"fake", "--listen", "127.0.0.1:0"}));
    const std::string base = fake.wait_for_line("openai: OPENAI_BASE_URL=http://");
    address = base.substr(0, base.find('/'));
  }
  const RunResult ran = shakedown({"run", file, "--target", "http://" + address, "--time-scale",
                                   "20", "--quiet", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  const json result = result_of(folder.path("out/sound"));
  CHECK(result.at("requests").at("ok") == 0);
  CHECK(result.at("verdict") == "INVALID");
  CHECK(ran.code == 4);
  CHECK(ran.out.find("refused the connection") != std::string::npos);
  CHECK(ran.out.find("does it run") != std::string::npos);
}

TEST_CASE("live: what cannot be a target is said before anything runs", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  struct Row {
    const char* url;
    const char* sentence;
  };
  for (const Row& row : {Row{"garbage", "`garbage` is not a URL; write http://host:port"},
                         Row{"http://127.0.0.1:99999", "is not an address"},
                         Row{"http://127.0.0.1:", "is not an address"},
                         Row{"https://", "names no host"},
                         Row{"http://127.0.0.1:1/v1", "a path is not taken"}}) {
    const RunResult ran =
        shakedown({"run", file, "--target", row.url, "--out", folder.path("out")});
    INFO(row.url << "\n" << ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(row.sentence) != std::string::npos);
    CHECK(ran.out.empty());
    CHECK(!exists(folder.path("out")));
  }
}

TEST_CASE("live: a host that does not resolve makes the run INVALID", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const RunResult ran =
      shakedown({"run", file, "--target", "http://no-such-host.invalid:80", "--set",
                 "phases.steady=4s", "--set", "load.chat.arrivals=constant(25/s)",
                 "--time-scale", "2", "--quiet", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  const json result = result_of(folder.path("out/sound"));
  CHECK(result.at("requests").at("ok") == 0);
  CHECK(result.at("verdict") != "PASS");
  check_conservation(result);
}

TEST_CASE("live: a core that dies makes the run INVALID, never PASS", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  Running run(shakedown_argv({"run", file, "--mode", "live", "--time-scale", "5", "--quiet",
                              "--set", "slo=[response.p95 < 1h]", "--out", folder.path("out")}));
  const std::string part = folder.path("out/sound/history.jsonl.part");
  REQUIRE(run.wait_until([&part] {
    std::error_code none;
    return std::filesystem::file_size(part, none) > 0 && !none;
  }));
  const pid_t core = run.first_child();
  REQUIRE(core > 0);
  REQUIRE(::kill(core, SIGKILL) == 0);
  const RunResult ended = run.wait();
  INFO(ended.out << ended.err);
  CHECK(ended.code != 0);
  const json result = result_of(folder.path("out/sound"));
  check_conservation(result);
  CHECK(result.at("verdict") != "PASS");
  CHECK(result.dump().find("the agent core's process ended during the run") != std::string::npos);
}

TEST_CASE("live: fakes that cannot listen are said", "[live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  Running fake(shakedown_argv({"fake", "--listen", "127.0.0.1:0"}));
  const std::string base = fake.wait_for_line("openai: OPENAI_BASE_URL=http://");
  const std::string address = base.substr(0, base.find('/'));
  const std::string port = address.substr(address.find(':') + 1);
  const RunResult ran = shakedown({"run", file, "--mode", "live", "--fakes-port", port, "--quiet",
                                   "--out", folder.path("out")});
  INFO(ran.out);
  CHECK(ran.code == 4);
  CHECK(ran.out.find("INVALID") == 0);
  // The console wraps its lines, result.json does not.
  const std::string result = read_file(folder.path("out/sound/result.json"));
  CHECK(result.find("the fake backends cannot listen on 127.0.0.1, from port " + port) !=
        std::string::npos);
  CHECK(result.find(R"("verdict": "INVALID")") != std::string::npos);
}
