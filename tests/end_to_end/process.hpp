// Running the binary under test as a user would: a program with arguments, never through a shell.
// What it writes, how it ends, and what it leaves on the disk are all that a test may look at.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace end_to_end {

using Words = std::vector<std::string>;

struct RunResult {
  int code = -1;   // exit code; -1 when a signal ended it
  int signal = 0;  // that ended it; 0: none
  std::string out;
  std::string err;
};

struct RunOptions {
  std::vector<std::pair<std::string, std::string>> environment;  // set over ours
  std::string directory;          // empty: ours
  long file_bytes_max = 0;        // RLIMIT_FSIZE; 0: no limit
  std::chrono::seconds within{120};  // wall time, after which it is killed and the test fails
};

// A program that runs beside the test. Its end is awaited at the latest when this dies.
class Running {
 public:
  explicit Running(Words argv, RunOptions options = {});
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const;
  bool catches(int number) const;      // it has a handler for the signal
  bool has_pending(int number) const;  // the signal has come and was not taken yet
  pid_t first_child() const;           // of its main thread; 0: none

  // Reads until its output, or what it says of errors, has a whole line that begins so, and returns
  // the rest of that line.
  std::string wait_for_line(const std::string& beginning);

  // Looks again and again until the condition holds or the program ended; false: it ended.
  bool wait_until(const std::function<bool()>& holds);

  RunResult wait();

 private:
  bool read_some(int wait_ms);  // false: both streams have ended
  void demand_time();

  RunOptions options_;
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  RunResult result_;
  std::chrono::steady_clock::time_point give_up_;
};

RunResult run(Words argv, RunOptions options = {});

// The binary with these arguments.
RunResult shakedown(const Words& arguments, RunOptions options = {});
Words shakedown_argv(const Words& arguments);

// A folder of its own that is removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path(const std::string& name = "") const;
  // Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);  // fails the test when it is not there
bool exists(const std::string& path);
Words names_in(const std::string& folder);  // sorted; empty when there is none
Words lines_of(const std::string& text);
std::string bundled(const std::string& scenario);  // the path of scenarios/NAME.yaml

}  // namespace end_to_end
