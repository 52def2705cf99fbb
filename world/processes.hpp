// Processes, the port of child processes: start a program (never through a shell), read what it
// writes, signal it, wait for its end. Each child leads its own process group, and dies with its
// Child at the latest. RealProcesses forks; SimProcesses plays scripts in virtual time.
// One clock. A Child must not outlive the Processes that started it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "world/clock.hpp"
#include "world/failure.hpp"

namespace world {

struct ProcessLimits {
  Nanos cpu{0};                    // CPU time, rounded up to seconds; 0: no limit. XCPU, then KILL
  std::uint64_t open_files = 0;    // descriptors; 0: as ours
  std::uint64_t file_bytes = 0;    // the largest file it can write; 0: no limit
  std::uint64_t memory_bytes = 0;  // address space; 0: no limit
};  // core dumps are always off

struct Command {
  std::vector<std::string> argv;  // argv[0] is a path, or a name that is looked for on PATH
  std::vector<std::pair<std::string, std::string>> environment;  // set over what is inherited
  bool inherit_environment = true;
  std::string directory;           // empty: ours
  bool separate_errors = false;    // stderr apart from stdout; otherwise both come in one stream
  std::size_t tail_bytes = 65'536; // of the output that was read, how much tail() keeps
  ProcessLimits limits;
};

enum class OutputOf : std::uint8_t { out, err };
enum class ProcessSignal : std::uint8_t { terminate, kill, stop, cont };

// How a process ended. As in a shell, code 127 says that the program was not found and 126 that it
// could not be run; a line of output then says why.
struct Exit {
  int code = 0;
  int signal = 0;  // the signal that killed it; 0: it exited with `code`

  bool ok() const { return code == 0 && signal == 0; }
  friend bool operator==(const Exit&, const Exit&) = default;
};
std::string to_string(const Exit& exit);  // "exit 3", "signal 15"

inline constexpr int kNotFound = 127;
inline constexpr int kNotExecutable = 126;

class Child {
 public:
  virtual ~Child() = default;  // kills the whole group and reaps it

  virtual std::int64_t id() const = 0;  // the process id; in simulation a number like one

  // The next output, 1 or more bytes; empty: the stream has ended, which is when every process that
  // holds it has closed it. One reader per stream. A child that nobody reads waits when the pipe is
  // full (64 KiB). stderr is at its end at once unless the command asked for separate_errors.
  virtual Task<std::string> read_output(OutputOf of = OutputOf::out) = 0;

  // The last bytes that read_output has returned, of both streams.
  virtual std::string_view tail() const = 0;

  // Completes when the process has ended, at once when it already has. Any number may wait.
  virtual Task<Exit> wait() = 0;

  // To the whole group. False when the process has ended.
  virtual bool signal(ProcessSignal signal) = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;

  // Fails with unavailable when there is no room for another process, descriptor or pipe.
  virtual Result<std::unique_ptr<Child>> start(Command command) = 0;
};

// Reads and drops both streams until they end (the tail stays), then waits.
Task<Exit> run_to_end(Clock& clock, Child& child);

// The line a child prints when its program or its directory cannot be used.
std::string cannot_run_line(std::string_view what, int code);

// Keeps the last `bytes_max` bytes of what is added.
class Tail {
 public:
  explicit Tail(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void add(std::string_view bytes);
  std::string_view view() const {
    return std::string_view(bytes_).substr(bytes_.size() - std::min(bytes_.size(), bytes_max_));
  }

 private:
  std::size_t bytes_max_;
  std::string bytes_;  // at most twice the bound
};

}  // namespace world
