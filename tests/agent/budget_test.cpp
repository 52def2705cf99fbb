// Budgets: what is reserved, settled and given back, in all scopes or in none.
#include <catch2/catch.hpp>
#include <list>
#include <map>

#include "agent/limits/budget_ledger.hpp"
#include "world/scope.hpp"
#include "world/sim_clock.hpp"

using namespace std::chrono_literals;
using agent::BudgetConfig;
using agent::BudgetLedger;
using agent::BudgetScope;
using agent::Defect;
using agent::UserBudget;
using world::Nanos;
using world::Task;
using Charge = BudgetLedger::Charge;

namespace {

constexpr std::int64_t kDollar = 1'000'000;

struct Disk final : agent::DayCounts {
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> counts;
  Task<std::optional<std::int64_t>> add_used(std::string key, std::int64_t day,
                                             std::int64_t amount) override {
    co_return counts[{key, day}] += amount;
  }
};

// A token in costs one millionth of a dollar, a token out ten.
BudgetConfig priced() {
  BudgetConfig config;
  config.prices = {{"small", 1 * kDollar, 10 * kDollar}, {"cheap", 0, 0}};
  return config;
}

struct Bench {
  world::SimClock clock;
  BudgetConfig config;
  Disk disk;
  std::vector<BudgetLedger::Alert> alerts;
  std::unique_ptr<BudgetLedger> ledger;

  explicit Bench(BudgetConfig c, Defect defect = Defect::none) : config(std::move(c)) {
    boot(defect);
  }
  void boot(Defect defect = Defect::none) {
    ledger = std::make_unique<BudgetLedger>(
        clock, config, 1'000, disk, defect,
        [this](const BudgetLedger::Alert& alert) { alerts.push_back(alert); });
  }

  static BudgetLedger::Who who(std::string user = "u", std::string task = "t",
                               std::string session = "s") {
    BudgetLedger::Who w;
    w.user = std::move(user);
    w.task = std::move(task);
    w.session = std::move(session);
    w.model = "small";
    return w;
  }
  static BudgetLedger::Tokens out(std::int64_t tokens) {
    BudgetLedger::Tokens t;
    t.output = tokens;
    return t;
  }

  static Task<void> one(Bench& b, BudgetLedger::Who who, BudgetLedger::Tokens estimate,
                        BudgetLedger::Tokens used, bool& passed) {
    const bool known = co_await b.ledger->know(who.user);
    static_cast<void>(known);
    Charge charge(*b.ledger, who, estimate);
    passed = !charge.refused();
    charge.settle("small", used);
    Task<void> saving = charge.save();
    co_await std::move(saving);
  }
  bool spend(BudgetLedger::Who w, std::int64_t estimate, std::int64_t used) {
    bool passed = false;
    clock.run(one(*this, std::move(w), out(estimate), out(used), passed));
    return passed;
  }
  std::int64_t spent(BudgetScope scope, const BudgetLedger::Who& w) {
    for (const auto& each : ledger->standings(w)) {
      if (each.scope == scope) return each.spent;
    }
    return -1;
  }
  std::int64_t reserved() {
    std::int64_t all = 0;
    for (const auto& each : ledger->standings(who())) all += each.reserved;
    return all;
  }
};

}  // namespace

TEST_CASE("what tokens cost", "[budget][REQ-134]") {
  struct Row {
    const char* model;
    std::int64_t input;
    std::int64_t output;
    std::int64_t micro_usd;
  };
  const Row rows[] = {{"a", 1'000'000, 0, 150'000},   {"a", 0, 1'000'000, 600'000},
                      {"a", 1'000, 500, 450},         {"a", 1, 0, 1},  // rounded up
                      {"a", 0, 0, 0},                 {"b", 1'000, 0, 3'000},
                      {"unknown", 1'000, 0, 3'000},  // the dearest
                      {"a", -5, -1, 0},
                      {"b", INT64_MAX, INT64_MAX, std::int64_t{1} << 60}};
  BudgetConfig config;
  config.prices = {{"a", 150'000, 600'000}, {"b", 3 * kDollar, 15 * kDollar}};
  Bench b(config);
  for (const Row& row : rows) {
    CAPTURE(row.model, row.input, row.output);
    BudgetLedger::Tokens tokens;
    tokens.input = row.input;
    tokens.output = row.output;
    CHECK(b.ledger->cost(row.model, tokens) == row.micro_usd);
  }
  CHECK(Bench(BudgetConfig{}).ledger->cost("a", Bench::out(1'000)) == 0);
}

TEST_CASE("of a hundred at once with room for ten, ten pass", "[budget][REQ-133]") {
  struct Row {
    const char* name;
    std::int64_t BudgetConfig::*limit;
    std::int64_t value;
  };
  const Row rows[] = {{"task", &BudgetConfig::task_usd, 10'009},
                      {"session", &BudgetConfig::session_usd, 10'000},
                      {"user_day", &BudgetConfig::user_day_usd, 10'999},
                      {"global_day", &BudgetConfig::global_day_usd, 10'500},
                      {"tokens", &BudgetConfig::tokens, 1'099},
                      {"requests", &BudgetConfig::requests, 10}};
  for (const Row& row : rows) {
    for (const Defect defect : {Defect::none, Defect::overspends}) {
      BudgetConfig config = priced();
      config.*row.limit = row.value;
      Bench b(config, defect);
      std::list<Charge> charges;
      int admitted = 0;
      for (int i = 0; i < 100; ++i) {
        charges.emplace_back(*b.ledger, Bench::who(), Bench::out(100));
        admitted += charges.back().refused() ? 0 : 1;
      }
      CAPTURE(row.name);
      if (defect == Defect::overspends) {
        CHECK(admitted == 100);
        continue;
      }
      CHECK(admitted == 10);
      CHECK(charges.back().refused_by() == row.name);
      for (Charge& charge : charges) charge.settle("small", Bench::out(100));
      CHECK(Charge(*b.ledger, Bench::who(), Bench::out(100)).refused());
      charges.clear();
    }
  }
}

TEST_CASE("what is not settled is given back in every scope", "[budget][REQ-133]") {
  BudgetConfig config = priced();
  config.task_usd = config.session_usd = config.user_day_usd = config.global_day_usd = 10'000;
  config.tokens = 1'000;
  config.requests = 10;
  Bench b(config);
  for (int i = 0; i < 100; ++i) {
    Charge charge(*b.ledger, Bench::who(), Bench::out(900));
    CHECK_FALSE(charge.refused());
    CHECK(b.reserved() == 4 * 9'000);
  }
  CHECK(b.reserved() == 0);
  const UserBudget::State state = b.ledger->users().state_of("u");
  CHECK(state.requests + state.tokens + state.reserved_requests + state.reserved_tokens == 0);
}

TEST_CASE("all scopes or none", "[budget][REQ-133]") {
  BudgetConfig config = priced();
  config.task_usd = 10'000;
  config.session_usd = 10'000;
  config.global_day_usd = 1'000;  // the last one to be asked
  config.tokens = 1'000;
  Bench b(config);
  for (int i = 0; i < 10; ++i) {
    Charge charge(*b.ledger, Bench::who(), Bench::out(500));
    CHECK(charge.refused());
    CHECK(charge.refused_by() == "global_day");
    CHECK_FALSE(charge.may_wait());
    CHECK(b.reserved() == 0);
    CHECK(b.ledger->users().state_of("u").tokens == 0);
  }
  // And when it is the user's tokens that do not suffice.
  Charge charge(*b.ledger, Bench::who(), Bench::out(1'001));
  CHECK(charge.refused());
  CHECK(b.reserved() == 0);
}

TEST_CASE("scopes are apart from one another", "[budget][REQ-133]") {
  BudgetConfig config = priced();
  config.task_usd = 1'000;
  config.session_usd = 2'000;
  config.user_day_usd = 3'000;
  config.global_day_usd = 4'000;
  Bench b(config);
  CHECK(b.spend(Bench::who("u", "t1", "s1"), 100, 100));
  CHECK_FALSE(b.spend(Bench::who("u", "t1", "s1"), 100, 100));  // the task's is used up
  CHECK(b.spend(Bench::who("u", "t2", "s1"), 100, 100));
  CHECK_FALSE(b.spend(Bench::who("u", "t3", "s1"), 100, 100));  // the session's
  CHECK(b.spend(Bench::who("u", "t3", "s2"), 100, 100));
  CHECK_FALSE(b.spend(Bench::who("u", "t4", "s3"), 100, 100));  // the user's
  CHECK(b.spend(Bench::who("v", "t4", "s1"), 100, 100));        // v's s1 is not u's
  CHECK_FALSE(b.spend(Bench::who("w", "t5", "s1"), 100, 100));  // everybody's
  b.ledger->end_task("t1");
  CHECK(b.spent(BudgetScope::task, Bench::who("u", "t1", "s1")) == 0);
}

TEST_CASE("a thousand small calls below the limit are not refused", "[budget][REQ-135]") {
  // Each uses 20 tokens and may use 500: the sum is 20,000 of 21,000.
  BudgetConfig config = priced();
  config.user_day_usd = 210'000;
  config.tokens = 21'000;
  config.window = 24h;
  Bench b(config);
  int passed = 0;
  for (int i = 0; i < 1'000; ++i) passed += b.spend(Bench::who(), 500, 20) ? 1 : 0;
  CHECK(passed == 1'000);
  CHECK(b.spent(BudgetScope::user_day, Bench::who()) == 200'000);
  CHECK(b.ledger->users().spent("u") == 20'000);
}

namespace {

// Takes so long, and uses 20 tokens of 500.
Task<void> small_call(Bench& b, int& passed) {
  Charge charge(*b.ledger, Bench::who(), Bench::out(500));
  if (charge.may_wait()) {
    const bool room = co_await charge.wait(b.clock.now() + 1h);
    static_cast<void>(room);
  }
  if (charge.refused()) co_return;
  co_await b.clock.sleep(1s);
  charge.settle("small", Bench::out(20));
  ++passed;
}

Task<void> many(Bench& b, int n, int& passed) {
  world::Scope scope(b.clock);
  for (int i = 0; i < n; ++i) scope.spawn(small_call(b, passed));
  co_await scope.join();
}

}  // namespace

TEST_CASE("nor when they run together", "[budget][REQ-135]") {
  BudgetConfig config = priced();
  config.user_day_usd = 210'000;
  config.tokens = 21'000;
  config.window = 24h;
  Bench b(config);
  int passed = 0;
  b.clock.run(many(b, 1'000, passed));  // 42 at first, the others as those turn out cheaper
  CHECK(passed == 1'000);
  CHECK(b.spent(BudgetScope::user_day, Bench::who()) == 200'000);
  CHECK(b.reserved() == 0);
}

TEST_CASE("waiting ends when there is no hope, or no time", "[budget][REQ-135]") {
  BudgetConfig config = priced();
  config.user_day_usd = 10'000;
  Bench b(config);
  const auto wait = [](Bench& bench, std::int64_t used, Nanos patience, bool& room,
                       world::Instant& ended) -> Task<void> {
    Charge first(*bench.ledger, Bench::who(), Bench::out(900));
    Charge second(*bench.ledger, Bench::who(), Bench::out(500));
    CHECK(second.may_wait());
    world::Scope scope(bench.clock);
    const auto later = [](Bench& in, Charge& charge, std::int64_t n) -> Task<void> {
      co_await in.clock.sleep(5s);
      charge.settle("small", Bench::out(n));
    };
    scope.spawn(later(bench, first, used));
    room = co_await second.wait(bench.clock.now() + patience);
    ended = bench.clock.now();
    co_await scope.join();
  };
  struct Row {
    std::int64_t used;  // by the first
    Nanos patience;
    bool room;
    Nanos ended;
  };
  const Row rows[] = {{100, 60s, true, 5s}, {900, 60s, false, 5s}, {100, 2s, false, 2s}};
  for (const Row& row : rows) {
    Bench each(config);
    bool room = !row.room;
    world::Instant ended{};
    each.clock.run(wait(each, row.used, row.patience, room, ended));
    CAPTURE(row.used);
    CHECK(room == row.room);
    CHECK(ended == world::at(row.ended));
    CHECK(each.reserved() == 0);
  }
}

TEST_CASE("the sum is what the calls did cost, to the millionth", "[budget][REQ-134]") {
  BudgetConfig config = priced();
  config.task_usd = config.session_usd = config.user_day_usd = config.global_day_usd = kDollar;
  Bench b(config);
  std::int64_t sum = 0;
  for (std::int64_t i = 1; i <= 200; ++i) {
    const std::int64_t used = i * 7919 % 100;
    const bool missing = i % 20 == 0;  // usage that did not come counts as it was reserved
    CHECK(b.spend(Bench::who(), 100, missing ? -1 : used));
    sum += missing ? 1'000 : used * 10;
  }
  for (const BudgetScope scope : {BudgetScope::task, BudgetScope::session, BudgetScope::user_day,
                                  BudgetScope::global_day}) {
    CHECK(b.spent(scope, Bench::who()) == sum);
  }
}

TEST_CASE("an alert at four fifths, once", "[budget][REQ-134]") {
  BudgetConfig config = priced();
  config.user_day_usd = 10'000;
  Bench b(config);
  for (int i = 0; i < 7; ++i) CHECK(b.spend(Bench::who(), 100, 100));
  CHECK(b.spend(Bench::who(), 100, 99));
  CHECK(b.alerts.empty());
  CHECK(b.spend(Bench::who(), 1, 1));
  REQUIRE(b.alerts.size() == 1);
  CHECK(b.alerts[0].scope == BudgetScope::user_day);
  CHECK(b.alerts[0].key == "u");
  CHECK(b.alerts[0].spent == 8'000);
  CHECK(b.alerts[0].limit == 10'000);
  CHECK(b.spend(Bench::who(), 100, 100));
  CHECK(b.alerts.size() == 1);
}

TEST_CASE("a crash frees what was reserved and keeps what was spent", "[budget][REQ-133]") {
  BudgetConfig config = priced();
  config.user_day_usd = 10'000;
  Bench b(config);
  CHECK(b.spend(Bench::who(), 400, 400));
  {
    std::optional<Charge> running;
    running.emplace(*b.ledger, Bench::who(), Bench::out(600));
    CHECK_FALSE(running->refused());
    CHECK_FALSE(b.spend(Bench::who(), 100, 100));
  }
  b.boot();
  CHECK(b.spend(Bench::who(), 600, 500));
  CHECK_FALSE(b.spend(Bench::who(), 200, 200));
  CHECK(b.spent(BudgetScope::user_day, Bench::who()) == 9'000);
}

TEST_CASE("a new day, and the old one again", "[budget][REQ-133]") {
  BudgetConfig config = priced();
  config.user_day_usd = 1'000;
  Bench b(config);
  CHECK(b.spend(Bench::who(), 100, 100));
  {
    const Charge refused(*b.ledger, Bench::who(), Bench::out(1));
    CHECK(refused.retry_after() == 24h);  // the simulation begins at midnight
  }
  b.clock.step_wall(24h);
  CHECK(b.spend(Bench::who(), 50, 50));
  b.clock.step_wall(-1h);
  CHECK_FALSE(b.spend(Bench::who(), 1, 1));
  b.clock.step_wall(1h);
  CHECK(b.spent(BudgetScope::user_day, Bench::who()) == 500);
}

TEST_CASE("budgets as a body", "[budget][REQ-134]") {
  BudgetConfig config = priced();
  config.requests = 10;
  config.tokens = 1'000;
  config.user_day_usd = kDollar;
  config.global_day_usd = kDollar;
  Bench b(config);
  CHECK(b.spend(Bench::who(), 100, 60));
  Charge running(*b.ledger, Bench::who(), Bench::out(100));
  CHECK(agent::budgets_json(*b.ledger, config, Bench::who()) ==
        R"({"object":"budgets","user":"u","budgets":[)"
        R"({"scope":"user","unit":"requests","spent":1,"reserved":1,"limit":10,)"
        R"("resets_in_seconds":60},)"
        R"({"scope":"user","unit":"tokens","spent":60,"reserved":100,"limit":1000,)"
        R"("resets_in_seconds":60},)"
        R"({"scope":"user_day","unit":"micro_usd","spent":600,"reserved":1000,"limit":1000000,)"
        R"("resets_in_seconds":86400}]})");
}
