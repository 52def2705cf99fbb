// ToolCall and ToolAnswer: one call of a tool for the model, whose it is and who is told of it, and
// what became of it. Plain data; one clock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "agent/providers/completion.hpp"
#include "agent/providers/outcome.hpp"
#include "world/task.hpp"
#include "world/units.hpp"

namespace agent {

struct ToolCall {
  std::string request;  // its id, for the ledger
  std::string user;     // whose calls of a minute are counted together
  std::string task;     // whose calls at all: the job
  world::Instant deadline = world::kNever;  // until when the call may wait to be made

  // Until when its answer is of use. Then `too_late` is called, at once, so that somebody can be
  // told, and what was begun is ended after that.
  world::Instant until = world::kNever;
  std::function<void()> too_late;

  // What happens, as it happens: intent, cooldown, command, progress, each with a JSON object. Not
  // called any more when the call has ended. Empty: nobody listens.
  std::function<void(std::string_view kind, std::string json)> tell;

  // Completes before an effect begins, when it is written down that one may have happened. False:
  // that could not be written, so nothing must be done. Empty: nobody keeps book.
  std::function<world::Task<bool>()> begin_effects;

  // What is wanted of which tool.
  ToolRequest wanted;
};

enum class ToolEnd : std::uint8_t {
  ok,
  failed,   // it was done, and says that it went wrong
  refused,  // nothing was done: bad arguments, a limit, an open breaker, nobody there
  timeout,  // cut off: command_timeout. What it did until then is done
  unknown,  // the reply was lost; it may have had its effect or not
};
std::string_view name_of(ToolEnd end);

struct ToolAnswer {
  std::string text;  // for the model, whatever became of the call
  ToolEnd end = ToolEnd::ok;
  Outcome heard{OutcomeKind::ok, 0};  // what it says of the tool's health, for its breaker
  world::Nanos took{0};               // of the call itself, without waiting for a limit
};

// An answer to a call that was not made.
ToolAnswer not_called(std::string text, OutcomeKind heard = OutcomeKind::cancelled);

}  // namespace agent
