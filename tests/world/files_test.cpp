// What a crash leaves, and every single failure of a disk operation.
#include <catch2/catch.hpp>
#include <set>

#include "world/real_files.hpp"
#include "world/scope.hpp"
#include "world/sim_files.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace world {
std::ostream& operator<<(std::ostream& out, FileFailure failure) { return out << name_of(failure); }
}  // namespace world

namespace {

std::string content(SimFiles& files, const std::string& path) {
  const auto read = run_inline(files.read(path, 1'000'000));
  return read ? *read : "<" + std::string(name_of(read.error())) + ">";
}

std::unique_ptr<File> open_append(SimFiles& files, const std::string& path) {
  return *run_inline(files.open_append(path));
}

}  // namespace

TEST_CASE("sim files: a crash keeps what was synced") {
  SimClock clock;
  SimFiles files(clock);
  SECTION("bytes") {
    const auto log = open_append(files, "log");
    CHECK(run_inline(log->append("synced\n")));
    CHECK(run_inline(log->sync()));
    CHECK(run_inline(log->append("pending\n")));
    CHECK(content(files, "log") == "synced\npending\n");
    files.crash();
    CHECK(content(files, "log") == "synced\n");
    // Whoever had it open before the crash is gone.
    CHECK(run_inline(log->append("x")).error() == FileFailure::io_error);
    CHECK(run_inline(log->sync()).error() == FileFailure::io_error);
  }
  SECTION("names") {
    const auto unsynced = open_append(files, "unsynced");
    CHECK(run_inline(unsynced->append("x")));
    CHECK(run_inline(files.make_directories("a/b")));
    CHECK(run_inline(files.replace("a/b/kept", "1")));
    CHECK(run_inline(files.replace("a/b/removed", "2")));
    CHECK(run_inline(files.remove("a/b/removed")));
    CHECK(run_inline(files.rename("a/b/kept", "a/renamed")));
    files.crash();
    CHECK(content(files, "unsynced") == "<not_found>");
    CHECK(content(files, "a/b/kept") == "<not_found>");
    CHECK(content(files, "a/b/removed") == "<not_found>");
    CHECK(content(files, "a/renamed") == "1");
  }
  SECTION("starting a file afresh does not lose the old one before a sync") {
    CHECK(run_inline(files.replace("f", "old")));
    const auto fresh = *run_inline(files.open("f", Files::Open::fresh));
    CHECK(run_inline(fresh->append("new")));
    CHECK(content(files, "f") == "new");
    files.crash();
    CHECK(content(files, "f") == "old");
  }
}

TEST_CASE("sim files: torn writes leave a part of what was pending, the same for one seed") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::string twice[2];
    for (std::string& left : twice) {
      SimClock clock;
      SimFiles files(clock, Random(seed));
      files.set_torn_writes(true);
      const auto log = open_append(files, "log");
      CHECK(run_inline(log->append("AB")));
      CHECK(run_inline(log->sync()));
      CHECK(run_inline(log->append("cdef")));
      files.crash();
      left = content(files, "log");
    }
    CHECK(twice[0] == twice[1]);
    seen.insert(twice[0]);
  }
  CHECK(seen == std::set<std::string>{"AB", "ABc", "ABcd", "ABcde", "ABcdef"});
}

TEST_CASE("sim files: replace survives the failure of any single operation") {
  for (const FileFailure failure : {FileFailure::io_error, FileFailure::no_space}) {
    int failed = 0;
    for (std::uint64_t n = 0;; ++n) {
      SimClock clock;
      SimFiles files(clock);
      REQUIRE(run_inline(files.replace("result", "old")));
      const std::uint64_t before = files.operations();
      files.fail_operation(before + n, failure);
      const auto replaced = run_inline(files.replace("result", "new"));
      if (replaced) break;
      INFO("operation " << n);
      CHECK(run_inline(files.list("")).value() == std::vector<std::string>{"result"});
      CHECK(content(files, "result") == "old");
      files.crash();
      CHECK(content(files, "result") == "old");
      CHECK(replaced.error() == failure);
      ++failed;
    }
    CHECK(failed == 5);  // open, append, sync, close, rename
  }
}

namespace {

Task<void> replace_slowly(SimFiles& files, std::string bytes, FileResult<void>& outcome) {
  outcome = co_await files.replace("result", std::move(bytes));
}

// Replaces while a crash comes at an instant of the middle.
std::string crash_at(Nanos instant, bool& finished) {
  SimClock clock;
  SimFiles files(clock);
  REQUIRE(run_inline(files.replace("result", "old")));
  files.set_sync_time(Distribution::fixed(10'000'000));
  FileResult<void> outcome = FileFailure::unavailable;
  struct Body {
    static Task<void> run(SimClock& clock, SimFiles& files, Nanos instant,
                          FileResult<void>& outcome) {
      Scope scope(clock);
      scope.spawn(replace_slowly(files, "new", outcome));
      co_await clock.sleep(instant);
      files.crash();
      co_await scope.join();
    }
  };
  CHECK(clock.run(Body::run(clock, files, instant, outcome)));
  finished = outcome.has_value();
  const auto names = run_inline(files.list(""));
  for (const std::string& name : *names) {
    if (name != "result") CHECK(content(files, name) == "new");  // a temporary one, but whole
  }
  return content(files, "result");
}

}  // namespace

TEST_CASE("sim files: a crash at any instant of a replace leaves all of one file") {
  for (int ms = 1; ms < 30; ms += 2) {
    bool finished = false;
    const std::string left = crash_at(ms * 1ms, finished);
    INFO(ms << " ms");
    CHECK(left == (finished ? "new" : "old"));
    CHECK(finished == (ms > 20));  // one sync of the file, one of the directory
  }
}

namespace {
Task<void> cancelled_replace(SimClock& clock, SimFiles& files) {
  FileResult<void> outcome = FileFailure::unavailable;
  Scope scope(clock);
  scope.spawn(replace_slowly(files, "new", outcome));
  co_await clock.sleep(1ms);
  scope.cancel();
  co_await scope.join();
}
}  // namespace

TEST_CASE("sim files: a cancelled replace removes its temporary file") {
  SimClock clock;
  SimFiles files(clock);
  REQUIRE(run_inline(files.replace("result", "old")));
  files.set_sync_time(Distribution::fixed(10'000'000));
  CHECK(clock.run(cancelled_replace(clock, files)));
  CHECK(run_inline(files.list("")).value() == std::vector<std::string>{"result"});
  CHECK(content(files, "result") == "old");
}

TEST_CASE("sim files: faults of the disk") {
  SimClock clock;
  SimFiles files(clock);
  SECTION("a failed sync loses the pages, and the file is of no more use") {
    const auto log = open_append(files, "log");
    CHECK(run_inline(log->append("kept")));
    CHECK(run_inline(log->sync()));
    CHECK(run_inline(log->append("lost")));
    files.fail_operation(files.operations());
    CHECK(run_inline(log->sync()).error() == FileFailure::io_error);
    CHECK(content(files, "log") == "kept");
    CHECK(run_inline(log->append("more")).error() == FileFailure::io_error);
  }
  SECTION("capacity counts all files") {
    files.set_capacity(10);
    CHECK(run_inline(files.replace("a", "123456")));
    CHECK(run_inline(files.replace("b", "12345")).error() == FileFailure::no_space);
    CHECK(run_inline(files.replace("b", "1234")));
    CHECK(files.used_bytes() == 10);
    CHECK(run_inline(files.remove("a")));
    CHECK(run_inline(files.replace("c", "123456")));
  }
  SECTION("read-only") {
    CHECK(run_inline(files.replace("a", "1")));
    files.set_read_only(true);
    CHECK(run_inline(files.replace("a", "2")).error() == FileFailure::denied);
    CHECK(run_inline(files.remove("a")).error() == FileFailure::denied);
    CHECK(run_inline(files.make_directories("d")).error() == FileFailure::denied);
    CHECK(content(files, "a") == "1");
  }
}

namespace {
Task<void> sync_three_times(SimFiles& files) {
  FileResult<std::unique_ptr<File>> log = co_await files.open_append("log");
  for (int i = 0; i < 3; ++i) {
    const auto synced = co_await (*log)->sync();
    CHECK(synced);
  }
}
}  // namespace

TEST_CASE("sim files: a slow sync takes virtual time") {
  SimClock clock;
  SimFiles files(clock);
  files.set_sync_time(Distribution::fixed(20'000'000));
  CHECK(clock.run(sync_three_times(files)));
  CHECK(clock.now() == at(60ms));
}

TEST_CASE("real files: a full device") {
  RealFiles files;
  const auto full = run_inline(files.open_append("/dev/full"));
  REQUIRE(full);
  const auto appended = run_inline((*full)->append("x"));
  CHECK(appended.error() == FileFailure::no_space);
}
