// What only the real clock can promise: it runs again, interrupts, scales, and never starves a
// timer.
#include "world/real_clock.hpp"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "world/deadline.hpp"
#include "world/interrupt.hpp"
#include "world/real_network.hpp"
#include "world/scope.hpp"
#include "world/signal.hpp"
#include "world/thread.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

Task<void> one_exchange(RealNetwork& network, int& exchanged) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  Result<std::unique_ptr<Stream>> client = co_await network.connect((*listener)->endpoint());
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  const auto sent = co_await (*client)->write_all("x");
  char byte = 0;
  const auto read = co_await (*server)->read_some(&byte, 1);
  if (sent && read && byte == 'x') ++exchanged;
}

// A connection that the kernel has accepted, and nobody else yet.
int connected_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool done = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  return done ? fd : -1;
}

Task<void> count_turns(Clock& clock, int& turns) {
  for (;; ++turns) co_await clock.sleep(Nanos(0));
}

Task<void> accept_waiting(Clock& clock, RealNetwork& network, int wanted, int& turns) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  std::vector<int> peers;
  for (int i = 0; i < wanted; ++i) {
    peers.push_back(connected_to((*listener)->endpoint().port));
  }
  Scope scope(clock);
  scope.spawn(count_turns(clock, turns));
  int accepted = 0;
  for (; accepted < wanted; ++accepted) {
    const Result<std::unique_ptr<Stream>> stream = co_await (*listener)->accept();
    if (!stream) break;
  }
  scope.cancel();
  co_await scope.join();
  for (const int fd : peers) ::close(fd);
  if (accepted < wanted) turns = -1;
}

Task<void> sleep_for(Clock& clock, Nanos duration) { co_await clock.sleep(duration); }

Task<void> ping(Signal& mine, Signal& other) {
  for (;;) {
    other.notify_one();
    co_await mine.wait();
  }
}

Task<bool> ping_pong(Clock& clock) {
  Signal a(clock);
  Signal b(clock);
  Scope scope(clock);
  scope.spawn(ping(a, b));
  scope.spawn(ping(b, a));
  co_await scope.join();
  co_return true;
}

Task<void> deadline_over_ping_pong(Clock& clock, bool& rang) {
  const auto none = co_await with_deadline(clock, clock.now() + 5ms, ping_pong(clock));
  rang = !none.has_value();
}

Task<void> two_sleeps(Clock& clock, Nanos& between) {
  co_await clock.sleep(1us);
  const Instant first = clock.now();
  co_await clock.sleep(9ms);
  between = clock.now() - first;
}

}  // namespace

TEST_CASE("real clock: with slack, it wakes for instants no more often than that") {
  RealClockOptions options;
  options.slack = 10ms;
  RealClock clock(options);
  Nanos between{0};
  clock.run(two_sleeps(clock, between));
  REQUIRE(between >= 10ms);
}

TEST_CASE("real clock: runs more than once, with sockets") {
  RealClock clock;
  RealNetwork network(clock);
  int exchanged = 0;
  for (int i = 0; i < 3; ++i) CHECK(clock.run(one_exchange(network, exchanged)));
  CHECK(exchanged == 3);
}

TEST_CASE("real network: connections that wait are accepted many in a turn of the loop") {
  RealClock clock;
  RealNetwork network(clock);
  int turns = 0;
  CHECK(clock.run(accept_waiting(clock, network, 200, turns)));
  CHECK(turns >= 0);  // all were accepted
  CHECK(turns < 50);  // of which each would take one at least
}

TEST_CASE("real clock: a deadline rings while two tasks wake each other without end") {
  RealClock clock;
  bool rang = false;
  CHECK(clock.run(deadline_over_ping_pong(clock, rang)));
  CHECK(rang);
}

TEST_CASE("real clock: scenario time is wall time by the scale, for every pacing") {
  for (const Pacing pacing : {Pacing::timer, Pacing::tick, Pacing::spin}) {
    RealClockOptions options;
    options.scale = 1'000;
    options.pacing = pacing;
    RealClock clock(options);
    const std::int64_t wall = RealClock::steady_now();
    const Instant start = clock.now();
    CHECK(clock.run(sleep_for(clock, 3s)));
    CHECK(clock.now() - start >= 3s);
    CHECK(RealClock::steady_now() - wall >= 2'900'000);
  }
}

TEST_CASE("loop thread: runs its own clock, is interrupted, hands its exception over") {
  SECTION("to its end") {
    std::atomic<bool> completed{false};
    LoopThread thread({}, [&](RealClock& clock) { completed = clock.run(sleep_for(clock, 1ms)); });
    thread.join();
    CHECK(completed);
  }
  SECTION("interrupted, before or after it waits") {
    std::atomic<int> interrupted{0};
    for (int i = 0; i < 20; ++i) {
      LoopThread thread({}, [&](RealClock& clock) {
        if (!clock.run(sleep_for(clock, Nanos::max()))) ++interrupted;
      });
      thread.interrupt();
      thread.join();
    }
    CHECK(interrupted == 20);
  }
  SECTION("interrupted by its end of life") {
    std::atomic<bool> completed{true};
    {
      LoopThread thread({}, [&](RealClock& clock) {
        completed = clock.run(sleep_for(clock, Nanos::max()));
      });
    }
    CHECK_FALSE(completed);
  }
  SECTION("an exception") {
    LoopThread thread({}, [](RealClock&) { throw std::runtime_error("broke"); });
    CHECK_THROWS_WITH(thread.join(), "broke");
  }
}

namespace {
// The exit status of a child process that runs `body`.
template <class F>
int status_of(F body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
}  // namespace

TEST_CASE("interrupts: the first sets a flag, a second Ctrl-C ends with 130") {
  CHECK(status_of([] {
          catch_interrupts();
          if (interrupted()) ::_exit(1);
          ::raise(SIGTERM);
          ::raise(SIGTERM);
          if (!interrupted()) ::_exit(2);
          ::raise(SIGINT);
          ::_exit(interrupted() ? 42 : 3);
        }) == 42);
  CHECK(status_of([] {
          catch_interrupts();
          ::raise(SIGINT);
          ::raise(SIGINT);
        }) == 130);
}
