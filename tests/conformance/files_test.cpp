// What every Files does: what can be read after what was written, and every failure a caller can
// meet.
#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "arena.hpp"
#include "world/sim_files.hpp"

namespace conformance {

namespace {

std::string told(const FileResult<void>& result) {
  return result ? "ok" : std::string(name_of(result.error()));
}
std::string told(const FileResult<std::string>& result) {
  return result ? "'" + *result + "'" : std::string(name_of(result.error()));
}
std::string told(const FileResult<std::vector<std::string>>& result) {
  if (!result) return std::string(name_of(result.error()));
  std::string all = "[";
  for (const std::string& name : *result) all += (all.size() > 1 ? " " : "") + name;
  return all + "]";
}

// Takes a disk's room away while it lives: a capacity in simulation, a file size limit on the real
// machine (whose signal is ignored: the write fails).
class SmallDisk {
 public:
  SmallDisk(Arena& arena, std::uint64_t bytes) : arena_(arena) {
    if (arena.is_sim) {
      static_cast<SimFiles&>(arena.world.files).set_capacity(bytes);
      return;
    }
    before_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    if (arena_.is_sim) {
      static_cast<SimFiles&>(arena_.world.files).set_capacity(UINT64_MAX);
      return;
    }
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  Arena& arena_;
  rlimit limit_{};
  void (*before_)(int) = SIG_DFL;
};

Task<void> append_and_read(Arena& arena) {
  Files& files = arena.world.files;
  const std::string path = arena.directory + "/log";
  for (const char* text : {"one\n", "two\n"}) {
    FileResult<std::unique_ptr<File>> opened = co_await files.open_append(path);
    const auto appended = co_await (*opened)->append(text);
    const auto synced = co_await (*opened)->sync();
    const auto more = co_await (*opened)->append("and\n");
    const auto closed = co_await (*opened)->close();
    const auto late = co_await (*opened)->append("late");
    arena.note("file", told(appended) + " " + told(synced) + " " + told(more) + " " +
                           told(closed) + " " + told(late));
  }
  const auto all = co_await files.read(path, 1'000);
  arena.note("file", told(all));
  FileResult<std::unique_ptr<File>> fresh = co_await files.open(path, Files::Open::fresh);
  const auto begun = co_await (*fresh)->append("new");
  const auto anew = co_await files.read(path, 1'000);
  arena.note("file", told(begun) + " " + told(anew));
}

Task<void> bounds(Arena& arena) {
  Files& files = arena.world.files;
  const std::string path = arena.directory + "/ten";
  const auto written = co_await files.replace(path, "0123456789");
  const auto enough = co_await files.read(path, 10);
  const auto little = co_await files.read(path, 9);
  arena.note("file", told(written) + " " + told(enough) + " " + told(little));
}

Task<void> directories(Arena& arena) {
  Files& files = arena.world.files;
  const std::string& d = arena.directory;
  const auto made = co_await files.make_directories(d + "/a//b/c/");
  const auto again = co_await files.make_directories(d + "/a/b/c");
  const auto empty = co_await files.list(d + "/a/b/c");
  const auto z = co_await files.replace(d + "/a/z", "z");
  const auto y = co_await files.replace(d + "/a/./y", "y");
  const auto listed = co_await files.list(d + "/a");
  arena.note("1", told(made) + " " + told(again) + " " + told(empty) + " " + told(z) + " " +
                      told(y) + " " + told(listed));
  const auto full = co_await files.remove(d + "/a");
  const auto leaf = co_await files.remove(d + "/a/b/c");
  const auto file = co_await files.remove(d + "/a/z");
  const auto gone = co_await files.remove(d + "/a/z");
  const auto left = co_await files.list(d + "/a");
  arena.note("2", told(full) + " " + told(leaf) + " " + told(file) + " " + told(gone) + " " +
                      told(left));
}

Task<void> wrong_paths(Arena& arena) {
  Files& files = arena.world.files;
  const std::string& d = arena.directory;
  const auto made = co_await files.replace(d + "/file", "x");
  arena.note("1 made", told(made));
  const auto read = co_await files.read(d + "/none", 10);
  const auto read_deep = co_await files.read(d + "/none/none", 10);
  const auto read_under = co_await files.read(d + "/file/x", 10);
  const auto read_directory = co_await files.read(d, 10);
  arena.note("2 read", told(read) + " " + told(read_deep) + " " + told(read_under) + " " +
                           told(read_directory));
  const auto list = co_await files.list(d + "/none");
  const auto list_file = co_await files.list(d + "/file");
  arena.note("3 list", told(list) + " " + told(list_file));
  const auto over_file = co_await files.make_directories(d + "/file");
  const auto under_file = co_await files.make_directories(d + "/file/x");
  arena.note("4 make", told(over_file) + " " + told(under_file));
  const auto replace_nowhere = co_await files.replace(d + "/none/x", "x");
  const auto replace_directory = co_await files.replace(d, "x");
  arena.note("5 replace", told(replace_nowhere) + " " + told(replace_directory));
  const auto open = co_await files.open_append(d);
  const auto open_nowhere = co_await files.open_append(d + "/none/x");
  arena.note("6 open", std::string(name_of(open.error())) + " " +
                           std::string(name_of(open_nowhere.error())));
  const auto left = co_await files.list(d);
  arena.note("7 left", told(left));
}

Task<void> renames(Arena& arena) {
  Files& files = arena.world.files;
  const std::string& d = arena.directory;
  const auto made = co_await files.make_directories(d + "/sub");
  const auto a = co_await files.replace(d + "/a", "A");
  const auto b = co_await files.replace(d + "/b", "B");
  arena.note("1", told(made) + " " + told(a) + " " + told(b));
  const auto over = co_await files.rename(d + "/a", d + "/b");
  const auto self = co_await files.rename(d + "/b", d + "/b");
  const auto away = co_await files.rename(d + "/b", d + "/sub/c");
  const auto read = co_await files.read(d + "/sub/c", 10);
  arena.note("2", told(over) + " " + told(self) + " " + told(away) + " " + told(read));
  const auto none = co_await files.rename(d + "/a", d + "/x");
  const auto onto = co_await files.rename(d + "/sub/c", d + "/sub");
  const auto directory = co_await files.rename(d + "/sub", d + "/x");
  const auto left = co_await files.list(d);
  arena.note("3", told(none) + " " + told(onto) + " " + told(directory) + " " + told(left));
}

Task<void> replacing(Arena& arena) {
  Files& files = arena.world.files;
  const std::string path = arena.directory + "/result.json";
  const auto first = co_await files.replace(path, "old");
  const auto second = co_await files.replace(path, "new and longer");
  const auto read = co_await files.read(path, 100);
  const auto listed = co_await files.list(arena.directory);
  arena.note("file", told(first) + " " + told(second) + " " + told(read) + " " + told(listed));
}

Task<void> full_disk(Arena& arena) {
  Files& files = arena.world.files;
  const std::string path = arena.directory + "/result.json";
  const auto before = co_await files.replace(path, "old");
  FileResult<std::unique_ptr<File>> log = co_await files.open_append(arena.directory + "/log");
  const auto line = co_await (*log)->append("line\n");
  arena.note("1", told(before) + " " + told(line));
  {
    const SmallDisk small(arena, 4'096);
    const auto replaced = co_await files.replace(path, std::string(10'000, 'x'));
    const auto appended = co_await (*log)->append(std::string(10'000, 'y'));
    arena.note("2", told(replaced) + " " + told(appended));
  }
  const auto read = co_await files.read(path, 100'000);
  const auto logged = co_await files.read(arena.directory + "/log", 100'000);
  const auto listed = co_await files.list(arena.directory);
  arena.note("3", told(read) + " " + told(logged) + " " + told(listed));
  const auto after = co_await (*log)->append("next\n");
  const auto whole = co_await files.read(arena.directory + "/log", 100'000);
  arena.note("4", told(after) + " " + told(whole));
}

Task<void> removed_while_open(Arena& arena) {
  Files& files = arena.world.files;
  const std::string path = arena.directory + "/log";
  FileResult<std::unique_ptr<File>> log = co_await files.open_append(path);
  const auto removed = co_await files.remove(path);
  const auto appended = co_await (*log)->append("into nothing");
  const auto synced = co_await (*log)->sync();
  const auto read = co_await files.read(path, 100);
  arena.note("file", told(removed) + " " + told(appended) + " " + told(synced) + " " + told(read));
}

}  // namespace

TEST_CASE("files: both twins behave alike") {
  check_all({
      {"append and read", append_and_read,
       {"file: ok ok ok ok io_error", "file: ok ok ok ok io_error",
        "file: 'one\nand\ntwo\nand\n'", "file: ok 'new'"}},
      {"bounded reads", bounds, {"file: ok '0123456789' too_large"}},
      {"directories", directories,
       {"1: ok ok [] ok ok [b y z]", "2: not_empty ok ok not_found [b y]"}},
      {"paths that are wrong", wrong_paths,
       {"1 made: ok", "2 read: not_found not_found wrong_kind wrong_kind",
        "3 list: not_found wrong_kind", "4 make: wrong_kind wrong_kind",
        "5 replace: not_found wrong_kind", "6 open: wrong_kind not_found", "7 left: [file]"}},
      {"rename", renames,
       {"1: ok ok ok", "2: ok ok ok 'A'", "3: not_found wrong_kind wrong_kind [sub]"}},
      {"replace", replacing, {"file: ok ok 'new and longer' [result.json]"}},
      {"a full disk", full_disk,
       {"1: ok ok", "2: no_space no_space", "3: 'old' 'line\n' [log result.json]",
        "4: ok 'line\nnext\n'"}},
      {"removed while open", removed_while_open, {"file: ok ok ok not_found"}},
  });
}

}  // namespace conformance
