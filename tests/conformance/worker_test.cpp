// What every Worker does: order, results, exceptions, bounds, and waiters that leave.
#include <catch2/catch.hpp>
#include <future>

#include "arena.hpp"
#include "world/real_worker.hpp"
#include "world/sim_clock.hpp"
#include "world/sim_worker.hpp"

namespace conformance {

namespace {

std::unique_ptr<Worker> worker_of(Arena& arena, std::size_t waiting_max = 100) {
  if (arena.is_sim) return std::make_unique<SimWorker>(arena.clock(), 1ms, waiting_max);
  return std::make_unique<RealWorker>(static_cast<RealClock&>(arena.clock()), waiting_max);
}

// Holds the worker until it is opened. In virtual time work takes its time without it.
struct Gate {
  explicit Gate(Arena& arena) : real(!arena.is_sim) {}
  std::function<void()> work() {
    return [this] {
      if (real) opened.get_future().wait();
    };
  }
  bool real;
  std::promise<void> opened;
};

Task<void> ask_square(Arena& arena, Worker& worker, int n) {
  std::function<int()> square = [n] { return n * n; };
  const int got = co_await worker.ask(std::move(square));
  arena.note("results", std::to_string(got));
}

Task<void> results_in_order(Arena& arena) {
  auto worker = worker_of(arena);
  Scope scope(arena.clock());
  for (int n = 1; n <= 5; ++n) scope.spawn(ask_square(arena, *worker, n));
  co_await scope.join();
  arena.note("worker", std::to_string(worker->waiting()) + " wait");
}

Task<void> exceptions_come_out(Arena& arena) {
  auto worker = worker_of(arena);
  std::function<void()> throws = [] { throw std::runtime_error("the disk broke"); };
  try {
    co_await worker->run(std::move(throws));
    arena.note("work", "ended well");
  } catch (const std::runtime_error& e) {
    arena.note("work", e.what());
  }
  co_await ask_square(arena, *worker, 7);
}

Task<void> fewer_than_come(Arena& arena) {
  auto worker = worker_of(arena, 2);
  Scope scope(arena.clock());
  for (int n = 1; n <= 6; ++n) scope.spawn(ask_square(arena, *worker, n));
  co_await scope.join();
}

Task<void> refuses_beyond_its_bound(Arena& arena) {
  auto worker = worker_of(arena, 2);
  Gate gate(arena);
  int done = 0;
  const auto count = [&done] { ++done; };
  arena.note("submit", worker->submit(gate.work(), count) ? "taken" : "no room");
  arena.note("submit", worker->submit([] {}, count) ? "taken" : "no room");
  arena.note("submit", worker->submit([] {}, count) ? "taken" : "no room");
  gate.opened.set_value();
  co_await ask_square(arena, *worker, 3);
  arena.note("submit", std::to_string(done) + " done");
}

Task<void> waits_for(Arena& arena, Worker& worker, std::function<void()> work) {
  try {
    co_await worker.run(std::move(work));
    arena.note("waiter", "got it");
  } catch (const Cancelled&) {
    arena.note("waiter", "left");
    throw;
  }
}

// The one in front holds the worker, so nothing is done when the waiters leave.
Task<void> waiters_leave(Arena& arena) {
  auto worker = worker_of(arena);
  Gate gate(arena);
  auto ran = std::make_shared<int>(0);
  const std::function<void()> count = [ran] { ++*ran; };
  Scope scope(arena.clock());
  scope.spawn(waits_for(arena, *worker, gate.work()));
  for (int i = 0; i < 3; ++i) scope.spawn(waits_for(arena, *worker, count));
  co_await arena.clock().sleep(0ns);
  scope.cancel();
  co_await scope.join();
  arena.note("worker", std::to_string(worker->waiting()) + " wait");
  gate.opened.set_value();
  co_await ask_square(arena, *worker, 2);
  arena.note("worker", "did " + std::to_string(*ran) + " for nobody");
}

// Who waits for room has handed nothing over.
Task<void> leaves_before_there_is_room(Arena& arena) {
  auto worker = worker_of(arena, 1);
  Gate gate(arena);
  auto ran = std::make_shared<int>(0);
  const std::function<void()> count = [ran] { ++*ran; };
  worker->submit(gate.work(), [] {});
  Scope scope(arena.clock());
  scope.spawn(waits_for(arena, *worker, count));
  co_await arena.clock().sleep(0ns);
  scope.cancel();
  co_await scope.join();
  gate.opened.set_value();
  co_await ask_square(arena, *worker, 2);
  arena.note("worker", "did " + std::to_string(*ran));
}

// What a worker has taken is done before it is gone, and nobody is told.
Task<void> destroyed_with_work(Arena& arena) {
  auto ran = std::make_shared<int>(0);
  int told = 0;
  {
    auto worker = worker_of(arena);
    for (int i = 0; i < 5; ++i) worker->submit([ran] { ++*ran; }, [&told] { ++told; });
  }
  co_await arena.clock().sleep(5ms);
  arena.note("worker", "did " + std::to_string(*ran) + ", told " + std::to_string(told));
}

// A piece hands over the next from its `done`, as a database does with what has come meanwhile.
struct Chain {
  Worker& worker;
  int left;
  bool ended = false;
  void go_on() {
    if (left-- == 0) {
      ended = true;
      return;
    }
    worker.submit([] {}, [this] { go_on(); });
  }
};

Task<void> chains(Arena& arena) {
  auto worker = worker_of(arena, 1);
  Chain chain{*worker, 3};
  chain.go_on();
  for (int i = 0; i < 1'000 && !chain.ended; ++i) co_await arena.clock().sleep(1ms);
  arena.note("chain", chain.ended ? "ended" : "stuck");
}

}  // namespace

TEST_CASE("worker: both twins behave alike", "[conformance][worker]") {
  check_all({
      {"results come back in order", results_in_order,
       {"results: 1", "results: 4", "results: 9", "results: 16", "results: 25",
        "worker: 0 wait"}},
      {"exceptions come out", exceptions_come_out, {"results: 49", "work: the disk broke"}},
      {"more than there is room for", fewer_than_come,
       {"results: 1", "results: 4", "results: 9", "results: 16", "results: 25", "results: 36"}},
      {"its bound", refuses_beyond_its_bound,
       {"results: 9", "submit: taken", "submit: taken", "submit: no room", "submit: 2 done"}},
      {"waiters leave", waiters_leave,
       {"results: 4", "waiter: left", "waiter: left", "waiter: left", "waiter: left",
        "worker: 4 wait", "worker: did 3 for nobody"}},
      {"a waiter leaves before there is room", leaves_before_there_is_room,
       {"results: 4", "waiter: left", "worker: did 0"}},
      {"destroyed with work", destroyed_with_work, {"worker: did 5, told 0"}},
      {"a chain", chains, {"chain: ended"}},
  });
}

TEST_CASE("worker: the loop goes on while work blocks", "[conformance][worker]") {
  struct Blocked {
    static Task<void> opener(Clock& clock, std::promise<void>& opened, int& turns) {
      for (; turns < 5; ++turns) co_await clock.sleep(0ns);
      opened.set_value();
    }
    static Task<void> body(RealClock& clock, int& turns) {
      RealWorker worker(clock);
      std::promise<void> opened;
      std::function<void()> block = [&opened] { opened.get_future().wait(); };
      Scope scope(clock);
      scope.spawn(opener(clock, opened, turns));
      co_await worker.run(std::move(block));  // for ever, if it ran on the loop
      co_await scope.join();
    }
  };
  RealClock clock;
  int turns = 0;
  CHECK(clock.run(Blocked::body(clock, turns)));
  CHECK(turns == 5);
}

TEST_CASE("worker: in virtual time pieces take their latency one after the other",
          "[conformance][worker]") {
  struct Timed {
    static Task<void> one(Clock& clock, Worker& worker, std::vector<Nanos>& ends) {
      std::function<void()> nothing = [] {};
      co_await worker.run(std::move(nothing));
      ends.push_back(since_start(clock.now()));
    }
    static Task<void> body(Clock& clock, Worker& worker, std::vector<Nanos>& ends) {
      Scope scope(clock);
      for (int i = 0; i < 3; ++i) scope.spawn(one(clock, worker, ends));
      co_await scope.join();
      co_await clock.sleep(10ms);
      co_await one(clock, worker, ends);
    }
  };
  SimClock clock;
  SimWorker worker(clock, 4ms);
  std::vector<Nanos> ends;
  clock.run(Timed::body(clock, worker, ends));
  CHECK(ends == std::vector<Nanos>{4ms, 8ms, 12ms, 26ms});
}

}  // namespace conformance
