// Limits before the queue: at the edge, of a user, of a day; that they take all or nothing, and how
// they are told.
#include <catch2/catch.hpp>
#include <list>
#include <malloc.h>
#include <map>
#include <regex>
#include <set>

#include "agent/limits/admission.hpp"
#include "agent/limits/rate_headers.hpp"
#include "agent/limits/stored_day_counts.hpp"
#include "world/json_reader.hpp"
#include "world/sim_clock.hpp"

using namespace std::chrono_literals;
using agent::Admission;
using agent::Decision;
using agent::Defect;
using agent::EdgeClass;
using agent::Limit;
using agent::RateConfig;
using world::Instant;
using world::kNever;
using world::Nanos;
using world::Task;

namespace {

// Counters that survive the core, and can be out of order.
struct Disk final : agent::DayCounts {
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> counts;
  bool broken = false;
  int writes = 0;
  Task<std::optional<std::int64_t>> add_used(std::string key, std::int64_t day,
                                             std::int64_t amount) override {
    std::optional<std::int64_t> now;
    if (!broken) {
      writes += amount != 0 ? 1 : 0;
      now = counts[{key, day}] += amount;
    }
    co_return now;
  }
};

RateConfig nothing() {
  RateConfig config;
  config.daily_jitter = 0s;
  return config;
}

struct Bench {
  world::SimClock clock;
  RateConfig config;
  Disk disk;
  std::unique_ptr<Admission> admission;

  explicit Bench(RateConfig c, Defect defect = Defect::none) : config(std::move(c)) {
    boot(defect);
  }
  void boot(Defect defect = Defect::none) {
    admission = std::make_unique<Admission>(clock, config, 5, disk, defect);
  }

  static Task<void> sleep(world::Clock& c, Nanos time) { co_await c.sleep(time); }
  void pass_time(Nanos time) { clock.run(sleep(clock, time)); }

  static Admission::Asker asker(const std::string& user, EdgeClass path = EdgeClass::api) {
    Admission::Asker who;
    who.client = user;
    who.user = user;
    who.path = path;
    return who;
  }
  // A request that is let in at once and answered, or is refused.
  static Task<void> one(Bench& b, std::string user, Decision& decision) {
    const bool known = co_await b.admission->know(user);
    static_cast<void>(known);
    Admission::Pass pass(*b.admission, asker(user), b.clock.now());
    decision = pass.decision();
    if (pass.refused()) co_return;
    pass.begin();
    Task<void> keeping = pass.keep();
    co_await std::move(keeping);
  }
  Decision ask(const std::string& user = "u") {
    Decision decision;
    clock.run(one(*this, user, decision));
    return decision;
  }
  int served(int requests, const std::string& user = "u") {
    int n = 0;
    for (int i = 0; i < requests; ++i) n += ask(user).allowed ? 1 : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("paths of the edge", "[limit][REQ-050]") {
  struct Row {
    const char* path;
    EdgeClass expected;
  };
  const Row rows[] = {{"/v1/responses", EdgeClass::api},  {"/v1", EdgeClass::api},
                      {"/v1?x", EdgeClass::api},          {"/v10", EdgeClass::other},
                      {"/", EdgeClass::other},            {"/metrics", EdgeClass::other},
                      {"/health", EdgeClass::health},     {"/health/ready", EdgeClass::health},
                      {"/healthy", EdgeClass::other}};
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(agent::edge_class_of(row.path) == row.expected);
  }
}

TEST_CASE("twice the rate of the edge: half is refused", "[limit][REQ-050]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  config.edge_other = 30;
  Bench b(config);
  struct Row {
    EdgeClass path;
    std::int64_t per_second;
    std::int64_t passes;  // of 60 s
  };
  const Row rows[] = {{EdgeClass::api, 20, 619},     // 20 at once, 10 a second
                      {EdgeClass::other, 60, 1'859},
                      {EdgeClass::api, 10, 600},
                      {EdgeClass::health, 1'000, 60'000}};
  for (const Row& row : rows) {
    std::int64_t passes = 0;
    for (std::int64_t i = 0; i < 60 * row.per_second; ++i) {
      passes += b.admission->edge(Bench::asker("c", row.path)).allowed ? 1 : 0;
      b.pass_time(Nanos(1s) / row.per_second);
    }
    CAPTURE(row.per_second);
    CHECK(passes == row.passes);
    b.pass_time(60s);
  }
}

TEST_CASE("clients do not share the edge", "[limit][REQ-050]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  Bench b(config);
  CHECK(b.served(30, "a") == 20);
  CHECK(b.served(30, "b") == 20);
}

TEST_CASE("a user's rate is a pace: surplus waits for its time", "[limit][REQ-048][REQ-032]") {
  RateConfig config = nothing();
  config.user_per_minute = 30;
  Bench b(config);
  std::list<Admission::Pass> passes;
  // Ten a second for a minute; each begins when it may.
  std::int64_t refused = 0;
  std::int64_t began = 0;
  std::size_t most_waiting = 0;
  for (int i = 0; i < 600; ++i) {
    passes.emplace_back(*b.admission, Bench::asker("u"), b.clock.now() + 60s);
    if (passes.back().refused()) {
      ++refused;
      CHECK(passes.back().decision().tightest == Limit::user);
      CHECK(passes.back().decision().retry_after <= 2s);
      passes.pop_back();
    }
    while (!passes.empty() && passes.front().not_before() <= b.clock.now()) {
      passes.front().begin();
      passes.pop_front();
      ++began;
    }
    most_waiting = std::max(most_waiting, passes.size());
    b.pass_time(100ms);
  }
  CHECK(began == 59);  // 30 at once, and one every 2 s
  CHECK(most_waiting == 20);
  CHECK(refused == 600 - 59 - 20);
}

TEST_CASE("twenty at once are all let in", "[limit][REQ-032]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  config.user_per_minute = 30;
  Bench b(config);
  CHECK(b.served(20) == 20);
}

TEST_CASE("who would wait for longer than it may is told at once", "[limit][REQ-048]") {
  RateConfig config = nothing();
  config.user_per_minute = 30;
  config.user_burst = 1;
  Bench b(config);
  CHECK(b.ask().allowed);
  Admission::Pass first(*b.admission, Bench::asker("u"), b.clock.now() + 3s);
  Admission::Pass second(*b.admission, Bench::asker("u"), b.clock.now() + 3s);
  CHECK_FALSE(first.refused());
  CHECK(first.not_before() == b.clock.now() + 2s);
  CHECK(second.refused());  // its time is in 4 s
  CHECK(second.decision().retry_after == 1s);
}

TEST_CASE("background requests have a longer line", "[limit][REQ-049]") {
  RateConfig config = nothing();
  config.user_per_minute = 30;
  config.user_burst = 1;
  config.user_waiting_max = 2;
  config.user_background_max = 4;
  Bench b(config);
  std::list<Admission::Pass> passes;
  const auto add = [&](bool background) {
    Admission::Asker asker = Bench::asker("u");
    asker.background = background;
    passes.emplace_back(*b.admission, asker, b.clock.now() + 60s);
    return !passes.back().refused();
  };
  CHECK(b.ask().allowed);
  CHECK(add(false));
  CHECK(add(false));
  CHECK_FALSE(add(false));
  CHECK(add(true));
  CHECK(add(true));
  CHECK_FALSE(add(true));
}

TEST_CASE("who leaves the line costs nothing", "[limit][REQ-053]") {
  RateConfig config = nothing();
  config.user_per_minute = 30;
  Bench b(config);
  for (int i = 0; i < 1'000; ++i) {
    Admission::Pass pass(*b.admission, Bench::asker("u"), kNever);
    CHECK_FALSE(pass.refused());
  }
  CHECK(b.admission->standing(Bench::asker("u"))[Limit::user].remaining == 30);
}

TEST_CASE("quotas of a day by tier", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 3;
  config.daily_basic = 5;
  config.daily_pro = 0;  // without end
  config.basic_users = {"b"};
  config.pro_users = {"p"};
  Bench b(config);
  CHECK(b.served(10, "f") == 3);
  CHECK(b.served(10, "b") == 5);
  CHECK(b.served(10, "p") == 10);
  const Decision refused = b.ask("f");
  CHECK(refused.tightest == Limit::daily);
  const std::int64_t into_day = b.clock.unix_nanos() % 86'400'000'000'000;
  CHECK(refused.retry_after.count() == 86'400'000'000'000 - into_day);
  b.pass_time(refused.retry_after - 1ns);
  CHECK_FALSE(b.ask("f").allowed);
  b.pass_time(1ns);
  CHECK(b.served(10, "f") == 3);
}

TEST_CASE("users' days begin apart from one another", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 3;
  config.daily_jitter = 5min;
  Bench b(config);
  std::set<std::int64_t> ends;
  for (int i = 0; i < 100; ++i) {
    const Decision d = b.admission->standing(Bench::asker("u" + std::to_string(i)));
    const std::int64_t day = 86'400'000'000'000;
    const std::int64_t end = (b.clock.unix_nanos() + d[Limit::daily].reset.count()) % day;
    CHECK(end < (5min).count() * 60'000'000'000);
    ends.insert(end);
  }
  CHECK(ends.size() > 90);
}

TEST_CASE("a restart keeps the count of the day", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 10;
  Bench b(config);
  CHECK(b.served(7) == 7);
  {
    Admission::Pass unanswered(*b.admission, Bench::asker("u"), kNever);
    CHECK(b.admission->standing(Bench::asker("u"))[Limit::daily].remaining == 2);
  }
  b.boot();  // what was in memory is gone
  CHECK(b.served(10) == 3);
}

TEST_CASE("a clock that jumps loses and doubles nothing", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 10;
  config.user_per_minute = 600;
  config.user_burst = 600;
  Bench b(config);
  const std::int64_t day = 86'400'000'000'000;
  const Nanos to_midnight(day - b.clock.unix_nanos() % day);
  CHECK(b.served(6) == 6);
  b.clock.step_wall(to_midnight);  // a new day
  CHECK(b.served(2) == 2);
  b.clock.step_wall(-1h);  // the old one again
  CHECK(b.served(10) == 4);
  b.boot();
  CHECK(b.served(10) == 0);
  b.clock.step_wall(1h);  // and the new one
  CHECK(b.served(10) == 8);
  CHECK(b.clock.now() == Instant{});  // all without time passing, for limits that count that
  // 20 answers counted, the refused ones not, whatever the wall clock did.
  CHECK(b.admission->standing(Bench::asker("u"))[Limit::user].remaining == 600 - 8);
}

TEST_CASE("requests that run together do not exceed the quota", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 10;
  Bench b(config);
  std::list<Admission::Pass> passes;
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    passes.emplace_back(*b.admission, Bench::asker("u"), kNever);
    admitted += passes.back().refused() ? 0 : 1;
  }
  CHECK(admitted == 10);
  passes.clear();  // none was answered
  CHECK(b.served(20) == 10);
}

TEST_CASE("while the store is broken counting goes on", "[limit][REQ-047]") {
  RateConfig config = nothing();
  config.daily_free = 10;
  Bench b(config);
  CHECK(b.served(2) == 2);
  b.disk.broken = true;
  CHECK(b.served(3) == 3);
  b.disk.broken = false;
  CHECK(b.served(1) == 1);  // takes the three along
  CHECK(b.disk.counts.begin()->second == 6);
  b.boot();
  CHECK(b.served(20) == 4);
}

TEST_CASE("all limits or none", "[limit][REQ-053]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  config.user_per_minute = 30;
  config.daily_free = 5;
  Bench b(config);
  CHECK(b.served(5) == 5);
  b.pass_time(2s);
  const Decision before = b.admission->standing(Bench::asker("u"));
  CHECK(b.served(1'000) == 0);  // the day is used up
  const Decision after = b.admission->standing(Bench::asker("u"));
  for (const Limit limit : {Limit::edge, Limit::user, Limit::daily}) {
    CHECK(after[limit].remaining == before[limit].remaining);
    CHECK(after[limit].reset == before[limit].reset);
  }
  CHECK(b.disk.writes == 5);
}

TEST_CASE("defects of the admission show", "[limit][defects]") {
  for (const Defect defect : {Defect::none, Defect::rejects_are_charged}) {
    RateConfig config = nothing();
    config.edge_api = 10;
    Bench b(config, defect);
    CHECK(b.served(100) == 20);
    b.pass_time(1s);
    CHECK((b.served(1) == 1) == (defect == Defect::none));
  }
  for (const Defect defect : {Defect::none, Defect::burst_off_by_one}) {
    RateConfig config = nothing();
    config.user_per_minute = 30;
    Bench b(config, defect);
    CHECK((b.served(100) == 30) == (defect == Defect::none));
  }
}

TEST_CASE("how limits are told", "[limit][REQ-053]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  config.user_per_minute = 30;
  config.daily_free = 1'000;
  Bench b(config);
  CHECK(b.served(18) == 18);
  const Decision d = b.admission->standing(Bench::asker("u"));
  CHECK(agent::rate_limit_policy(d) ==
        R"("edge";q=10;w=1, "user";q=30;w=60, "inflight";q=5;qu="concurrent-requests", )"
        R"("daily";q=1000;w=86400)");
  CHECK(agent::rate_limit(d) == R"("edge";r=2;t=2)");  // 2 of 20 at once, full in 1.8 s
  b.pass_time(1s);
  CHECK(agent::rate_limit(b.admission->standing(Bench::asker("u"))) == R"("user";r=12;t=35)");

  CHECK(b.served(12) == 12);
  const Decision refused = b.ask();
  CHECK(refused.tightest == Limit::user);
  world::HttpHeaders headers;
  agent::add_rate_headers(refused, false, headers);
  CHECK(headers.get("ratelimit") == R"("user";r=0;t=1)");
  CHECK(agent::seconds_to_wait(refused.retry_after) == 1);  // the same as t
  CHECK_FALSE(headers.contains("x-ratelimit-limit-requests"));
  agent::add_rate_headers(refused, true, headers);
  CHECK(headers.get("x-ratelimit-limit-requests") == "30");
  CHECK(headers.get("x-ratelimit-remaining-requests") == "0");
  CHECK(headers.get("x-ratelimit-reset-requests") == "1s");
  CHECK(headers.get("ratelimit-reset") == "1");

  Bench unlimited(nothing());
  unlimited.admission = std::make_unique<Admission>(unlimited.clock, unlimited.config, 0,
                                                    unlimited.disk, Defect::none);
  world::HttpHeaders none;
  agent::add_rate_headers(unlimited.ask(), true, none);
  CHECK(none.size() == 0);
}

TEST_CASE("the headers are structured fields, in every state", "[limit][REQ-053]") {
  const std::regex policy(
      R"(("[a-z]+";q=\d+(;w=\d+|;qu="concurrent-requests")(, |$))+)");
  const std::regex limit(R"("[a-z]+";r=\d+;t=\d+)");
  RateConfig config = nothing();
  config.edge_api = 10;
  config.user_per_minute = 30;
  config.daily_free = 45;
  Bench b(config);
  for (int i = 0; i < 400; ++i) {
    const Decision d = b.ask();
    CHECK(std::regex_match(agent::rate_limit_policy(d), policy));
    CHECK(std::regex_match(agent::rate_limit(d), limit));
    if (!d.allowed) {
      const std::string t = "t=" + std::to_string(agent::seconds_to_wait(d.retry_after));
      CHECK(agent::rate_limit(d).ends_with(";r=0;" + t));
    }
    b.pass_time(77ms);
  }
}

TEST_CASE("limits as a body, and what is still to be had", "[limit][REQ-049]") {
  RateConfig config = nothing();
  config.user_per_minute = 30;
  config.available = {{"background", "POST /v1/responses with \"background\": true", {"user"}},
                      {"cache", "Ask what was asked before.", {}}};
  Bench b(config);
  const std::string body = agent::limits_json("u\"1", agent::Tier::free,
                                              b.admission->standing(Bench::asker("u")), config);
  CHECK(body ==
        R"({"object":"limits","user":"u\"1","tier":"free","limits":[{"name":"user","quota":30,)"
        R"("unit":"requests","window_seconds":60,"remaining":30,"reset_seconds":0},)"
        R"({"name":"inflight","quota":5,"unit":"concurrent-requests"}],"available":[)"
        R"({"what":"background","how":"POST /v1/responses with \"background\": true"},)"
        R"({"what":"cache","how":"Ask what was asked before."}]})");
  CHECK(agent::available_when(config, "user").size() == 2);
  CHECK(agent::available_when(config, "daily") ==
        std::vector<std::string>{R"({"what":"cache","how":"Ask what was asked before."})"});
}

TEST_CASE("a million keys are bounded, and forgotten when idle", "[limit][REQ-053]") {
  RateConfig config = nothing();
  config.edge_api = 10;
  config.user_per_minute = 30;
  config.user_burst = 2;
  config.daily_free = 100;
  Bench b(config);
  static_cast<void>(b.served(10, "warm"));
  b.pass_time(48h);
  b.admission->sweep();
  const auto held = [] {
    const struct mallinfo2 info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks) + static_cast<std::int64_t>(info.hblkhd);
  };
  const std::int64_t before = held();
  for (int i = 0; i < 1'000'000; ++i) {
    static_cast<void>(b.admission->edge(Bench::asker("client-" + std::to_string(i))));
  }
  CHECK(b.admission->keys() == 100'000);
  for (int i = 0; i < 110'000; ++i) {
    Admission::Pass pass(*b.admission, Bench::asker("user-" + std::to_string(i)), kNever);
    pass.begin();
  }
  CHECK(b.admission->keys() == 300'000);
  const std::int64_t busy = held();
  b.pass_time(48h);
  b.admission->sweep();
  CHECK(b.admission->keys() == 0);
  // (Under a sanitizer nothing is counted, and both are 0.)
  CHECK(held() - before <= (busy - before) / 100 + 100'000);
}

TEST_CASE("what another life of the process has let in is charged all the same", "[limit]") {
  RateConfig config = nothing();
  config.daily_free = 3;
  Bench b(config);
  b.clock.run(b.admission->charge("u"));
  CHECK(b.disk.writes == 1);
  CHECK(b.served(5) == 2);
  b.clock.run(b.admission->charge("u"));  // it was promised, so it is done, also over the quota
  CHECK(b.disk.writes == 4);
}
