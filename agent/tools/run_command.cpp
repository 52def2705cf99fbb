#include "agent/tools/run_command.hpp"

#include <algorithm>
#include <optional>

#include "agent/tools/command_output.hpp"
#include "agent/tools/plain_text.hpp"
#include "world/deadline.hpp"
#include "world/json_text.hpp"
#include "world/scope.hpp"
#include "world/shielded.hpp"
#include "world/signal.hpp"

namespace agent {

using world::Instant;
using world::Nanos;
using world::Task;

namespace {

constexpr int kTimedOut = 124;  // as of timeout(1); a signal is 128 and its number, as of a shell
constexpr int kSignalled = 128;
constexpr std::size_t kTailBytes = 512;  // of the port's own, to know its last words by
constexpr std::size_t kLineBytesMax = 200;
// A command that prints without end must not keep everybody else from the clock.
constexpr std::size_t kReadBurst = 256 << 10;
constexpr Nanos kReadPause = std::chrono::milliseconds(1);

// How a command ended, as the model, the user and the ledger are told.
struct CommandEnd {
  int code = 0;
  std::string_view reason;  // exited, signal, timeout, cancelled, not_found, not_executable
};

std::int64_t milliseconds(Nanos time) { return time.count() / 1'000'000; }

void add_number(std::string& json, std::string_view name, std::int64_t value) {
  json += ",\"";
  json += name;
  json += "\":";
  world::append_integer(json, value);
}

void add_text(std::string& json, std::string_view name, std::string_view text) {
  json += ",\"";
  json += name;
  json += "\":";
  world::append_json_string(json, text);
}

}  // namespace

// A command that runs. It stands in the frame of run(); when it goes, the whole group has gone.
struct RunCommand::Running {
  Running(RunCommand& o, const ToolCall& c, const CommandRequest& request)
      : owner(o),
        call(c),
        program(request.argv.front()),
        changed(o.parts_.clock),
        output(static_cast<std::size_t>(o.parts_.config.output_bytes)),
        started(o.parts_.clock.now()),
        told(started) {
    const Nanos kill_after = o.parts_.config.kill_after;
    const bool is_killed = kill_after > Nanos{0} && kill_after < request.timeout;
    deadline = started + (is_killed ? kill_after : request.timeout);
    ++owner.running_;
    o.parts_.books.note(LedgerKind::command_started, c.request,
                        {.key = program, .from = c.wanted.id, .limit = request.timeout.count()});
  }
  ~Running() {
    --owner.running_;
    if (left_alone) return;
    child.reset();
    const CommandEnd how = end();
    owner.parts_.books.note(
        LedgerKind::command_ended, call.request,
        {.key = program, .from = call.wanted.id, .to = how.reason, .value = how.code});
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Task<bool> change() {
    co_await changed.wait();
    co_return true;
  }

  CommandEnd end() const {
    if (!why_not.empty()) return {world::kNotExecutable, why_not};
    if (cut_off == Cut::timeout) return {kTimedOut, "timeout"};
    if (cut_off == Cut::cancelled || !exit) {
      return {kSignalled + (exit ? exit->signal : 0), "cancelled"};
    }
    if (exit->signal != 0) return {kSignalled + exit->signal, "signal"};
    return {exit->code, reason_of(exit->code)};
  }
  // A program's own 127 has other words than the one of the port.
  std::string_view reason_of(int code) const {
    if (code != world::kNotFound && code != world::kNotExecutable) return "exited";
    const bool is_found = last_words != world::cannot_run_line(program, world::kNotFound);
    if (code == world::kNotFound) return is_found ? "exited" : "not_found";
    const std::string& directory = owner.parts_.config.directory;
    const bool is_run = last_words != world::cannot_run_line(program, world::kNotExecutable) &&
                        last_words != world::cannot_run_line(directory, world::kNotFound);
    return is_run ? "exited" : "not_executable";
  }

  RunCommand& owner;
  const ToolCall& call;
  const std::string program;
  std::unique_ptr<world::Child> child;
  world::Signal changed;
  CommandOutput output;
  const Instant started;
  Instant deadline{};
  Instant told;  // when the user heard of it last
  std::optional<world::Exit> exit;
  bool output_ended = false;
  bool cancelled = false;
  enum class Cut : std::uint8_t { no, timeout, cancelled } cut_off = Cut::no;
  std::string last_words;
  std::string why_not;      // it was not started
  bool left_alone = false;  // of a defect
};

std::string RunCommand::offered() const {
  const CommandConfig& config = parts_.config;
  std::string programs;
  for (const std::string& name : config.allow) programs += (programs.empty() ? "" : ", ") + name;
  std::string tool = R"({"type":"function","function":{"name":"run_command","description":)";
  world::append_json_string(
      tool, "Runs a program and returns what it printed and how it ended. There is no shell: argv "
            "is the program and its arguments, one text each. Programs: " + programs + ".");
  tool += R"(,"parameters":{"type":"object","properties":{"argv":{"type":"array","items":)"
          R"({"type":"string"},"minItems":1,"maxItems":)";
  world::append_integer(tool, CommandRequest::kWordsMax);
  tool += R"(},"timeout_seconds":{"type":"integer","minimum":1,"maximum":)";
  world::append_integer(tool, config.timeout_max.count() / 1'000'000'000);
  tool += R"(}},"required":["argv"],"additionalProperties":false}}})";
  return tool;
}

std::string RunCommand::program_of(const ToolRequest& wanted) const {
  CommandRequest request;
  const std::string wrong = read_command(wanted.arguments, parts_.config, request);
  return wrong.empty() ? request.argv.front() : std::string();
}

Nanos RunCommand::longest(const ToolRequest& wanted) const {
  CommandRequest request;
  if (!read_command(wanted.arguments, parts_.config, request).empty()) return Nanos{0};
  return request.timeout + parts_.config.term_grace + parts_.config.pipe_abandon;
}

// Nothing of our own environment: it has our keys.
world::Command RunCommand::command_for(const CommandRequest& request) const {
  world::Command command;
  command.argv = request.argv;
  command.inherit_environment = false;
  command.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}};
  command.directory = parts_.config.directory;
  command.tail_bytes = kTailBytes;
  return command;
}

Task<ToolAnswer> RunCommand::run(const ToolCall& call) {
  CommandRequest request;
  std::string wrong = read_command(call.wanted.arguments, parts_.config, request);
  if (!wrong.empty()) co_return not_called(std::move(wrong));
  if (running_ >= parts_.config.running_max) {
    co_return not_called("As many commands run already as may, so nothing was done. Try it again "
                         "later.");
  }
  if (call.begin_effects) {
    Task<bool> beginning = call.begin_effects();
    const bool begun = co_await beginning;
    if (!begun) {
      co_return not_called("It could not be written down that the command begins, so nothing was "
                           "done. Tell the user so.");
    }
  }
  ToolAnswer answer;
  {
    Running running(*this, call, request);
    world::Result<std::unique_ptr<world::Child>> child =
        parts_.processes->start(command_for(request));
    if (!child) {
      running.why_not = "not_started";
      co_return not_called("The system has no room for another process, so nothing was done. Try "
                           "it again later.", OutcomeKind::refused);
    }
    running.child = std::move(*child);
    if (call.tell) {
      std::string json = R"({"tool":"run_command","state":"started")";
      add_text(json, "call_id", call.wanted.id);
      add_text(json, "command", command_line(request.argv));
      add_number(json, "timeout_ms", milliseconds(running.deadline - running.started));
      call.tell("command", json + '}');
    }
    Task<void> attending = attend(running);
    std::function<void()> told = [&running] {
      running.cancelled = true;
      running.owner.parts_.books.note(LedgerKind::command_cancelled, running.call.request,
                                      {.key = running.program, .from = running.call.wanted.id});
      running.changed.notify_all();
    };
    auto shield = world::shielded(std::move(attending), std::move(told));
    co_await shield;

    const CommandEnd how = running.end();
    answer.took = parts_.clock.now() - running.started;
    answer.text = R"({"exit_code":)";
    world::append_integer(answer.text, how.code);
    add_text(answer.text, "exit_reason", how.reason);
    add_number(answer.text, "elapsed_ms", milliseconds(answer.took));
    std::string summary = answer.text;
    answer.text += running.output.truncated() ? R"(,"truncated":true)" : R"(,"truncated":false)";
    add_text(answer.text, "output", plain_text(running.output.text()));
    answer.text += '}';
    if (how.reason == "timeout") {
      answer.end = ToolEnd::timeout;
      answer.heard = {OutcomeKind::timeout, 0};
    } else if (how.code != 0) {
      answer.end = ToolEnd::failed;
    }
    if (call.tell) {
      add_text(summary, "tool", kName);
      add_text(summary, "state", "ended");
      add_text(summary, "call_id", call.wanted.id);
      call.tell("command", summary + '}');
    }
  }
  co_return answer;
}

// In a strand of its own, which nobody cancels.
Task<void> RunCommand::attend(Running& r) {
  world::Scope beside(parts_.clock);
  beside.spawn(read(r));
  beside.spawn(await_exit(r));
  std::exception_ptr escaped;
  try {
    Task<void> seeing = see_to_its_end(r);
    co_await seeing;
  } catch (...) {
    escaped = std::current_exception();
  }
  beside.cancel();
  co_await beside.join_anyway();
  r.last_words = r.child->tail();
  if (r.left_alone && orphans_.size() < kOrphansMax) orphans_.push_back(std::move(r.child));
  if (escaped) std::rethrow_exception(escaped);
}

// First it may run, then it is asked to end, then it is made to. The last is done once more when
// the Child dies, for the group that has outlived its leader.
Task<void> RunCommand::see_to_its_end(Running& r) {
  const Come has_ended = [](const Running& x) { return x.exit.has_value(); };
  const Come is_over = [](const Running& x) { return x.exit.has_value() || x.cancelled; };
  const Come is_silent = [](const Running& x) { return x.exit.has_value() && x.output_ended; };
  Task<void> running = until(r, is_over, r.deadline);
  co_await running;
  if (!r.exit && r.cancelled && parts_.defect == Defect::orphans_commands) {  // planted bug
    r.left_alone = true;
    co_return;
  }
  if (!r.exit) {
    r.cut_off = r.cancelled ? Running::Cut::cancelled : Running::Cut::timeout;
    r.child->signal(world::ProcessSignal::terminate);
    Task<void> ending = until(r, has_ended, parts_.clock.now() + parts_.config.term_grace);
    co_await ending;
  }
  if (!r.exit) r.child->signal(world::ProcessSignal::kill);
  Task<void> closing = until(r, is_silent, parts_.clock.now() + parts_.config.pipe_abandon);
  co_await closing;
}

// Until it has come, but not beyond the instant; the user is told on the way.
Task<void> RunCommand::until(Running& r, Come come, Instant at) {
  const Nanos every = parts_.config.progress_every;
  while (!come(r) && parts_.clock.now() < at) {
    const bool tells = every > Nanos{0};
    const Instant next = tells ? std::min(at, r.told + every) : at;
    Task<bool> changing = r.change();
    auto waiting = world::with_deadline(parts_.clock, next, std::move(changing));
    const std::optional<bool> changed = co_await waiting;
    static_cast<void>(changed);
    if (tells && parts_.clock.now() >= r.told + every) tell_progress(r);
  }
}

void RunCommand::tell_progress(Running& r) {
  r.told = parts_.clock.now();
  const Nanos elapsed = r.told - r.started;
  const int percent = std::max(0, r.output.percent());
  parts_.books.note(LedgerKind::command_progress, r.call.request,
                    {.key = r.program,
                     .from = r.call.wanted.id,
                     .value = percent,
                     .limit = elapsed.count()});
  if (!r.call.tell) return;
  std::string json = R"({"tool":"run_command")";
  add_text(json, "call_id", r.call.wanted.id);
  add_number(json, "elapsed_ms", milliseconds(elapsed));
  add_number(json, "bytes", r.output.bytes());
  if (r.output.percent() >= 0) add_number(json, "progress", percent);
  const std::string line = plain_line(r.output.last_line(), kLineBytesMax);
  if (!line.empty()) add_text(json, "line", line);
  r.call.tell("progress", json + '}');
}

Task<void> RunCommand::read(Running& r) {
  std::size_t burst = 0;
  for (;;) {
    const std::string more = co_await r.child->read_output();
    if (more.empty()) break;
    r.output.add(more);
    burst += more.size();
    if (burst < kReadBurst) continue;
    burst = 0;
    co_await parts_.clock.sleep(kReadPause);
  }
  r.output_ended = true;
  r.changed.notify_all();
}

Task<void> RunCommand::await_exit(Running& r) {
  const world::Exit exit = co_await r.child->wait();
  r.exit = exit;
  r.changed.notify_all();
}

}  // namespace agent
