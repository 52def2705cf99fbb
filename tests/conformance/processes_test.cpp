// What every Processes does: output, ends, signals, backpressure.
#include <catch2/catch.hpp>

#include "processes_installed.hpp"

namespace conformance {

namespace {

std::unique_ptr<Child> start(Arena& arena, Command command) {
  Result<std::unique_ptr<Child>> started = arena.world.processes.start(std::move(command));
  REQUIRE(started.has_value());
  return std::move(*started);
}

std::unique_ptr<Child> start(Arena& arena, const std::string& name) {
  return start(arena, command_for(arena, name));
}

Task<std::string> read_line(Child& child) {
  std::string line;
  while (!line.ends_with('\n')) {
    const std::string more = co_await child.read_output();
    if (more.empty()) break;
    line += more;
  }
  co_return line;
}

Task<void> ends_with_output(Arena& arena) {
  for (const char* name : {"hello", "fails", "both", "suicide", "no-such-program"}) {
    const std::unique_ptr<Child> child = start(arena, name);
    const Exit exit = co_await run_to_end(arena.clock(), *child);
    arena.note(name, to_string(exit));
    arena.note(name, std::string(child->tail()));
    arena.note(name, child->signal(ProcessSignal::terminate) ? "signalled" : "has ended");
    const Exit again = co_await child->wait();
    arena.note(name, again == exit ? "ended once" : "ended twice");
  }
}

Task<void> separate_streams(Arena& arena) {
  Command command = command_for(arena, "both");
  command.separate_errors = true;
  const std::unique_ptr<Child> child = start(arena, command);
  const std::string out = co_await child->read_output(OutputOf::out);
  const std::string err = co_await child->read_output(OutputOf::err);
  const std::string out_end = co_await child->read_output(OutputOf::out);
  const std::string err_end = co_await child->read_output(OutputOf::err);
  arena.note("child", out + err + (out_end.empty() && err_end.empty() ? "ended" : "goes on"));
}

Task<void> merged_has_no_errors_stream(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "never");
  const std::string err = co_await child->read_output(OutputOf::err);
  arena.note("child", err.empty() ? "ended" : err);
}

Task<void> killed(Arena& arena) {
  for (const ProcessSignal signal : {ProcessSignal::terminate, ProcessSignal::kill}) {
    const std::unique_ptr<Child> child = start(arena, "never");
    arena.note("child", child->signal(signal) ? "signalled" : "has ended");
    const Exit exit = co_await child->wait();
    arena.note("child", to_string(exit));
    const std::string output = co_await child->read_output();
    arena.note("child", output.empty() ? "no output" : output);
  }
}

Task<void> deaf(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "deaf");
  const std::string ready = co_await read_line(*child);
  child->signal(ProcessSignal::terminate);
  const Instant soon = arena.clock().now() + 20ms;
  const auto ended = co_await with_deadline(arena.clock(), soon, child->wait());
  arena.note("child", ready + (ended ? "ended" : "goes on"));
  child->signal(ProcessSignal::kill);
  const Exit exit = co_await child->wait();
  arena.note("child", to_string(exit));
}

Task<void> graceful(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "graceful");
  const std::string ready = co_await read_line(*child);
  child->signal(ProcessSignal::terminate);
  const std::string bye = co_await read_line(*child);
  const Exit exit = co_await child->wait();
  arena.note("child", ready + bye + to_string(exit));
}

Task<void> stopped(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "graceful");
  const std::string ready = co_await read_line(*child);
  child->signal(ProcessSignal::stop);
  child->signal(ProcessSignal::terminate);
  const Instant soon = arena.clock().now() + 20ms;
  const auto ended = co_await with_deadline(arena.clock(), soon, child->wait());
  arena.note("stopped", ended ? "ended" : "waits");
  child->signal(ProcessSignal::cont);
  const Exit exit = co_await child->wait();
  arena.note("stopped", to_string(exit));
}

Task<void> killed_while_stopped(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "never");
  child->signal(ProcessSignal::stop);
  child->signal(ProcessSignal::kill);
  const Exit exit = co_await child->wait();
  arena.note("child", to_string(exit));
}

Task<void> backpressure(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "much");
  const Instant soon = arena.clock().now() + 30ms;
  const auto ended = co_await with_deadline(arena.clock(), soon, child->wait());
  arena.note("unread", ended ? "ended" : "waits");
  std::string all;
  for (;;) {
    const std::string more = co_await child->read_output();
    if (more.empty()) break;
    all += more;
  }
  const Exit exit = co_await child->wait();
  arena.note("read", std::to_string(all.size()) + " bytes " + all.substr(all.size() - 5) +
                         to_string(exit));
}

Task<void> tail(Arena& arena) {
  Command command = command_for(arena, "much");
  command.tail_bytes = 8;
  const std::unique_ptr<Child> child = start(arena, std::move(command));
  const Exit exit = co_await run_to_end(arena.clock(), *child);
  arena.note("child", std::string(child->tail()) + to_string(exit));
}

Task<void> output_comes_as_it_is_written(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "ticks");
  for (;;) {
    const std::string line = co_await read_line(*child);
    if (line.empty()) break;
    arena.note("child", line);
  }
  const Exit exit = co_await child->wait();
  arena.note("child", to_string(exit));
}

Task<void> note_end(Arena& arena, Child& child, std::string who) {
  const Exit exit = co_await child.wait();
  arena.note(who, to_string(exit));
}

// Several wait, one is cancelled, the others are told.
Task<void> several_wait(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "never");
  Scope scope(arena.clock());
  scope.spawn(note_end(arena, *child, "first"));
  scope.spawn(note_end(arena, *child, "second"));
  const Instant soon = arena.clock().now() + 2ms;
  const auto ended = co_await with_deadline(arena.clock(), soon, child->wait());
  arena.note("third", ended ? "ended" : "gave up");
  child->signal(ProcessSignal::kill);
  co_await scope.join();
}

Task<void> cancelled_read(Arena& arena) {
  const std::unique_ptr<Child> child = start(arena, "graceful");
  const std::string ready = co_await read_line(*child);
  const Instant soon = arena.clock().now() + 2ms;
  const auto none = co_await with_deadline(arena.clock(), soon, child->read_output());
  arena.note("child", none ? "said something" : "is silent");
  child->signal(ProcessSignal::terminate);
  const std::string bye = co_await read_line(*child);
  arena.note("child", bye);
}

}  // namespace

TEST_CASE("processes: both twins behave alike") {
  check_all({
      {"output and end", ends_with_output,
       {"both: exit 0", "both: to out\nto err\n", "both: has ended", "both: ended once",
        "fails: exit 3", "fails: ", "fails: has ended", "fails: ended once",
        "hello: exit 0", "hello: hello\n", "hello: has ended", "hello: ended once",
        "no-such-program: exit 127",
        "no-such-program: shakedown: cannot run 'no-such-program': not found\n",
        "no-such-program: has ended", "no-such-program: ended once",
        "suicide: signal 9", "suicide: ", "suicide: has ended", "suicide: ended once"}},
      {"separate streams", separate_streams, {"child: to out\nto err\nended"}},
      {"merged streams", merged_has_no_errors_stream, {"child: ended"}},
      {"signals that kill", killed,
       {"child: signalled", "child: signal 15", "child: no output", "child: signalled",
        "child: signal 9", "child: no output"}},
      {"deaf to terminate", deaf, {"child: ready\ngoes on", "child: signal 9"}},
      {"graceful end", graceful, {"child: ready\nbye\nexit 7"}},
      {"stop and continue", stopped, {"stopped: waits", "stopped: exit 7"}},
      {"killed while stopped", killed_while_stopped, {"child: signal 9"}},
      {"nobody reads", backpressure, {"read: 300005 bytes done\nexit 0", "unread: waits"}},
      {"tail", tail, {"child: zzzdone\nexit 0"}},
      {"output in time", output_comes_as_it_is_written,
       {"child: 1\n", "child: 2\n", "child: 3\n", "child: exit 0"}},
      {"several wait", several_wait,
       {"first: signal 9", "second: signal 9", "third: gave up"}},
      {"a cancelled read", cancelled_read, {"child: is silent", "child: bye\n"}},
  });
}

}  // namespace conformance
