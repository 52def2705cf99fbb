// The limits of tools: the seed's table, the sliding minute, the cooldown that looks again, and
// that checking and counting are one step.
#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "agent/limits/tool_limiter.hpp"
#include "world/scope.hpp"
#include "world/sim_clock.hpp"

using namespace std::chrono_literals;
using agent::Defect;
using agent::ToolLimiter;
using agent::ToolOverride;
using agent::ToolRateConfig;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {

ToolRateConfig rate(std::int64_t per_minute, std::int64_t per_task, std::int64_t cooldown_ms,
                    std::int64_t burst) {
  ToolRateConfig config;
  config.rate_limit = true;
  config.calls_per_minute = per_minute;
  config.calls_per_task = per_task;
  config.cooldown_ms = cooldown_ms;
  config.burst_size = burst;
  return config;
}

// A call of a tool, what became of it, and when.
struct Call {
  Nanos at{0};
  std::string task;
  std::string tool = "search";
  std::string agent = "a";
  Nanos patience = 24h;
  std::string error;  // empty: admitted
  Nanos retry_after{0};
  Instant ended{};
  Nanos told{0};  // of the cooldown
};

struct Bench {
  world::SimClock clock;
  ToolLimiter limiter;
  std::deque<Call> calls;

  explicit Bench(ToolRateConfig config, std::vector<ToolOverride> overrides = {},
                 Defect defect = Defect::none)
      : limiter(clock, config, std::move(overrides), defect) {}

  void add(Nanos at, std::string task, std::string tool = "search", std::string agent = "a") {
    Call call;
    call.at = at;
    call.task = std::move(task);
    call.tool = std::move(tool);
    call.agent = std::move(agent);
    calls.push_back(std::move(call));
  }
  void add_many(std::size_t n, Nanos at) {
    for (std::size_t i = 0; i < n; ++i) add(at, "t" + std::to_string(calls.size()));
  }

  static Task<void> make(Bench& b, Call& call) {
    if (call.at > Nanos{0}) co_await b.clock.sleep(call.at);
    ToolLimiter::OnCooldown tell = [&call](Nanos wait) { call.told = wait; };
    const Instant deadline = b.clock.now() + call.patience;
    const ToolLimiter::Admission admission = co_await b.limiter.admit(
        call.agent, call.task, call.tool, deadline, std::move(tell));
    call.ended = b.clock.now();
    if (admission.error) {
      call.error = admission.error->message();
      call.retry_after = admission.error->retry_after;
    }
  }
  static Task<void> make_all(Bench& b) {
    world::Scope scope(b.clock);
    for (Call& call : b.calls) scope.spawn(make(b, call));
    co_await scope.join();
  }
  Bench& run() {
    clock.run(make_all(*this));
    return *this;
  }

  std::vector<Instant> admitted() const {
    std::vector<Instant> all;
    for (const Call& call : calls) {
      if (call.error.empty()) all.push_back(call.ended);
    }
    std::sort(all.begin(), all.end());
    return all;
  }
};

// The most calls in any stretch of so long, half open.
std::size_t most_in(const std::vector<Instant>& sorted, Nanos window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    while (sorted[first] + window <= sorted[i]) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("the eleventh call of a minute fails in the seed's words", "[toollimit][REQ-041]") {
  Bench b(rate(10, 0, 0, 0));
  b.add_many(11, 0s);
  b.run();
  for (std::size_t i = 0; i < 10; ++i) CHECK(b.calls[i].error.empty());
  CHECK(b.calls[10].error == "Rate limit exceeded for search: 10 calls per minute");
  CHECK(b.calls[10].retry_after == 60s);
  CHECK(b.limiter.calls("a", "search") == 10);
}

TEST_CASE("the minute slides", "[toollimit][REQ-042]") {
  struct Row {
    Nanos eleventh;
    bool passes;
  };
  const Row rows[] = {{59s, false}, {60s - 1ns, false}, {60s, true}, {61s, true}};
  for (const Row& row : rows) {
    Bench b(rate(10, 0, 0, 0));
    for (int i = 0; i < 10; ++i) b.add(i * 100ms, "t");
    b.add(row.eleventh, "t");
    b.run();
    CAPTURE(row.eleventh.count());
    CHECK(b.calls[10].error.empty() == row.passes);
    if (!row.passes) CHECK(b.calls[10].retry_after == 60s - row.eleventh);
  }
}

TEST_CASE("no minute ever holds more than the limit", "[toollimit][REQ-042][REQ-044]") {
  for (const std::int64_t cooldown : {0, 700, 5'000}) {
    Bench b(rate(10, 0, cooldown, 0));
    for (int i = 0; i < 2'000; ++i) b.add(Nanos(i * 7919LL % 600'000 * 1'000'000), "t");
    b.run();
    CAPTURE(cooldown);
    CHECK(b.admitted().size() >= 100);
    CHECK(most_in(b.admitted(), 60s) == 10);
  }
}

TEST_CASE("a task may call a tool ten times", "[toollimit][REQ-043]") {
  Bench b(rate(60, 10, 5'000, 0));
  for (int i = 0; i < 11; ++i) b.add(i * 1ms, "one");
  b.add(20ms, "one", "fetch");  // another tool
  b.add(20ms, "two");           // another task
  b.run();
  CHECK(b.calls[9].error.empty());
  CHECK(b.calls[10].error == "Rate limit exceeded for search: 10 calls per task");
  CHECK(b.calls[10].ended == world::at(10ms));  // no use waiting
  CHECK(b.calls[11].error.empty());
  CHECK(b.calls[12].error.empty());

  CHECK(b.limiter.tasks() == 2);
  b.limiter.end_task("one");
  b.limiter.end_task("two");
  CHECK(b.limiter.tasks() == 0);
}

TEST_CASE("calls of one task that wait together do not pass its limit", "[toollimit][REQ-045]") {
  Bench b(rate(60, 10, 5'000, 1));
  for (int i = 0; i < 30; ++i) b.add(0s, "one");
  b.run();
  CHECK(b.admitted().size() == 10);
  for (const Call& call : b.calls) {
    if (call.error.empty()) continue;
    CHECK(call.error == "Rate limit exceeded for search: 10 calls per task");
  }
}

TEST_CASE("after the cooldown a call is looked at again", "[toollimit][REQ-044]") {
  Bench b(rate(10, 0, 5'000, 0));
  b.add_many(10, 0s);
  b.add_many(30, 1s);
  b.run();
  CHECK(b.admitted().size() == 40);  // waited for, not refused
  CHECK(most_in(b.admitted(), 60s) == 10);
  for (std::size_t i = 10; i < 40; ++i) {
    CAPTURE(i);
    const std::int64_t minutes = 1 + (static_cast<std::int64_t>(i) - 10) / 10;
    CHECK(b.calls[i].ended == world::at(60s * minutes));  // in the order in which they came
    CHECK(b.calls[i].told == b.calls[i].ended - world::at(1s));
  }
}

TEST_CASE("the cooldown is waited for, even when there is room before", "[toollimit][REQ-044]") {
  Bench b(rate(1, 0, 5'000, 0));
  b.add(0s, "t");
  b.add(58s, "t");
  b.run();
  CHECK(b.calls[1].ended == world::at(63s));
}

TEST_CASE("a wait counts against the deadline", "[toollimit][REQ-044]") {
  struct Row {
    Nanos patience;
    bool passes;
    Nanos ended;
  };
  // Of three that wait from 1 s on, the first could pass at 60 s, the others at 120 and 180 s.
  const Row rows[] = {{58s, false, 1s}, {59s, true, 60s}};
  for (const Row& row : rows) {
    Bench b(rate(1, 0, 5'000, 0));
    b.add(0s, "t");
    b.add(1s, "t");
    b.calls.back().patience = row.patience;
    b.run();
    CAPTURE(row.patience.count());
    CHECK(b.calls[1].error.empty() == row.passes);
    CHECK(b.calls[1].ended == world::at(row.ended));  // at once when it is hopeless
  }
}

TEST_CASE("lines are bounded", "[toollimit][REQ-044]") {
  ToolRateConfig config = rate(1, 0, 5'000, 0);
  config.waiting_max = 3;
  Bench b(config);
  b.add_many(6, 0s);
  b.run();
  CHECK(b.admitted().size() == 4);
  CHECK(b.calls[4].error == "Rate limit exceeded for search: 1 calls per minute");
  CHECK(b.calls[4].ended == world::at(0s));
}

TEST_CASE("of a thousand tasks at once exactly the limit passes", "[toollimit][REQ-045][REQ-163]") {
  ToolRateConfig config = rate(60, 10, 5'000, 0);
  config.waiting_max = 1'000;
  Bench b(config);
  for (int i = 0; i < 1'000; ++i) b.add(0s, "t" + std::to_string(i));
  b.run();
  const std::vector<Instant> admitted = b.admitted();
  REQUIRE(admitted.size() == 1'000);
  CHECK(most_in(admitted, 60s) == 60);
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    CHECK(admitted[i] == world::at(60s * static_cast<std::int64_t>(i / 60)));  // every minute full
  }
}

TEST_CASE("defaults, overrides and the way out", "[toollimit][REQ-046]") {
  const ToolRateConfig defaults;
  CHECK(defaults.calls_per_minute == 60);
  CHECK(defaults.calls_per_task == 10);
  CHECK(defaults.cooldown_ms == 5'000);
  CHECK(defaults.burst_size == 5);

  ToolOverride dear;  // the seed's example
  dear.tool = "dear";
  dear.calls_per_minute = 10;
  dear.cooldown_ms = 10'000;
  dear.burst_size = 0;
  ToolOverride free;
  free.tool = "free";
  free.rate_limit = false;
  Bench b(rate(60, 0, 0, 0), {dear, free});
  for (int i = 0; i < 12; ++i) b.add(0s, "t", "dear");
  for (int i = 0; i < 61; ++i) b.add(0s, "t", "usual");
  for (int i = 0; i < 500; ++i) b.add(0s, "t", "free");
  b.run();
  std::map<std::string, int> at_once;
  for (const Call& call : b.calls) {
    at_once[call.tool] += call.error.empty() && call.ended == world::at(0s) ? 1 : 0;
  }
  CHECK(at_once == std::map<std::string, int>{{"dear", 10}, {"usual", 60}, {"free", 500}});
  CHECK(b.calls[11].error.empty());  // the cooldown of its own
  CHECK(b.calls[11].ended == world::at(60s));
}

TEST_CASE("each agent has its own minute", "[toollimit][REQ-046]") {
  Bench b(rate(2, 0, 0, 0));
  for (const char* agent : {"a", "a", "a", "b", "b", "b"}) b.add(0s, "t", "search", agent);
  b.run();
  CHECK(b.admitted().size() == 4);
}

TEST_CASE("five at once after a rest, then one by one", "[toollimit][REQ-046]") {
  Bench b(rate(60, 0, 5'000, 5));
  for (int i = 0; i < 8; ++i) b.add(0s, "t");
  for (int i = 0; i < 6; ++i) b.add(30s, "t");
  b.run();
  const Nanos expected[] = {0s, 0s, 0s, 0s, 0s, 1s, 2s, 3s, 30s, 30s, 30s, 30s, 30s, 31s};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    CAPTURE(i);
    CHECK(b.calls[i].ended == world::at(expected[i]));
  }
}

TEST_CASE("defects of the tool limiter show", "[toollimit][defects]") {
  for (const Defect defect : {Defect::none, Defect::cooldown_stampede}) {
    Bench b(rate(10, 0, 5'000, 0), {}, defect);
    b.add_many(40, 0s);
    b.run();
    CHECK((most_in(b.admitted(), 60s) > 10) == (defect == Defect::cooldown_stampede));
  }
  for (const Defect defect : {Defect::none, Defect::burst_off_by_one}) {
    Bench b(rate(60, 0, 5'000, 5), {}, defect);
    b.add_many(8, 0s);
    b.run();
    CHECK((most_in(b.admitted(), 1s) > 5) == (defect == Defect::burst_off_by_one));
  }
}

TEST_CASE("who is cancelled while waiting leaves nothing behind", "[toollimit][REQ-044]") {
  Bench b(rate(1, 10, 5'000, 0));
  for (int i = 0; i < 3; ++i) b.add(0s, "t" + std::to_string(i));
  const auto cut = [](Bench& bench) -> Task<void> {
    world::Scope scope(bench.clock);
    scope.spawn(Bench::make(bench, bench.calls[0]));
    scope.spawn(Bench::make(bench, bench.calls[2]));
    world::Scope leaving(bench.clock);
    leaving.spawn(Bench::make(bench, bench.calls[1]));
    co_await bench.clock.sleep(10s);
    leaving.cancel();
    co_await leaving.join();
    co_await scope.join();
  };
  b.clock.run(cut(b));
  CHECK(b.calls[1].ended == Instant{});
  CHECK(b.calls[2].ended == world::at(60s));
  CHECK(b.limiter.calls("a", "search") == 1);
}

TEST_CASE("agents that rest are forgotten", "[toollimit][REQ-053]") {
  Bench b(rate(10, 0, 0, 0));
  for (int i = 0; i < 50; ++i) b.add(i * 1s, "t", "search", "agent" + std::to_string(i));
  b.run();
  b.limiter.sweep();
  CHECK(b.limiter.lines() == 50);
  const auto rest = [](world::Clock& clock) -> Task<void> { co_await clock.sleep(40s); };
  b.clock.run(rest(b.clock));
  b.limiter.sweep();
  CHECK(b.limiter.lines() == 20);  // those of the last minute
}
