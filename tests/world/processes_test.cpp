// What only one twin can promise: scripts in exact virtual time; groups, limits and descriptors of
// real children.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "world/deadline.hpp"
#include "world/real_processes.hpp"
#include "world/sim_processes.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

Command command(std::vector<std::string> argv) {
  Command c;
  c.argv = std::move(argv);
  return c;
}

struct Seen {
  Nanos at;
  std::string what;
  friend bool operator==(const Seen&, const Seen&) = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.what << " at " << seen.at.count() << " ns";
}

Task<void> watch(SimClock& clock, SimProcesses& processes, std::vector<Seen>& seen) {
  const Instant start = clock.now();
  Result<std::unique_ptr<Child>> started = processes.start(command({"build", "--all"}));
  Child& child = **started;
  for (;;) {
    const std::string output = co_await child.read_output();
    seen.push_back({clock.now() - start, output});
    if (output.empty()) break;
  }
  const Exit exit = co_await child.wait();
  seen.push_back({clock.now() - start, to_string(exit)});
}

Task<void> watch_stopped(SimClock& clock, SimProcesses& processes, std::vector<Seen>& seen) {
  const Instant start = clock.now();
  Result<std::unique_ptr<Child>> started = processes.start(command({"build"}));
  Child& child = **started;
  co_await clock.sleep(1min);
  child.signal(ProcessSignal::stop);
  co_await clock.sleep(1h);
  child.signal(ProcessSignal::cont);
  const Exit exit = co_await run_to_end(clock, child);
  seen.push_back({clock.now() - start, to_string(exit)});
}

SimScript ten_minutes() {
  SimScript script;
  script.steps = {{5min, "half\n", OutputOf::out}, {5min, "whole\n", OutputOf::err}};
  script.exit.code = 3;
  return script;
}

}  // namespace

TEST_CASE("sim processes: a ten-minute command in exact virtual time") {
  SimClock clock;
  SimProcesses processes(clock);
  processes.install("build", ten_minutes());
  std::vector<Seen> seen;
  SECTION("to its end") {
    CHECK(clock.run(watch(clock, processes, seen)));
    CHECK(seen == std::vector<Seen>{
                      {5min, "half\n"}, {10min, "whole\n"}, {10min, ""}, {10min, "exit 3"}});
    REQUIRE(processes.started().size() == 1);
    CHECK(processes.started()[0].argv == std::vector<std::string>{"build", "--all"});
  }
  SECTION("stopped for an hour it ends an hour later") {
    CHECK(clock.run(watch_stopped(clock, processes, seen)));
    CHECK(seen == std::vector<Seen>{{70min, "exit 3"}});
  }
}

TEST_CASE("processes: no more than the bound at a time, in both worlds") {
  SimClock sim;
  SimProcesses simulated(sim, 1);
  simulated.install("sleep", SimScript{});
  RealClock clock;
  RealProcesses real(clock, 1);
  for (Processes* processes :
       {static_cast<Processes*>(&simulated), static_cast<Processes*>(&real)}) {
    auto first = processes->start(command({"sleep", "1000"}));
    REQUIRE(first.has_value());
    const auto second = processes->start(command({"sleep", "1000"}));
    CHECK((!second && second.error() == Failure::unavailable));
    first->reset();
    CHECK(processes->start(command({"sleep", "1000"})).has_value());
  }
}

namespace {

Task<void> finish(RealClock& clock, RealProcesses& processes, Command what, std::string& told) {
  Result<std::unique_ptr<Child>> started = processes.start(std::move(what));
  const Exit exit = co_await run_to_end(clock, **started);
  told = std::string((*started)->tail()) + to_string(exit);
}

std::string outcome(Command what) {
  RealClock clock;
  RealProcesses processes(clock);
  std::string told;
  CHECK(clock.run(finish(clock, processes, std::move(what), told)));
  return told;
}

}  // namespace

TEST_CASE("real processes: what a child is given") {
  SECTION("an environment over ours, or its own alone") {
    ::setenv("SHAKEDOWN_TEST_OURS", "ours", 1);
    Command c = command({"sh", "-c", "echo $SHAKEDOWN_TEST_OURS $ITS"});
    c.environment = {{"ITS", "its"}};
    CHECK(outcome(c) == "ours its\nexit 0");
    c.environment.emplace_back("SHAKEDOWN_TEST_OURS", "changed");
    CHECK(outcome(c) == "changed its\nexit 0");
    c.environment = {{"ITS", "its"}};
    c.inherit_environment = false;
    CHECK(outcome(c) == "its\nexit 0");
  }
  SECTION("a directory") {
    Command c = command({"pwd"});
    c.directory = "/usr";
    CHECK(outcome(c) == "/usr\nexit 0");
    c.directory = "/no/such/directory";
    CHECK(outcome(c) == "shakedown: cannot run '/no/such/directory': not found\nexit 126");
  }
  SECTION("no input, and no descriptor of ours") {
    const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    REQUIRE(leaked > 2);
    CHECK(outcome(command({"cat"})) == "exit 0");
    // Without a pipe, which the shell itself would hold for a moment.
    CHECK(outcome(command({"sh", "-c", "ls /proc/$$/fd; :"})) == "0\n1\n2\nexit 0");
    ::close(leaked);
  }
  SECTION("limits") {
    Command c = command({"sh", "-c", "ulimit -c; ulimit -n"});
    c.limits.open_files = 17;
    CHECK(outcome(c) == "0\n17\nexit 0");
    Command busy = command({"sh", "-c", "while :; do :; done"});
    busy.limits.cpu = 1ms;  // rounded up to a second
    CHECK(outcome(busy) == "signal " + std::to_string(SIGXCPU));
  }
  SECTION("signals as at the start, whatever we ignore") {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    CHECK(outcome(command({"sh", "-c", "kill -PIPE $$; echo survived"})) ==
          "signal " + std::to_string(SIGPIPE));
    ::signal(SIGPIPE, before);
  }
}

TEST_CASE("real processes: never a shell") {
  CHECK(outcome(command({"echo", "$HOME;", "`id`"})) == "$HOME; `id`\nexit 0");
  char path[] = "/tmp/shakedown-script-XXXXXX";
  const int fd = ::mkstemp(path);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, "echo run by a shell\n", 20) == 20);
  ::close(fd);
  const std::string refused =
      std::string("shakedown: cannot run '") + path + "': not executable\nexit 126";
  CHECK(outcome(command({path})) == refused);  // no permission
  ::chmod(path, 0755);
  CHECK(outcome(command({path})) == refused);  // no "#!": execvp would hand it to a shell
  ::unlink(path);
  CHECK(outcome(command({"/tmp"})) == "shakedown: cannot run '/tmp': not executable\nexit 126");
}

namespace {

Task<void> start_family(RealProcesses& processes, std::unique_ptr<Child>& child,
                        pid_t& grandchild) {
  Result<std::unique_ptr<Child>> started =
      processes.start(command({"sh", "-c", "sleep 1000 & echo $!; wait"}));
  child = std::move(*started);
  std::string line;
  while (!line.ends_with('\n')) {
    const std::string more = co_await child->read_output();
    line += more;
  }
  grandchild = static_cast<pid_t>(std::stol(line));
}

bool runs(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(status, text);
  const std::size_t name_end = text.rfind(") ");
  return name_end != std::string::npos && text[name_end + 2] != 'Z' && text[name_end + 2] != 'X';
}

// Grandchildren of dead parents come to us, so that their end can be awaited.
pid_t wait_for_orphan(pid_t pid) {
  int status = 0;
  return ::waitpid(pid, &status, 0);
}

}  // namespace

TEST_CASE("real processes: destroying a child kills its whole group") {
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  pid_t leader = 0;
  pid_t grandchild = 0;
  {
    RealClock clock;
    RealProcesses processes(clock);
    std::unique_ptr<Child> child;
    CHECK(clock.run(start_family(processes, child, grandchild)));
    leader = static_cast<pid_t>(child->id());
    CHECK(runs(leader));
    CHECK(runs(grandchild));
  }
  CHECK(::kill(leader, 0) != 0);  // reaped
  CHECK(wait_for_orphan(grandchild) == grandchild);
  CHECK_FALSE(runs(grandchild));
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("real processes: a child dies with us") {
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    RealClock clock;
    RealProcesses processes(clock);
    auto child = processes.start(command({"sleep", "1000"}));
    const auto pid = static_cast<pid_t>((*child)->id());
    const ssize_t ignored = ::write(pipe[1], &pid, sizeof(pid));
    static_cast<void>(ignored);
    ::raise(SIGKILL);  // no destructor runs
  }
  pid_t child = 0;
  REQUIRE(::read(pipe[0], &child, sizeof(child)) == sizeof(child));
  CHECK(wait_for_orphan(middle) == middle);
  CHECK(wait_for_orphan(child) == child);
  ::close(pipe[0]);
  ::close(pipe[1]);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("tail: the last bytes, whatever the pieces") {
  Tail tail(5);
  CHECK(tail.view().empty());
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 9), static_cast<char>('a' + i % 26));
    tail.add(piece);
    all += piece;
    CHECK(tail.view() == all.substr(all.size() - std::min<std::size_t>(all.size(), 5)));
  }
  Tail none(0);
  none.add("x");
  CHECK(none.view().empty());
}
