// Whatever is wrong with the input: exit 3, one clear line with the place and a suggestion, and
// nothing is written.
#include <catch2/catch.hpp>
#include <filesystem>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;

namespace {

struct Bad {
  const char* what;
  std::string text;      // of s.yaml
  std::string expected;  // the line on stderr, or its beginning when it ends with "..."
};

void check_refused(const TempFolder& folder, const Words& arguments, const std::string& expected) {
  RunOptions options;
  options.directory = folder.path();
  Words words = arguments;
  words.insert(words.end(), {"--out", "out"});
  const RunResult ran = shakedown(words, options);
  INFO(ran.err);
  CHECK(ran.code == 3);
  CHECK(ran.out.empty());
  CHECK(!exists(folder.path("out")));
  const Words lines = lines_of(ran.err);
  REQUIRE(!lines.empty());
  CHECK(ran.err.back() == '\n');
  const bool is_beginning = expected.ends_with("...");
  const std::string wanted = is_beginning ? expected.substr(0, expected.size() - 3) : expected;
  CHECK((is_beginning ? lines[0].substr(0, wanted.size()) : lines[0]) == wanted);
  // One line; a usage error adds where to look.
  const bool only_one = lines.size() == 1;
  const bool with_help = lines.size() == 2 && lines[1].rfind("Try `shakedown ", 0) == 0;
  CHECK((only_one || with_help));
}

std::vector<Bad> bad_files() {
  return {
    {"unknown key", replaced(kSound, "seed:", "sead:"),
     "s.yaml:2:1: unknown key `sead` (did you mean `seed`?)"},
    {"unknown key deeper down", replaced(kSound, "users:", "usres:"),
     "s.yaml:9:5: unknown key `usres` in `load.chat` (did you mean `users`?)"},
    {"wrong unit", replaced(kSound, "20s}", "20q}"),
     "s.yaml:5:18: `phases.steady` must be a duration such as `30s`, not `20q`"},
    {"a rate without its unit", replaced(kSound, "constant(5/s)", "constant(5)"),
     "s.yaml:8:15: ..."},
    {"overlapping phases",
     replaced(kSound, "{steady: 20s}", "{a: {from: 0s, to: 20s}, b: {from: 10s, to: 30s}}"),
     "s.yaml:5:34: phase `b` (10s..30s) overlaps `a` (0s..20s)"},
    {"missing backend",
     kSound + "faults: [{id: down, on: backends.primry, at: steady, refuse: {}}]\n",
     "s.yaml:16:25: `faults.down.on` names `backends.primry`, which is not a backend of this "
     "scenario (did you mean `backends.primary`?)"},
    {"no backends",
     kSound.substr(0, kSound.find("backends:")) + kSound.substr(kSound.find("phases:")),
     "s.yaml:1:1: the scenario needs the key `backends`: the fakes that the agent calls"},
    {"truncated YAML", kSound.substr(0, 90),
     "s.yaml:4:1: the YAML ends or breaks off inside a value..."},
    {"unknown invariant", replaced(kSound, "terminal_once", "terminal_onse"),
     "s.yaml:15:14: `terminal_onse` is not an invariant (did you mean `terminal_once`?); "
     "`shakedown list invariants` shows all"},
    {"an SLO without a unit", replaced(kSound, "p95 < 30s", "p95 < 30"),
     "s.yaml:13:22: expected a unit: ns, us, ms, s, m or h, as in 30s"},
    {"an SLO without a comparison", replaced(kSound, "p95 < 30s", "p95 30s"),
     "s.yaml:13:18: expected < or <= (objectives bound from above)"},
    {"an SLO of an unknown phase", replaced(kSound, "p95 < 30s", "p95 < 30s in stedy"),
     "s.yaml:13:27: unknown phase ..."},
    {"an SLO of an unknown metric", replaced(kSound, "response.p95", "respnse.p95"),
     "s.yaml:13:5: ..."},
    {"empty file", "", "s.yaml: the file is empty"},
    {"only a comment", "# nothing\n", "s.yaml: the file is empty"},
    {"binary", std::string("scenario: \0x", 12),
     "s.yaml: the file has a NUL byte at offset 10: is it a binary file?"},
    {"a name that is a path", replaced(kSound, "sound", "../sound"), "s.yaml:1:11: ..."},
    {"a negative seed", replaced(kSound, "seed: 7", "seed: -7"), "s.yaml:2:7: ..."},
    {"nothing to judge",
     kSound.substr(0, kSound.find("slo:")), "s.yaml: nothing to judge..."},
    {"a key twice", replaced(kSound, "seed: 7", "seed: 7\nseed: 8"), "s.yaml:3:1: ..."},
    {"not a map", "- a\n- b\n", "s.yaml:1:1: ..."},
  };
}

}  // namespace

TEST_CASE("bad scenario files", "[bad]") {
  for (const Bad& bad : bad_files()) {
    DYNAMIC_SECTION(bad.what) {
      const TempFolder folder;
      folder.file("s.yaml", bad.text);
      check_refused(folder, {"run", "s.yaml"}, bad.expected);
      // `check` says the same.
      RunOptions options;
      options.directory = folder.path();
      const RunResult checked = shakedown({"check", "s.yaml"}, options);
      CHECK(checked.code == 3);
      CHECK(checked.out.empty());
      REQUIRE(!checked.err.empty());
      CHECK(checked.err == shakedown({"run", "s.yaml"}, options).err);
    }
  }
}

TEST_CASE("every fault of a file is said, a line each, in order", "[bad]") {
  const TempFolder folder;
  folder.file("s.yaml", replaced(replaced(kSound, "seed:", "sead:"), "ask:", "aks:"));
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = shakedown({"run", "s.yaml"}, options);
  CHECK(ran.code == 3);
  CHECK(lines_of(ran.err) == Words{"s.yaml:2:1: unknown key `sead` (did you mean `seed`?)",
                                   "s.yaml:11:5: unknown key `aks` in `load.chat` (did you mean "
                                   "`ask`?)"});
}

TEST_CASE("a typo in the second file stops the first from running", "[bad]") {
  const TempFolder folder;
  folder.file("a.yaml", kSound);
  folder.file("b.yaml", replaced(kSound, "seed:", "sead:"));
  check_refused(folder, {"run", "a.yaml", "b.yaml"},
                "b.yaml:2:1: unknown key `sead` (did you mean `seed`?)");
}

TEST_CASE("two scenarios of one name would overwrite each other", "[bad]") {
  const TempFolder folder;
  folder.file("a.yaml", kSound);
  folder.file("b.yaml", kSound);
  check_refused(folder, {"run", "a.yaml", "b.yaml"},
                "b.yaml: scenario `sound` is also in a.yaml; its results would overwrite those");
}

TEST_CASE("a file of 100 MB is refused before it is read", "[bad]") {
  const TempFolder folder;
  const std::string file = folder.file("big.yaml", "");
  std::filesystem::resize_file(file, 100'000'000);  // sparse
  check_refused(folder, {"run", "big.yaml"},
                "big.yaml: has 100000000 bytes; a scenario may have at most 4MiB");
}

TEST_CASE("bad traces", "[bad]") {
  const TempFolder folder;
  folder.file("s.yaml", replaced(kSound, "constant(5/s)", "{trace: t.csv, format: azure-llm}"));
  const std::string head = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  const std::string row = "2023-11-16 18:17:03.9799600,480,10\n";
  struct Row {
    const char* what;
    std::string trace;
    const char* expected;
  };
  for (const Row& bad : {
           Row{"a word for an instant", head + row + "bad,1,1\n", "t.csv:3:1: TIMESTAMP must ..."},
           Row{"a missing column", head + row + "2023-11-16 18:17:04.0,1\n", "t.csv:3..."},
           Row{"a negative length", head + row + "2023-11-16 18:17:04.0000000,-1,1\n",
               "t.csv:3:29: ..."},
           Row{"backwards", head + row + "2023-11-15 18:17:04.0000000,1,1\n", "t.csv:3:1: ..."},
           Row{"a torn last row", head + row + "2023-11-16 18:1", "t.csv:3:1: ..."},
           Row{"another header", "A,B,C\n" + row, "t.csv:1..."},
           Row{"empty", "", "t.csv..."},
       }) {
    DYNAMIC_SECTION(bad.what) {
      folder.file("t.csv", bad.trace);
      check_refused(folder, {"run", "s.yaml"}, bad.expected);
    }
  }
  check_refused(folder,
                {"run", "s.yaml", "--set",
                 "load.chat.arrivals={trace: u.csv, format: azure-llm}"},
                "u.csv: cannot be opened: No such file or directory");
}

TEST_CASE("bad command lines", "[bad]") {
  const TempFolder folder;
  folder.file("s.yaml", kSound);
  std::filesystem::create_directory(folder.path("empty"));
  struct Row {
    Words arguments;
    const char* expected;
  };
  for (const Row& bad : {
           Row{{"run", "none.yaml"},
               "none.yaml: no such file or folder; `shakedown list scenarios` shows the bundled "
               "ones"},
           Row{{"run", "empty"}, "empty: no scenario files (*.yaml) in this folder"},
           Row{{"rnu", "s.yaml"}, "shakedown: `rnu` is not a command (did you mean `run`?)"},
           Row{{"run", "s.yaml", "--sede", "7"},
               "shakedown: The following argument was not expected: --sede (did you mean "
               "`--seed`?)"},
           Row{{"run", "s.yaml", "--profile", "legcy"},
               "shakedown: --profile legcy: no such profile (did you mean `legacy`?); `shakedown "
               "list profiles` shows all"},
           Row{{"run", "s.yaml", "--seed", "abc"},
               "shakedown: --seed abc: a seed is a number, as 7 or 0x9f3a"},
           Row{{"run", "s.yaml", "--seed= -1"},
               "shakedown: --seed  -1: a seed is a number, as 7 or 0x9f3a"},
           Row{{"run", "s.yaml", "--seed", "7x"}, "shakedown: --seed 7x: a seed is a number..."},
           Row{{"run", "s.yaml", "--seed", "99999999999999999999"}, "shakedown: --seed 9999..."},
           Row{{"run", "s.yaml", "--mode", "simulated"}, "shakedown: --mode: ..."},
           Row{{"run", "s.yaml", "--time-scale", "30"},
               "shakedown: --time-scale is for --mode live: virtual time takes no time"},
           Row{{"run", "s.yaml", "--mode", "live", "--check-determinism"},
               "shakedown: --check-determinism is for --mode sim: real time never repeats"},
           Row{{"run", "s.yaml", "--mode", "sim", "--target", "http://127.0.0.1:1"},
               "shakedown: --mode sim --target: a real target cannot be simulated; leave one of "
               "them out"},
           Row{{"run", "s.yaml", "--mode", "sim", "--set", "target.url=http://127.0.0.1:1"},
               "s.yaml: has a target, and a real target cannot be simulated; leave --mode sim "
               "out"},
           Row{{"run", "s.yaml", "--set", "target.url=nowhere"},
               "--set target.url=nowhere: `target.url` must begin with `http://` or `https://`, "
               "not `nowhere` (did you mean `http://nowhere`?)"},
           Row{{"run", "s.yaml", "--set", "target.url=https://127.0.0.1:1/v1"},
               "s.yaml: target.url: `https://127.0.0.1:1/v1`: a path is not taken; write "
               "http://host:port, and the path of requests as `target.path`"},
           Row{{"run", "s.yaml", "--dialect", "morse"}, "shakedown: --dialect morse: ..."},
           Row{{"run", "s.yaml", "--set", "load.cat.users=3"},
               "--set load.cat.users=3: there is no `cat` in `load` (did you mean `chat`?)"},
           Row{{"run", "s.yaml", "--set", "nonsense"},
               "--set nonsense: an override is written `path=value`, as `load.chat.users=5`"},
           Row{{"run"}, "shakedown: paths is required..."},
       }) {
    std::string title;
    for (const std::string& word : bad.arguments) title += word + " ";
    DYNAMIC_SECTION(title) { check_refused(folder, bad.arguments, bad.expected); }
  }
}

TEST_CASE("an unknown option of a command suggests the nearest one", "[bad]") {
  const RunResult ran = shakedown({"run", "s.yaml", "--qiet"});
  CHECK(ran.code == 3);
  CHECK(ran.err.find("--qiet") != std::string::npos);
  CHECK(ran.err.find("(did you mean `--quiet`?)") != std::string::npos);
}

TEST_CASE("servers say what is wrong with their options", "[bad]") {
  struct Row {
    Words arguments;
    const char* sentence;
  };
  for (const Row& bad : {
           Row{{"agent"}, "give at least one --provider name=host:port"},
           Row{{"agent", "--provider", "x"}, "write name=host:port"},
           Row{{"agent", "--provider", "x=127.0.0.1:1", "--profile", "hard"}, "no such profile"},
           Row{{"agent", "--provider", "x=127.0.0.1:1", "--listen", "nonsense"},
               "`nonsense` is not an address; write host:port, as 127.0.0.1:8080"},
           Row{{"fake", "--listen", "127.0.0.1:x"}, "is not an address"},
           Row{{"fake", "--set", "backends.a.ttft=1s"}, "give --config FILE too"},
           Row{{"fake", "--config", "none.yaml"}, "none.yaml: "},
           Row{{"report", "none"},
               "none/result.json: not found; give the folder of a finished run"},
           Row{{"list", "faltus"},
               "there is no list of `faltus` (did you mean `faults`?); there is: scenarios"},
       }) {
    const RunResult ran = shakedown(bad.arguments);
    INFO(ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(bad.sentence) != std::string::npos);
    CHECK(ran.out.empty());
  }
}

TEST_CASE("a port that is taken is said, not waited for", "[bad]") {
  Running first(shakedown_argv({"fake", "--listen", "127.0.0.1:0"}));
  const std::string base = first.wait_for_line("openai: OPENAI_BASE_URL=http://");
  const std::string address = base.substr(0, base.find('/'));
  for (const Words& words : {Words{"fake", "--listen", address},
                             Words{"agent", "--provider", "x=127.0.0.1:1", "--listen", address}}) {
    const RunResult ran = shakedown(words);
    CHECK(ran.code == 3);
    CHECK(ran.err.find("cannot listen there (unavailable); give another port") !=
          std::string::npos);
  }
}
