// What every Clock does: order, deadlines, scopes, signals.
#include <catch2/catch.hpp>

#include "arena.hpp"
#include "world/signal.hpp"

namespace conformance {

namespace {

Task<void> note_at(Arena& arena, Instant at, std::string what) {
  co_await arena.clock().sleep_until(at);
  arena.note("order", std::move(what));
}

Task<void> same_instant(Arena& arena) {
  const Instant at = arena.clock().now() + 3ms;
  Scope scope(arena.clock());
  for (int i = 0; i < 5; ++i) scope.spawn(note_at(arena, at, std::to_string(i)));
  co_await scope.join();
}

Task<void> sleeps_in_order(Arena& arena) {
  const Instant start = arena.clock().now();
  Scope scope(arena.clock());
  for (const int ms : {5, 1, 4, 2, 3}) {
    scope.spawn(note_at(arena, start + ms * 1ms, std::to_string(ms)));
  }
  co_await scope.join();
}

Task<void> time_passes(Arena& arena) {
  Clock& clock = arena.clock();
  const Instant start = clock.now();
  co_await clock.sleep(2ms);
  arena.note("sleep", clock.now() - start >= 2ms ? "not shorter" : "shorter");
  co_await clock.sleep(0ns);
  co_await clock.sleep(-5ms);
  co_await clock.sleep_until(start);
  co_await clock.sleep_until(Instant::min());
  arena.note("sleep", clock.now() >= start ? "never back" : "back");
}

Task<void> zero_sleeps_take_turns_body(Arena& arena, std::string who) {
  for (int i = 0; i < 3; ++i) {
    arena.note("order", who);
    co_await arena.clock().sleep(0ns);
  }
}

Task<void> zero_sleeps_take_turns(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(zero_sleeps_take_turns_body(arena, "a"));
  scope.spawn(zero_sleeps_take_turns_body(arena, "b"));
  co_await scope.join();
}

Task<int> value_after(Arena& arena, Nanos delay, int value) {
  co_await arena.clock().sleep(delay);
  co_return value;
}
Task<int> value_at_once(int value) { co_return value; }
Task<int> thrown_after(Arena& arena, Nanos delay) {
  co_await arena.clock().sleep(delay);
  throw std::runtime_error("broke");
}

std::string told(const std::optional<int>& value) {
  return value ? std::to_string(*value) : "nothing";
}

Task<void> deadlines(Arena& arena) {
  Clock& clock = arena.clock();
  const auto first = co_await with_deadline(clock, clock.now() + 5s, value_after(arena, 1ms, 1));
  const auto late = co_await with_deadline(clock, clock.now() + 1ms, value_after(arena, 5s, 2));
  const auto at_once = co_await with_deadline(clock, clock.now() - 1ms, value_at_once(3));
  const auto past = co_await with_deadline(clock, clock.now() - 1ms, value_after(arena, 5s, 4));
  const auto never = co_await with_deadline(clock, kNever, value_after(arena, 1ms, 5));
  const auto max =
      co_await with_deadline(clock, clock.now() + 1ms, value_after(arena, Nanos::max(), 6));
  arena.note("values", told(first) + " " + told(late) + " " + told(at_once) + " " + told(past) +
                           " " + told(never) + " " + told(max));
  try {
    const auto none = co_await with_deadline(clock, clock.now() + 5s, thrown_after(arena, 1ms));
    arena.note("thrown", told(none));
  } catch (const std::runtime_error& e) {
    arena.note("thrown", e.what());
  }
}

Task<int> within(Arena& arena, Nanos deadline, Nanos work) {
  const Instant at = arena.clock().now() + deadline;
  const auto value = co_await with_deadline(arena.clock(), at, value_after(arena, work, 1));
  co_return value ? 1 : 0;
}

Task<void> nested_deadlines(Arena& arena) {
  Clock& clock = arena.clock();
  const auto inner = co_await with_deadline(clock, clock.now() + 5s, within(arena, 1ms, 5s));
  const auto outer = co_await with_deadline(clock, clock.now() + 1ms, within(arena, 5s, 5s));
  const auto value = co_await with_deadline(clock, clock.now() + 5s, within(arena, 5s, 1ms));
  arena.note("values", told(inner) + " " + told(outer) + " " + told(value));
}

Task<void> wait_under_deadline(Arena& arena) {
  const Instant far = arena.clock().now() + 5s;
  try {
    const auto value = co_await with_deadline(arena.clock(), far, value_after(arena, 5s, 1));
    arena.note("inside", told(value));
  } catch (const Cancelled&) {
    arena.note("inside", "cancelled");
    throw;
  }
}

Task<void> cancelled_from_outside(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(wait_under_deadline(arena));
  co_await arena.clock().sleep(1ms);
  scope.cancel();
  co_await scope.join();
  arena.note("scope", "joined");
}

Task<void> until_cancelled(Arena& arena, std::string who) {
  try {
    co_await arena.clock().sleep_until(kNever);
  } catch (const Cancelled&) {
    arena.note(who, "cancelled");
    throw;
  }
}

Task<void> wait_again_after_cancel(Arena& arena) {
  try {
    co_await arena.clock().sleep_until(kNever);
  } catch (const Cancelled&) {
  }
  try {
    co_await arena.clock().sleep(5s);
    arena.note("second wait", "waited");
  } catch (const Cancelled&) {
    arena.note("second wait", "cancelled at once");
  }
}

Task<void> scopes_cancel(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(until_cancelled(arena, "a"));
  scope.spawn(until_cancelled(arena, "b"));
  scope.spawn(wait_again_after_cancel(arena));
  co_await arena.clock().sleep(1ms);
  arena.note("scope", std::to_string(scope.running()) + " run");
  scope.cancel();
  arena.note("scope", scope.spawn(until_cancelled(arena, "late")) ? "spawned" : "refused");
  co_await scope.join();
  arena.note("scope", std::to_string(scope.running()) + " run");
}

Task<void> throw_after(Arena& arena, Nanos delay, std::string what) {
  co_await arena.clock().sleep(delay);
  throw std::runtime_error(what);
}

Task<void> exception_escapes(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(throw_after(arena, 2ms, "second"));
  scope.spawn(throw_after(arena, 1ms, "first"));
  scope.spawn(note_at(arena, arena.clock().now() + 4ms, "the others go on"));
  try {
    co_await scope.join();
  } catch (const std::runtime_error& e) {
    arena.note("join", e.what());
  }
  arena.note("join", scope.running() == 0 ? "all ended" : "some run");
}

Task<void> join_two(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(until_cancelled(arena, "child"));
  try {
    co_await scope.join();
  } catch (const Cancelled&) {
    arena.note("joiner", "cancelled, " + std::to_string(scope.running()) + " run");
    throw;
  }
}

Task<void> cancelled_joiner(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(join_two(arena));
  co_await arena.clock().sleep(1ms);
  scope.cancel();
  co_await scope.join();
}

Task<void> spawn_another(Arena& arena, Scope& scope) {
  co_await arena.clock().sleep(1ms);
  arena.note("child", scope.spawn(until_cancelled(arena, "late")) ? "spawned" : "refused");
}

Task<void> spawn_while_joining(Arena& arena) {
  Scope scope(arena.clock());
  scope.spawn(spawn_another(arena, scope));
  co_await scope.join();
}

Task<void> wait_for(Arena& arena, Signal& signal, std::string who) {
  try {
    co_await signal.wait();
    arena.note("woken", who);
  } catch (const Cancelled&) {
    arena.note("woken", who + " cancelled");
    throw;
  }
}

Task<void> signals(Arena& arena) {
  Signal signal(arena.clock());
  arena.note("notify", signal.notify_one() ? "somebody" : "nobody");
  Scope scope(arena.clock());
  for (const char* who : {"a", "b", "c", "d"}) scope.spawn(wait_for(arena, signal, who));
  co_await arena.clock().sleep(1ms);
  arena.note("notify", signal.notify_one() ? "somebody" : "nobody");
  co_await arena.clock().sleep(1ms);
  signal.notify_one();
  signal.notify_one();
  co_await arena.clock().sleep(1ms);
  signal.notify_all();
  co_await scope.join();
}

Task<void> notification_passes_on(Arena& arena) {
  Signal signal(arena.clock());
  Scope first(arena.clock());
  Scope second(arena.clock());
  first.spawn(wait_for(arena, signal, "a"));
  co_await arena.clock().sleep(1ms);
  second.spawn(wait_for(arena, signal, "b"));
  co_await arena.clock().sleep(1ms);
  signal.notify_one();
  first.cancel();  // in the same instant: a was notified, b must not miss it
  co_await first.join();
  co_await arena.clock().sleep(1ms);
  arena.note("b", second.running() == 0 ? "woken" : "forgotten");
  if (second.running() > 0) second.cancel();
  co_await second.join();
}

Task<void> cancelled_waiter_leaves(Arena& arena) {
  Signal signal(arena.clock());
  Scope first(arena.clock());
  Scope second(arena.clock());
  first.spawn(wait_for(arena, signal, "a"));
  co_await arena.clock().sleep(1ms);
  second.spawn(wait_for(arena, signal, "b"));
  co_await arena.clock().sleep(1ms);
  first.cancel();
  co_await first.join();
  arena.note("notify", signal.notify_one() ? "somebody" : "nobody");
  co_await second.join();
}

}  // namespace

TEST_CASE("clock: both twins behave alike") {
  check_all({
      {"same instant", same_instant, {"order: 0", "order: 1", "order: 2", "order: 3", "order: 4"}},
      {"sleeps in order", sleeps_in_order,
       {"order: 1", "order: 2", "order: 3", "order: 4", "order: 5"}},
      {"time passes", time_passes, {"sleep: not shorter", "sleep: never back"}},
      {"zero sleeps take turns", zero_sleeps_take_turns,
       {"order: a", "order: b", "order: a", "order: b", "order: a", "order: b"}},
      {"deadlines", deadlines, {"thrown: broke", "values: 1 nothing 3 nothing 5 nothing"}},
      {"nested deadlines", nested_deadlines, {"values: 0 nothing 1"}},
      {"a deadline, cancelled from outside", cancelled_from_outside,
       {"inside: cancelled", "scope: joined"}},
      {"scopes cancel", scopes_cancel,
       {"a: cancelled", "b: cancelled", "scope: 3 run", "scope: refused", "scope: 0 run",
        "second wait: cancelled at once"}},
      {"an exception escapes", exception_escapes,
       {"join: first", "join: all ended", "order: the others go on"}},
      {"a cancelled joiner", cancelled_joiner,
       {"child: cancelled", "joiner: cancelled, 0 run"}},
      {"spawn while joining", spawn_while_joining, {"child: refused"}},
      {"signals are fair", signals,
       {"notify: nobody", "notify: somebody", "woken: a", "woken: b", "woken: c", "woken: d"}},
      {"a notification passes on", notification_passes_on,
       {"b: woken", "woken: a cancelled", "woken: b"}},
      {"a cancelled waiter leaves", cancelled_waiter_leaves,
       {"notify: somebody", "woken: a cancelled", "woken: b"}},
  });
}

TEST_CASE("random: one object for both worlds") {
  const Random random(7);
  CHECK(random.bits(Purpose("conformance"), 1, 2) == random.bits(Purpose("conformance"), 1, 2));
  CHECK(random.bits(Purpose("conformance"), 1, 2) != random.bits(Purpose("conformance"), 2, 1));
  CHECK(random.bits(Purpose("conformance"), 1, 2) != Random(8).bits(Purpose("conformance"), 1, 2));
}

}  // namespace conformance
