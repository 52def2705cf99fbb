// Files, the port of storage: directories, whole reads, appends with an explicit sync, and atomic
// replacement. RealFiles is POSIX and never suspends (run_inline can drive it); SimFiles is in
// memory and lets a slow sync take virtual time. What a returned sync(), replace(), rename(),
// remove() or make_directories() did survives a crash; anything else may not.
// One clock. Paths are Unix paths; relative ones start where the process (or the simulation) does.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "world/task.hpp"

namespace world {

enum class FileFailure : std::uint8_t {
  not_found,    // no such file, or no such directory on the way
  exists,       // something with this name is there already
  wrong_kind,   // a file where a directory is needed, or the reverse
  not_empty,    // a directory that still has names in it
  denied,       // permissions, or a read-only file system
  no_space,     // the disk, the quota or the file size limit is exhausted
  too_large,    // more bytes or names than the caller's bound
  unavailable,  // out of descriptors
  io_error,     // the device failed, or the file failed before
};

constexpr std::string_view name_of(FileFailure f) {
  switch (f) {
    case FileFailure::not_found: return "not_found";
    case FileFailure::exists: return "exists";
    case FileFailure::wrong_kind: return "wrong_kind";
    case FileFailure::not_empty: return "not_empty";
    case FileFailure::denied: return "denied";
    case FileFailure::no_space: return "no_space";
    case FileFailure::too_large: return "too_large";
    case FileFailure::unavailable: return "unavailable";
    case FileFailure::io_error: return "io_error";
  }
  return "unknown";
}

template <class T>
using FileResult = boost::system::result<T, FileFailure>;

// Found by boost::system::result when value() is asked of a failure: a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(FileFailure f, const boost::source_location&) {
  throw std::logic_error("value() of a failed file operation: " + std::string(name_of(f)));
}

// A file that is open for appending. Destroying it closes it without a sync.
class File {
 public:
  virtual ~File() = default;

  // All of the bytes or none: after a failure the file is cut back to where it ended before.
  virtual Task<FileResult<void>> append(std::string bytes) = 0;

  // The bytes so far, and the file's name, survive a crash. When it fails nobody knows which bytes
  // did, so every later operation on this File fails with io_error.
  virtual Task<FileResult<void>> sync() = 0;

  virtual Task<FileResult<void>> close() = 0;
};

class Files {
 public:
  virtual ~Files() = default;

  // Makes the directory and its missing parents; success when it is there already.
  virtual Task<FileResult<void>> make_directories(std::string path) = 0;

  virtual Task<FileResult<std::string>> read(std::string path, std::uint64_t bytes_max) = 0;

  // The names in a directory in byte order, without "." and "..".
  virtual Task<FileResult<std::vector<std::string>>> list(std::string path) = 0;

  // Removes a file or an empty directory.
  virtual Task<FileResult<void>> remove(std::string path) = 0;

  // Gives a file another name in place of whatever file had it. Atomic: the new name always has all
  // of one file.
  virtual Task<FileResult<void>> rename(std::string from, std::string to) = 0;

  enum class Open : std::uint8_t {
    append,  // goes on at the end of what is there
    fresh,   // starts with nothing
  };
  virtual Task<FileResult<std::unique_ptr<File>>> open(std::string path, Open how) = 0;
  Task<FileResult<std::unique_ptr<File>>> open_append(std::string path) {
    return open(std::move(path), Open::append);
  }

  // The file has these bytes, durably, or (on failure) what it had before: temporary file, sync,
  // rename, sync of the directory. The temporary file is removed when anything fails, also when the
  // task is cancelled (unless removing fails too).
  Task<FileResult<void>> replace(std::string path, std::string bytes);

  static constexpr std::size_t kNamesMax = 1'000'000;  // list() of more fails with too_large

 protected:
  // A name beside `path` that nobody else uses at the moment.
  virtual std::string temporary_name(const std::string& path) = 0;

  // Removes a temporary file at once: no sync, and nothing to do when that fails.
  virtual void drop_temporary(const std::string& path) = 0;
};

}  // namespace world
