#include "agent/tools/toolbox.hpp"

#include "agent/tools/plain_text.hpp"
#include "world/deadline.hpp"
#include "world/json_text.hpp"
#include "world/scope.hpp"

namespace agent {

using world::Nanos;
using world::Task;

namespace {

constexpr std::size_t kNameBytesMax = 64;

}  // namespace

// Leave to make a call, from the tool's breaker, which hears how the call ended on every way out.
class Toolbox::Pass {
 public:
  // A command takes as long as it takes: that it began is its answer.
  Pass(const Parts& parts, const ToolCall& call, std::string key, bool is_command)
      : parts_(parts), request_(call.request), key_(std::move(key)) {
    if (parts_.breaker == nullptr) return;
    permit_ = parts_.breaker->admit(key_);
    if (!permit_.admitted) {
      parts_.books.note(LedgerKind::rejected, request_, {.key = key_});
      return;
    }
    parts_.books.note(LedgerKind::called, request_, {.key = key_, .value = 1});
    if (!is_command) return;
    permit_.latency = Nanos{0};
    parts_.breaker->speaks(key_, permit_);
  }
  ~Pass() {
    if (parts_.breaker == nullptr || !permit_.admitted) return;
    parts_.books.note(LedgerKind::call_ended, request_,
                      {.key = key_, .from = name_of(heard_.kind), .value = heard_.status});
    parts_.breaker->report(key_, permit_, heard_);
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  bool admitted() const { return permit_.admitted; }
  std::string refusal() const { return open_text(key_, permit_.retry_after); }
  void ended(const Outcome& heard) { heard_ = heard; }

 private:
  const Parts& parts_;
  const std::string& request_;
  const std::string key_;
  Breaker::Permit permit_;
  Outcome heard_{OutcomeKind::cancelled, 0};
};

Toolbox::Toolbox(Parts parts, const std::vector<Provider>& providers)
    : parts_(parts),
      commands_(RunCommand::Parts{parts.clock, parts.processes, parts.config.commands, parts.books,
                                  parts.config.defect}),
      servers_(ToolClient::Parts{parts.clock, parts.network, parts.config, parts.books},
               providers) {
  if (commands_.on()) servers_.reserve(RunCommand::kName);
}

Task<std::string> Toolbox::offered() {
  std::string list = co_await servers_.offered();
  if (!commands_.on()) co_return list;
  if (list.empty()) {
    list = "[" + commands_.offered() + "]";
  } else {
    list.back() = ',';
    list += commands_.offered() + "]";
  }
  co_return list;
}

Nanos Toolbox::longest(const ToolRequest& wanted) const {
  return is_command(wanted) ? commands_.longest(wanted) : parts_.config.tool_timeout;
}

// Empty for what cannot be called: made up names are no keys.
std::string Toolbox::key_of(const ToolRequest& wanted) const {
  std::string key(kToolKeyPrefix);
  key += wanted.name;
  if (!is_command(wanted)) return servers_.knows(wanted.name) ? key : std::string();
  const std::string program = commands_.program_of(wanted);
  return program.empty() ? program : key + "." + program;
}

// Said before anything is done, so that nothing happens behind the user's back.
void Toolbox::tell_intent(const ToolCall& call) const {
  if (!call.tell) return;
  const ToolRequest& wanted = call.wanted;
  std::string text = "I am going to use " + plain_line(wanted.name, kNameBytesMax) + ".";
  CommandRequest command;
  const CommandConfig& config = parts_.config.commands;
  if (is_command(wanted) && read_command(wanted.arguments, config, command).empty()) {
    text = "I am going to run: " + command_line(command.argv);
  }
  std::string json = R"({"tool":)";
  world::append_json_string(json, plain_line(wanted.name, kNameBytesMax));
  json += R"(,"call_id":)";
  world::append_json_string(json, wanted.id);
  json += R"(,"text":)";
  world::append_json_string(json, text);
  call.tell("intent", json + '}');
}

// The attempt has a strand of its own, so that whoever waits can be told that it is too late before
// what was begun has ended.
Task<ToolAnswer> Toolbox::call(ToolCall call) {
  const world::Instant from = parts_.clock.now();
  Attempt made(parts_.clock);
  world::Scope work(parts_.clock);
  work.spawn(attempt(call, made));
  std::exception_ptr stopped;
  try {
    Task<bool> ending = ended(made);
    auto waiting = world::with_deadline(parts_.clock, call.until, std::move(ending));
    const std::optional<bool> in_time = co_await waiting;
    if (!in_time) {
      call.tell = nullptr;  // the last word is said now
      if (call.too_late) call.too_late();
    }
  } catch (...) {
    stopped = std::current_exception();
  }
  work.cancel();
  co_await work.join_anyway();
  if (stopped) std::rethrow_exception(stopped);
  if (made.answer) co_return std::move(*made.answer);
  ToolAnswer late;
  late.text = "The tool took longer than its answer was of use. What it did until then is done.";
  late.end = ToolEnd::timeout;
  late.took = parts_.clock.now() - from;
  co_return late;
}

Task<void> Toolbox::attempt(const ToolCall& call, Attempt& attempt) {
  struct AtEnd {
    Attempt& attempt;
    ~AtEnd() {
      attempt.has_ended = true;
      attempt.changed.notify_all();
    }
  };
  const AtEnd at_end{attempt};
  ToolAnswer answer = co_await admit_and_make(call);
  attempt.answer = std::move(answer);
}

Task<bool> Toolbox::ended(Attempt& attempt) {
  while (!attempt.has_ended) co_await attempt.changed.wait();
  co_return true;
}

Task<ToolAnswer> Toolbox::admit_and_make(const ToolCall& call) {
  tell_intent(call);
  std::string key = key_of(call.wanted);
  if (key.empty()) co_return co_await make(call);  // which says why not
  if (!is_open(key)) {  // what is turned away counts for no limit
    std::string over = co_await over_limit(call);
    if (!over.empty()) co_return not_called(std::move(over));
  }
  Pass pass(parts_, call, std::move(key), is_command(call.wanted));
  if (!pass.admitted()) co_return not_called(pass.refusal());
  ToolAnswer answer = co_await make(call);
  pass.ended(answer.heard);
  co_return answer;
}

// Waits for its limit if it may; what is wrong, if it may not.
Task<std::string> Toolbox::over_limit(const ToolCall& call) {
  if (parts_.limiter == nullptr) co_return std::string();
  const std::string& tool = call.wanted.name;
  ToolLimiter::OnCooldown on_cooldown = [&call](Nanos expected) {
    if (!call.tell) return;
    std::string json = R"({"tool":)";
    world::append_json_string(json, call.wanted.name);
    json += R"(,"call_id":)";
    world::append_json_string(json, call.wanted.id);
    json += R"(,"wait_ms":)";
    world::append_integer(json, (expected.count() + 999'999) / 1'000'000);
    call.tell("cooldown", json + '}');
  };
  auto admitting = parts_.limiter->admit(call.user, call.task, tool, call.deadline,
                                         std::move(on_cooldown));
  const ToolLimiter::Admission admission = co_await admitting;
  if (!admission.error) co_return std::string();
  const RateLimitError& error = *admission.error;
  parts_.books.note(LedgerKind::tool_refused, call.request,
                    {.key = tool, .from = error.period, .limit = error.limit});
  co_return error.message();
}

Task<ToolAnswer> Toolbox::make(const ToolCall& call) {
  if (is_command(call.wanted)) return commands_.run(call);
  return servers_.run(call);
}

}  // namespace agent
