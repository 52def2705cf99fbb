// `backends.NAME.replay` is found beside its file and checked with it; --upstream is a URL.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "harness/commands/record.hpp"
#include "harness/scenario/loader.hpp"

using namespace harness;

namespace {

const std::string kLine =
    R"({"schema":"shakedown/recording/1","method":"POST","path":"/v1/x",)"
    R"("fingerprint":"00000000000000ff","status":200,"headers":[],"head_ms":1,)"
    R"("chunks":[{"at_ms":1,"text":"one"}],"end_ms":2,"end":"complete"})";

// A folder of its own, which goes with it.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      ("shakedown_replay_test_" + std::to_string(std::hash<const void*>{}(this)));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
};

Scenario load(const Folder& folder, const std::string& backend) {
  LoadOptions options;
  options.only_fakes = true;
  return parse_scenario("backends: {primary: " + backend + "}\n", (folder.path / "f.yaml").string(),
                        options);
}

std::string problem(const Folder& folder, const std::string& backend) {
  try {
    load(folder, backend);
    return "";
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
}

}  // namespace

TEST_CASE("replay: the recording is read beside the file that names it", "[replay]") {
  Folder folder;
  folder.write("good.jsonl", kLine + "\n" + kLine + "\n");
  const Scenario scenario = load(folder, "{replay: good.jsonl, replay_only: true}");
  REQUIRE(scenario.backends.at("primary").recording != nullptr);
  CHECK(scenario.backends.at("primary").recording->exchanges.size() == 2);
}

TEST_CASE("replay: what is wrong with a recording is told with its line", "[replay]") {
  Folder folder;
  folder.write("bad.jsonl", kLine + "\n{\"a\":1}\n" + kLine + "\nnothing\n");
  const std::string found = problem(folder, "{replay: bad.jsonl}");
  CHECK_THAT(found, Catch::Contains("bad.jsonl:2:1") && Catch::Contains("bad.jsonl:4:1"));
  CHECK_THAT(problem(folder, "{replay: none.jsonl}"), Catch::Contains("none.jsonl"));
  CHECK_THAT(problem(folder, "{replay_only: true}"), Catch::Contains("needs `replay`"));
}

TEST_CASE("record: --upstream is a URL with a host, and may have a path", "[record]") {
  const fakes::Upstream router = parse_upstream("https://openrouter.ai/api/");
  CHECK(router.endpoint == world::Endpoint{"openrouter.ai", 443});
  CHECK(router.prefix == "/api");
  CHECK(router.tls.has_value());
  const fakes::Upstream fake = parse_upstream("http://127.0.0.1:9000");
  CHECK(fake.endpoint == world::Endpoint{"127.0.0.1", 9000});
  CHECK(fake.prefix.empty());
  CHECK(!fake.tls.has_value());
  for (const char* bad : {"", "host:1", "ftp://x", "http://", "http://:80", "http://x:y",
                          "https://x/?key=1", "https://user:pass@x", "http://a b"}) {
    INFO(bad);
    CHECK_THROWS(parse_upstream(bad));
  }
}
