// RunCommand: the model's tool run_command {argv, timeout_seconds}, a child process without a
// shell, in a clean environment. It has a time; it is heard of while it runs; it is started once
// for a call; and it never outlives the call: whoever cancels the call waits until the whole group
// is gone, at most term_grace + pipe_abandon. One clock; must outlive its calls.
#pragma once

#include <string>
#include <vector>

#include "agent/books.hpp"
#include "agent/defect.hpp"
#include "agent/tools/command_config.hpp"
#include "agent/tools/command_request.hpp"
#include "agent/tools/tool_call.hpp"
#include "world/processes.hpp"

namespace agent {

class RunCommand {
 public:
  struct Parts {
    world::Clock& clock;
    world::Processes* processes;  // null: there are none, and no commands
    const CommandConfig& config;
    const Books& books;
    Defect defect = Defect::none;
  };
  explicit RunCommand(Parts parts) : parts_(parts) {}

  static constexpr std::string_view kName = "run_command";

  // Whether anything may be run at all.
  bool on() const {
    return parts_.processes != nullptr && parts_.config.enabled && !parts_.config.allow.empty();
  }

  // The tool in the form of chat completions.
  std::string offered() const;

  // The program that a call would run; empty: none, the call is wrong.
  std::string program_of(const ToolRequest& wanted) const;
  // How long a call may take at most, its end included.
  world::Nanos longest(const ToolRequest& wanted) const;

  // Runs the command and says how it ended: {"exit_code","exit_reason","elapsed_ms","truncated",
  // "output"} as JSON. `call` outlives it.
  world::Task<ToolAnswer> run(const ToolCall& call);

  std::int64_t running() const { return running_; }

 private:
  struct Running;

  world::Task<void> attend(Running& r);
  world::Task<void> see_to_its_end(Running& r);
  world::Task<void> read(Running& r);
  world::Task<void> await_exit(Running& r);
  using Come = bool (*)(const Running& r);
  world::Task<void> until(Running& r, Come come, world::Instant at);
  void tell_progress(Running& r);
  world::Command command_for(const CommandRequest& request) const;

  Parts parts_;
  std::int64_t running_ = 0;
  static constexpr std::size_t kOrphansMax = 1'000;
  std::vector<std::unique_ptr<world::Child>> orphans_;  // of a defect
};

}  // namespace agent
