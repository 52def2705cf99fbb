// RunDirectory: the folder with the results of one scenario. Logs are appended to under a `.part` name
// while the run goes on, so a kill loses little of them; every file gets its final name only
// when it is whole. What an earlier run left there is removed first.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "reports/writers.hpp"
#include "world/files.hpp"

namespace harness {

// A result could not be written: which file, and why. The message says what to do.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class RunDirectory {
 public:
  // `files` must never suspend (RealFiles).
  RunDirectory(world::Files& files, std::string folder);
  ~RunDirectory();

  void open();  // throws OutputError

  reports::Sink history();
  reports::Sink events();

  // Hands what is buffered of the logs to the file system, so that a kill loses only what comes later.
  void flush();

  // True after a log could not be written: the run should end, and finish() will throw.
  bool failed() const { return !failure_.empty(); }

  // Completes the logs and writes every other file of the table. Throws OutputError; files written
  // before the failure are whole and stay.
  void finish(const reports::RunRecord& record, const reports::Environment& environment);

  const std::string& folder() const { return folder_; }

 private:
  struct Log;
  void append(Log& log, std::string_view text);
  void hand_over(Log& log);
  void complete(Log& log);
  std::string path(std::string_view file) const;

  world::Files& files_;
  std::string folder_;
  std::unique_ptr<Log> history_;
  std::unique_ptr<Log> events_;
  std::string failure_;
};

}  // namespace harness
