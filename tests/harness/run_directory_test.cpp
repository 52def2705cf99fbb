// The folder of results when any operation on the disk fails: what has its final name is whole.
#include "harness/run/run_directory.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "world/sim_files.hpp"

using namespace harness;
using world::run_inline;

namespace {

constexpr const char* kFolder = "out/s";
constexpr int kLines = 40;
const std::string kLine = std::string(20'000, 'x') + "\n";  // 40 of them are more than one buffer

reports::RunRecord some_record() {
  reports::RunRecord record;
  record.scenario = "s";
  record.mode = "sim";
  record.sut = "linked";
  record.verdict = reports::Verdict::pass;
  return record;
}

void write_run(world::Files& files) {
  RunDirectory directory(files, kFolder);
  directory.open();
  const reports::Sink history = directory.history();
  const reports::Sink events = directory.events();
  for (int i = 0; i < kLines && !directory.failed(); ++i) history(kLine);
  events("{}\n");
  directory.flush();
  events("{}\n");
  directory.finish(some_record(), {});
}

std::map<std::string, std::string> contents(world::SimFiles& files) {
  std::map<std::string, std::string> all;
  const auto names = run_inline(files.list(kFolder));
  if (!names) return all;
  for (const std::string& name : *names) {
    all[name] = run_inline(files.read(std::string(kFolder) + "/" + name, 1 << 20)).value();
  }
  return all;
}

}  // namespace

TEST_CASE("a run directory that nothing disturbs", "[run_directory]") {
  world::SimClock clock;
  world::SimFiles files(clock);
  write_run(files);
  const auto all = contents(files);
  CHECK(all.size() == reports::writers().size() - 1);
  CHECK(all.at("history.jsonl").size() == kLines * kLine.size());
  CHECK(all.at("events.jsonl") == "{}\n{}\n");
  CHECK(all.count("history.jsonl.part") == 0);

  // Everything survives a power failure once finish() returned.
  files.crash();
  CHECK(contents(files) == all);
}

TEST_CASE("whatever operation fails, no file is half-written under its final name",
          "[run_directory]") {
  world::SimClock sound_clock;
  world::SimFiles sound(sound_clock);
  write_run(sound);
  const std::uint64_t operations = sound.operations();
  const auto whole = contents(sound);
  REQUIRE(operations > 20);
  std::uint64_t thrown = 0;
  for (std::uint64_t n = 0; n < operations; ++n) {
    for (const auto failure : {world::FileFailure::no_space, world::FileFailure::io_error}) {
      world::SimClock clock;
      world::SimFiles files(clock);
      files.fail_operation(n, failure);
      INFO("operation " << n << " fails with " << name_of(failure));
      bool failed = false;
      try {
        write_run(files);
      } catch (const OutputError& error) {
        failed = true;
        ++thrown;
        const std::string text = error.what();
        CHECK(text.rfind("out/s", 0) == 0);
        const char* reason = failure == world::FileFailure::no_space
                                 ? "the disk is full; free some space or give another --out"
                                 : "could not be written (io_error)";
        CHECK(text.find(reason) != std::string::npos);
      }
      const auto all = contents(files);
      // Success means that everything is there; failure that nothing wrong is.
      if (!failed) CHECK(all == whole);
      for (const auto& [name, text] : all) {
        INFO(name);
        if (name.ends_with(".part")) continue;
        const auto same = whole.find(name);
        REQUIRE(same != whole.end());
        CHECK(text == same->second);
      }
      if (failed) CHECK(all.count("result.json") + all.count("history.jsonl.part") < 2);
    }
  }
  CHECK(thrown > operations);  // of two failures each, nearly all are fatal
}

TEST_CASE("a disk that becomes full ends the run", "[run_directory]") {
  world::SimClock clock;
  world::SimFiles files(clock);
  files.set_capacity(300'000);  // one buffer fits, two do not
  RunDirectory directory(files, kFolder);
  directory.open();
  const reports::Sink history = directory.history();
  int lines = 0;
  while (!directory.failed() && lines < 1'000) {
    history(kLine);
    ++lines;
  }
  CHECK(lines < kLines);
  CHECK_THROWS_WITH(directory.finish(some_record(), {}),
                    "out/s/history.jsonl: the disk is full; free some space or give another --out");
  CHECK(contents(files).count("history.jsonl") == 0);
}

TEST_CASE("the results of an earlier run are removed first", "[run_directory]") {
  world::SimClock clock;
  world::SimFiles files(clock);
  write_run(files);
  RunDirectory directory(files, kFolder);
  directory.open();
  const auto all = contents(files);
  CHECK(all == std::map<std::string, std::string>{{"events.jsonl.part", ""},
                                                  {"history.jsonl.part", ""}});
}

TEST_CASE("a disk that may not be written to is said before the run", "[run_directory]") {
  world::SimClock clock;
  world::SimFiles files(clock);
  files.set_read_only(true);
  RunDirectory directory(files, kFolder);
  CHECK_THROWS_WITH(directory.open(), "out/s: not allowed to write here; give another --out");
}
