// A lock that one holder has at a time.
#include "world/file_lock.hpp"

#include "tests/support/scratch_file.hpp"

using support::ScratchFile;
using world::FileLock;

TEST_CASE("a file lock has one holder, and is free when that one is gone", "[filelock]") {
  const ScratchFile file;
  {
    const FileLock first(file.path);
    CHECK(first.state() == FileLock::State::held);
    const FileLock second(file.path);
    CHECK(second.state() == FileLock::State::taken);
    const FileLock other(file.path + "2");
    CHECK(other.state() == FileLock::State::held);
  }
  const FileLock again(file.path);
  CHECK(again.state() == FileLock::State::held);
}

TEST_CASE("a file lock that cannot be made is none", "[filelock]") {
  const ScratchFile file;
  const FileLock nowhere(file.directory + "/nowhere/lock");
  CHECK(nowhere.state() == FileLock::State::impossible);
}
