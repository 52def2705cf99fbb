// Toolbox: all tools that the model may call, of MCP servers and our own run_command, behind one
// call: first the user hears what will be done, then the limit and the breaker of the tool have
// their say, then it is done, once. Whatever happens, there is a text for the model.
// One clock; must outlive its calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/limits/tool_limiter.hpp"
#include "agent/providers/breaker.hpp"
#include "agent/tools/run_command.hpp"
#include "agent/tools/tool_client.hpp"
#include "world/signal.hpp"

namespace agent {

class Toolbox {
 public:
  struct Parts {
    world::Clock& clock;
    world::Network& network;
    world::Processes* processes;  // null: no commands
    const Config& config;
    const Books& books;
    Breaker* breaker = nullptr;      // the one of the providers; null: none
    ToolLimiter* limiter = nullptr;  // null: none
  };
  // Throws std::invalid_argument as ToolClient does.
  Toolbox(Parts parts, const std::vector<Provider>& providers);

  bool on() const { return servers_.on() || commands_.on(); }

  // The tools on offer as a JSON list in the form of chat completions; empty: none.
  world::Task<std::string> offered();

  // Makes the call, once. Cancelled, or too late, it ends when what was begun has ended or been
  // given up: a command after term_grace + pipe_abandon at the latest.
  world::Task<ToolAnswer> call(ToolCall call);

  // The task has ended: nobody counts its calls any more.
  void end_task(const std::string& task) {
    if (parts_.limiter != nullptr) parts_.limiter->end_task(task);
  }

  // How long a call may take at most: what is longer than a user may wait should not be waited for.
  world::Nanos longest(const ToolRequest& wanted) const;

  // The breaker's key of a call: the tool, and of run_command the program, as one that hangs says
  // nothing of the others. Empty: there is nothing to call.
  std::string key_of(const ToolRequest& wanted) const;

 private:
  class Pass;
  struct Attempt {  // stands in the frame of call()
    explicit Attempt(world::Clock& clock) : changed(clock) {}
    std::optional<ToolAnswer> answer;
    bool has_ended = false;
    world::Signal changed;
  };

  bool is_command(const ToolRequest& wanted) const {
    return commands_.on() && wanted.name == RunCommand::kName;
  }
  bool is_open(const std::string& key) const {
    return parts_.breaker != nullptr && parts_.breaker->closed_for(key) > world::Nanos{0};
  }
  world::Task<void> attempt(const ToolCall& call, Attempt& attempt);
  world::Task<bool> ended(Attempt& attempt);
  world::Task<ToolAnswer> admit_and_make(const ToolCall& call);
  world::Task<std::string> over_limit(const ToolCall& call);
  world::Task<ToolAnswer> make(const ToolCall& call);
  void tell_intent(const ToolCall& call) const;

  Parts parts_;
  RunCommand commands_;
  ToolClient servers_;
};

}  // namespace agent
