// One suite for every kind of job store.
#include "agent/jobs/job_store.hpp"

#include <set>

#include "tests/agent/store_world.hpp"
#include "world/random.hpp"

using namespace support;
using agent::Created;
using agent::IdempotencyKey;
using agent::JobRow;
using agent::JobState;
using agent::JobStore;
using agent::StoreFailure;
using agent::StoreResult;
using world::Task;
using Ids = std::vector<std::string>;
using Events = JobStore::Events;

namespace {

constexpr int kRaces = 10'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr std::int64_t kDayLong = 24 * kHour;

std::string told(const std::optional<JobRow>& row) {
  if (!row) return "not there";
  const std::string state(agent::name_of(row->state));
  return row->expired ? "expired, " + state : state + " " + row->result;
}

}  // namespace

TEST_CASE("store: a job is what it was made, member for member", "[jobs]") {
  on_each_store([](StoreWorld& w) {
    JobRow row = job("a");
    row.attempt = 2;
    row.began_effects = true;
    row.follows = true;
    row.body = std::string("{\"text\":\"\xC3\xA4 \0 '\"}", 18);
    const Created created = w.create(row);
    CHECK(created.how == Created::How::created);
    CHECK(created.row.id == "a");
    const std::optional<JobRow> read = w.read("a");
    REQUIRE(read.has_value());
    CHECK(read->id == row.id);
    CHECK(read->owner == row.owner);
    CHECK(read->request_id == row.request_id);
    CHECK(read->api == row.api);
    CHECK(read->state == JobState::queued);
    CHECK(read->attempt == 2);
    CHECK(read->boot == row.boot);
    CHECK(read->created_at == kBegin);
    CHECK(read->ended_at == 0);
    CHECK(read->heartbeat_at == kBegin);
    CHECK(read->background);
    CHECK_FALSE(read->cancel_requested);
    CHECK(read->began_effects);
    CHECK(read->follows);
    CHECK_FALSE(read->expired);
    CHECK(read->body == row.body);
    CHECK(read->result == row.result);
    CHECK_FALSE(w.read("b").has_value());
  });
}

TEST_CASE("store: owners see their own jobs, newest first, page by page", "[jobs][REQ-087]") {
  on_each_store([](StoreWorld& w) {
    for (const char* id : {"c", "a", "d"}) w.create(job(id));
    w.create(job("x", "bob"));
    w.create(job("b"));
    struct Row {
      const char* owner;
      const char* after;
      std::size_t limit;
      Ids ids;
    };
    const std::vector<Row> rows = {
        {"ann", "", 100, {"b", "d", "a", "c"}}, {"bob", "", 100, {"x"}},
        {"eve", "", 100, {}},                   {"ann", "", 2, {"b", "d"}},
        {"ann", "d", 2, {"a", "c"}},            {"ann", "c", 2, {}},
        {"ann", "x", 9, {}},  // bob's: as one that is not there
        {"ann", "nothing", 9, {}}};
    for (const Row& row : rows) CHECK(w.list(row.owner, row.after, row.limit) == row.ids);
    REQUIRE(w.get(w.store().remove("a")).has_value());
    CHECK_FALSE(w.read("a").has_value());
    CHECK(w.list("ann") == Ids{"b", "d", "c"});
    const auto listed = w.get(w.store().list("ann", "", 1));
    CHECK(listed->front().body.empty());
    CHECK(listed->front().result == R"({"status":"queued"})");
  });
}

TEST_CASE("store: a terminal state is never left", "[jobs][REQ-082]") {
  const std::vector<JobState> all = {JobState::queued,    JobState::in_progress,
                                     JobState::completed, JobState::failed,
                                     JobState::cancelled, JobState::incomplete};
  on_each_store([&](StoreWorld& w) {
    for (const JobState from : all) {
      for (const JobState to : all) {
        const std::string id =
            std::string(agent::name_of(from)) + " to " + std::string(agent::name_of(to));
        CAPTURE(id);
        w.create(job(id));
        if (from != JobState::queued) CHECK(w.advance(change(id, from, "first")));
        const bool moved = w.advance(change(id, to, "second"));
        CHECK(moved == !agent::is_terminal(from));
        const std::optional<JobRow> row = w.read(id);
        REQUIRE(row.has_value());
        CHECK(row->state == (moved ? to : from));
        CHECK(row->result == (moved ? "second" : "first"));
        CHECK((row->ended_at != 0) == agent::is_terminal(row->state));
      }
    }
  });
}

TEST_CASE("store: a change is of one attempt, and keeps what it does not say", "[jobs]") {
  on_each_store([](StoreWorld& w) {
    w.create(job("a"));
    JobStore::Change other = change("a", JobState::completed, "of another attempt");
    other.attempt = 2;
    CHECK_FALSE(w.advance(other));
    CHECK_FALSE(w.advance(change("nothing", JobState::completed)));
    JobStore::Change begins = change("a", JobState::in_progress, "runs");
    begins.began_effects = true;
    begins.follows = true;
    CHECK(w.advance(begins));
    CHECK(w.advance(change("a", JobState::in_progress)));
    const std::optional<JobRow> row = w.read("a");
    REQUIRE(row.has_value());
    CHECK(row->began_effects);
    CHECK(row->follows);
    CHECK(row->result == "runs");
    CHECK(row->heartbeat_at == kBegin + kSecond);
  });
}

namespace {

// One job that a cancellation and a result reach at once; which comes first is drawn.
Task<void> end_as(JobStore& store, std::string id, JobState state, int& won) {
  const std::string name(agent::name_of(state));
  Events events;
  events.emplace_back(7, name);
  JobStore::Change end = change(std::move(id), state, name, std::move(events));
  const StoreResult<bool> ended = co_await store.advance(std::move(end));
  if (ended && *ended) ++won;
}

struct Races {
  int one_won = 0;
  int told_once = 0;
  int stable = 0;
  int cancelled = 0;
};

Task<void> race(JobStore& store, world::Clock& clock, int number, Races& races) {
  const std::string id = "job-" + std::to_string(number);
  JobRow row = job(id);
  const StoreResult<Created> created = co_await store.create(std::move(row), std::nullopt);
  if (!created) co_return;
  const bool cancel_first =
      world::Random(5).chance(500'000, world::Purpose("test.race"), 0, number);
  int won = 0;
  world::Scope scope(clock);
  for (const bool cancel : {cancel_first, !cancel_first}) {
    scope.spawn(end_as(store, id, cancel ? JobState::cancelled : JobState::completed, won));
  }
  co_await scope.join();
  const StoreResult<std::optional<JobRow>> read = co_await store.read(id);
  const StoreResult<Events> events = co_await store.events(id, 0);
  if (!read || !*read || !events) co_return;
  races.one_won += won == 1;
  races.told_once += events->size() == 1;
  races.cancelled += (*read)->state == JobState::cancelled;
  races.stable += events->front().second == (*read)->result &&
                  (*read)->result == agent::name_of((*read)->state);
}

Task<void> race_all(JobStore& store, world::Clock& clock, int races_max, Races& races) {
  constexpr int kAtOnce = 500;
  for (int from = 0; from < races_max; from += kAtOnce) {
    world::Scope scope(clock);
    for (int i = 0; i < kAtOnce; ++i) scope.spawn(race(store, clock, from + i, races));
    co_await scope.join();
  }
}

}  // namespace

TEST_CASE("store: of cancellation and result exactly one wins, 10,000 times", "[jobs][REQ-082]") {
  on_each_store([](StoreWorld& w) {
    Races races;
    w.run(race_all(w.store(), w.clock(), kRaces, races));
    CHECK(races.one_won == kRaces);
    CHECK(races.told_once == kRaces);
    CHECK(races.stable == kRaces);
    CHECK(races.cancelled > kRaces / 3);
    CHECK(races.cancelled < kRaces * 2 / 3);
  });
}

TEST_CASE("store: events are kept by number, once, and none behind the end", "[jobs][REQ-082]") {
  on_each_store([](StoreWorld& w) {
    w.create(job("a"));
    w.append("a", {{0, "zero"}, {1, "one"}});
    w.append("a", {{1, "one again"}, {2, "two"}});
    w.append("nothing", {{0, "lost"}});
    CHECK(w.events("a") == Events{{0, "zero"}, {1, "one"}, {2, "two"}});
    CHECK(w.events("a", 2) == Events{{2, "two"}});
    CHECK(w.events("a", 3).empty());
    CHECK(w.events("nothing").empty());
    CHECK(w.advance(change("a", JobState::completed, "r", {{4, "end"}})));
    CHECK_FALSE(w.advance(change("a", JobState::cancelled, "r", {{5, "another end"}})));
    w.append("a", {{3, "late, but before the end"}, {4, "another end"}, {6, "behind it"}});
    CHECK(w.events("a", 2) ==
          Events{{2, "two"}, {3, "late, but before the end"}, {4, "end"}});
  });
}

TEST_CASE("store: the events of a job are bounded in number and bytes", "[jobs]") {
  agent::StoreConfig config;
  config.events_max = 3;
  config.event_bytes_max = 1'024;
  on_each_store(
      [](StoreWorld& w) {
        w.create(job("a"));
        w.append("a", {{0, "0"}, {1, "1"}, {2, "2"}, {3, "3"}});
        w.append("a", {{4, "4"}});
        CHECK(w.events("a") == Events{{2, "2"}, {3, "3"}, {4, "4"}});
        const std::string half(700, 'x');
        w.append("a", {{5, half}});
        CHECK(w.events("a") == Events{{3, "3"}, {4, "4"}, {5, half}});
        w.append("a", {{6, half}});
        CHECK(w.events("a") == Events{{6, half}});
        const std::string large(5'000, 'x');
        w.append("a", {{7, large}});  // the newest is always there
        CHECK(w.events("a") == Events{{7, large}});
      },
      config);
}

TEST_CASE("store: one key stands for one request", "[jobs][REQ-029]") {
  on_each_store([](StoreWorld& w) {
    const IdempotencyKey key{"ann", "k1", "f1"};
    CHECK(w.create(job("a"), key).how == Created::How::created);
    struct Row {
      IdempotencyKey key;
      Created::How how;
      const char* id;  // of the job that the answer shows
    };
    const std::vector<Row> rows = {
        {{"ann", "k1", "f1"}, Created::How::replayed, "a"},
        {{"ann", "k1", "f2"}, Created::How::conflict, "a"},
        {{"ann", "k2", "f1"}, Created::How::created, "c"},
        {{"bob", "k1", "f2"}, Created::How::created, "d"},  // keys are an owner's own
    };
    const Ids made = {"x", "y", "c", "d"};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Created created = w.create(job(made[i]), rows[i].key);
      CHECK(created.how == rows[i].how);
      CHECK(created.row.id == rows[i].id);
    }
    CHECK_FALSE(w.read("x").has_value());
    CHECK_FALSE(w.read("y").has_value());
    // In flight until it has ended; then its result.
    CHECK(w.create(job("z"), key).row.state == JobState::queued);
    CHECK(w.advance(change("a", JobState::completed, "answer")));
    if (w.survives()) w.reopen();
    const Created again = w.create(job("z"), key);
    CHECK(again.how == Created::How::replayed);
    CHECK(again.row.state == JobState::completed);
    CHECK(again.row.result == "answer");
  });
}

TEST_CASE("store: a key is free after a day, or when its job is gone", "[jobs][REQ-029]") {
  on_each_store([](StoreWorld& w) {
    const IdempotencyKey key{"ann", "k", "f"};
    const IdempotencyKey other{"ann", "k", "g"};
    w.create(job("a"), key);
    JobRow later = job("b");
    later.created_at = kBegin + kDayLong - 1;
    CHECK(w.create(later, other).how == Created::How::conflict);
    later.created_at = kBegin + kDayLong;
    CHECK(w.create(later, other).how == Created::How::created);
    CHECK(w.create(job("c"), other).row.id == "b");
    CHECK(w.read("a").has_value());  // the job itself stays
    REQUIRE(w.get(w.store().remove("b")).has_value());
    CHECK(w.create(job("c"), key).how == Created::How::created);
  });
}

TEST_CASE("store: a key can be looked up, and nothing is made", "[jobs][REQ-029]") {
  on_each_store([](StoreWorld& w) {
    const IdempotencyKey key{"ann", "k", "f"};
    const IdempotencyKey other{"ann", "k", "g"};
    const IdempotencyKey bobs{"bob", "k", "f"};
    const auto find = [&w](const IdempotencyKey& of, std::int64_t at) {
      const auto found = w.get(w.store().find_key(of, at));
      REQUIRE(found.has_value());
      return *found;
    };
    CHECK_FALSE(find(key, kBegin).has_value());
    CHECK(w.create(job("a"), key).how == Created::How::created);
    CHECK(w.advance(change("a", JobState::completed, "answer")));
    const std::optional<Created> found = find(key, kBegin + kDayLong - 1);
    REQUIRE(found.has_value());
    CHECK(found->how == Created::How::replayed);
    CHECK(found->row.id == "a");
    CHECK(found->row.result == "answer");
    REQUIRE(find(other, kBegin).has_value());
    CHECK(find(other, kBegin)->how == Created::How::conflict);
    CHECK_FALSE(find(bobs, kBegin).has_value());
    CHECK_FALSE(find(key, kBegin + kDayLong).has_value());
    CHECK(w.create(job("b"), key).how == Created::How::replayed);  // it is still there
    CHECK(w.list("ann") == Ids{"a"});
  });
}

TEST_CASE("store: requests under one key at once make one job", "[jobs][REQ-029]") {
  struct Several {
    static Task<void> one(JobStore& store, int number, int& made, std::set<std::string>& seen) {
      IdempotencyKey key{"ann", "k", "f"};
      std::optional<IdempotencyKey> under = std::move(key);
      JobRow row = job("job-" + std::to_string(number));
      const StoreResult<Created> created =
          co_await store.create(std::move(row), std::move(under));
      if (!created) co_return;
      made += created->how == Created::How::created;
      seen.insert(created->row.id);
    }
    static Task<void> all(JobStore& store, world::Clock& clock, int& made,
                          std::set<std::string>& seen) {
      world::Scope scope(clock);
      for (int i = 0; i < 200; ++i) scope.spawn(one(store, i, made, seen));
      co_await scope.join();
    }
  };
  on_each_store([](StoreWorld& w) {
    int made = 0;
    std::set<std::string> seen;
    w.run(Several::all(w.store(), w.clock(), made, seen));
    CHECK(made == 1);
    CHECK(seen.size() == 1);
    CHECK(w.list("ann").size() == 1);
  });
}

TEST_CASE("store: when it is full, what was promised to nobody leaves first", "[jobs]") {
  agent::StoreConfig config;
  config.jobs_max = 3;
  on_each_store(
      [](StoreWorld& w) {
        JobRow passing = job("passing");
        passing.background = false;
        JobRow keyed = job("keyed");
        keyed.background = false;
        const IdempotencyKey key{"ann", "k", "f"};
        w.create(passing);
        w.create(keyed, key);
        w.create(job("background"));
        const auto refused = w.get(w.store().create(job("more"), std::nullopt));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error() == StoreFailure::full);  // all of them still run
        for (const char* id : {"keyed", "background", "passing"}) {
          CHECK(w.advance(change(id, JobState::completed, "r")));
        }
        CHECK(w.create(job("more")).how == Created::How::created);
        CHECK_FALSE(w.read("passing").has_value());
        CHECK(w.read("keyed").has_value());
        CHECK(w.read("background").has_value());
        CHECK_FALSE(w.get(w.store().create(job("again"), std::nullopt)).has_value());
        CHECK(w.create(job("again"), key).how == Created::How::replayed);  // it needs no room
        CHECK(w.expire(kBegin + kDayLong) == 2);
        CHECK(w.create(job("again")).how == Created::How::created);
      },
      config);
}

TEST_CASE("store: when bytes are short, what was promised to nobody leaves first", "[jobs]") {
  agent::StoreConfig config;
  config.bytes_max = 1 << 20;
  constexpr int kPassing = 40;
  const auto large = [](std::string id, bool background) {
    JobRow row = job(std::move(id));
    row.background = background;
    row.body.assign(50'000, 'x');
    return row;
  };
  on_each_store(
      [&](StoreWorld& w) {
        w.create(large("running", false));
        w.create(large("promised", true));
        CHECK(w.advance(change("promised", JobState::completed, "r")));
        for (int i = 0; i < kPassing; ++i) {
          const std::string id = "passing-" + std::to_string(i);
          w.create(large(id, false));
          CHECK(w.advance(change(id, JobState::completed, "r")));
        }
        CHECK_FALSE(w.read("passing-0").has_value());
        CHECK(w.read("passing-39").has_value());
        JobRow hopeless = job("hopeless");
        hopeless.body.assign(2 << 20, 'x');
        CHECK_FALSE(w.get(w.store().create(hopeless, std::nullopt)).has_value());
        CHECK(w.read("passing-39").has_value());  // nobody left for what never fits
        Ids made;
        for (int i = 0; i < kPassing; ++i) {
          const std::string id = "promised-" + std::to_string(i);
          const auto created = w.get(w.store().create(large(id, true), std::nullopt));
          if (!created) CHECK(created.error() == StoreFailure::full);
          if (!created) break;
          made.push_back(id);
        }
        CHECK(made.size() > 5);
        CHECK(made.size() < 25);
        CHECK_FALSE(w.read("passing-39").has_value());
        CHECK(w.read("running").has_value());
        CHECK(w.read("promised").has_value());
        // There is room for ends all the same; and again for others when some have expired.
        const std::string result(5'000, 'y');
        CHECK(w.advance(change("running", JobState::completed, result)));
        CHECK(w.read("running")->result == result);
        CHECK(w.expire(kBegin + kHour) == 2);
        CHECK(w.create(large("again", true)).how == Created::How::created);
      },
      config);
}

TEST_CASE("store: what has expired is not the same as what never was", "[jobs][REQ-087]") {
  on_each_store([](StoreWorld& w) {
    const IdempotencyKey key{"ann", "k", "f"};
    w.create(job("old"), key);
    w.create(job("late"));
    w.create(job("open"));
    w.append("old", {{0, "event"}});
    CHECK(w.advance(change("old", JobState::failed, "r")));
    JobStore::Change late = change("late", JobState::completed, "r");
    late.at = kBegin + kHour;
    CHECK(w.advance(late));
    CHECK(w.expire(kBegin + kSecond) == 0);  // "before" is before
    CHECK(w.expire(kBegin + kHour) == 1);
    CHECK(w.expire(kBegin + kHour) == 0);
    CHECK(told(w.read("old")) == "expired, failed");
    CHECK(told(w.read("late")) == "completed r");
    CHECK(told(w.read("open")) == R"(queued {"status":"queued"})");
    CHECK(told(w.read("never")) == "not there");
    CHECK(w.read("old")->owner == "ann");
    CHECK(w.read("old")->body.empty());
    CHECK(w.events("old").empty());
    w.append("old", {{1, "event"}});
    CHECK(w.events("old").empty());
    CHECK_FALSE(w.advance(change("old", JobState::completed, "r")));
    CHECK(w.list("ann") == Ids{"open", "late"});
    CHECK(w.list("ann", "late").empty());
    CHECK(w.create(job("new"), key).how == Created::How::created);
    CHECK(w.expire(kBegin + kHour + 7 * kDayLong) == 1);
    CHECK(told(w.read("old")) == "not there");
    CHECK(told(w.read("late")) == "expired, completed");
  });
}

TEST_CASE("store: there are no more marks of the expired than jobs", "[jobs]") {
  agent::StoreConfig config;
  config.jobs_max = 4;
  on_each_store(
      [](StoreWorld& w) {
        for (int i = 0; i < 12; ++i) {
          const std::string id = std::to_string(i);
          w.create(job(id));
          JobStore::Change end = change(id, JobState::completed, "r");
          end.at = kBegin + i;
          CHECK(w.advance(end));
          CHECK(w.expire(kBegin + i + 1) == 1);
        }
        CHECK(told(w.read("7")) == "not there");
        CHECK(told(w.read("8")) == "expired, completed");
        CHECK(told(w.read("11")) == "expired, completed");
      },
      config);
}

TEST_CASE("store: the jobs of another life meet their fate", "[jobs][REQ-086][REQ-025]") {
  struct Row {
    const char* id;
    JobState state;
    std::int64_t attempt;
    bool effects;
    bool cancel;
    std::string after;
    std::int64_t attempt_after;
  };
  const std::vector<Row> rows = {
      {"queued", JobState::queued, 1, false, false, "queued was", 1},
      {"queued, cancelled", JobState::queued, 1, false, true, "cancelled lost r-queued, cancelled",
       1},
      {"running", JobState::in_progress, 1, false, false, "queued was", 2},
      {"running, cancelled", JobState::in_progress, 1, false, true,
       "cancelled lost r-running, cancelled", 1},
      {"effects", JobState::in_progress, 1, true, false, "failed lost r-effects", 1},
      {"last attempt", JobState::in_progress, 3, false, false, "failed lost r-last attempt", 3},
      {"last but one", JobState::in_progress, 2, false, false, "queued was", 3},
      {"ended", JobState::completed, 1, false, false, "completed was", 1},
  };
  on_each_store([&](StoreWorld& w) {
    for (const Row& row : rows) {
      JobRow made = job(row.id);
      made.attempt = row.attempt;
      made.result = "was";
      w.create(made);
      w.append(row.id, {{0, "told"}});
      JobStore::Change begun = change(row.id, row.state);
      begun.attempt = row.attempt;
      begun.began_effects = row.effects;
      CHECK(w.advance(begun));
      if (row.cancel) REQUIRE(w.get(w.store().request_cancel(row.id)).has_value());
    }
    if (w.survives()) w.reopen();
    const auto interrupted = [](const JobRow& row) { return "lost " + row.request_id; };
    auto swept = w.get(w.store().sweep("boot-2", 3, kBegin + kHour, +interrupted));
    REQUIRE(swept.has_value());
    Ids runnable;
    for (const JobRow& row : *swept) {
      CHECK(row.state == JobState::queued);
      CHECK(row.boot == "boot-2");
      CHECK(row.body == R"({"input":"hello"})");
      runnable.push_back(row.id);
    }
    CHECK(runnable == Ids{"queued", "running", "last but one"});
    for (const Row& row : rows) {
      CAPTURE(std::string(row.id));
      const std::optional<JobRow> now = w.read(row.id);
      CHECK(told(now) == row.after);
      CHECK(now->attempt == row.attempt_after);
      CHECK(now->state != JobState::in_progress);
      // Who runs again tells everything anew.
      const bool again = row.attempt_after != row.attempt;
      CHECK(w.events(row.id).size() == (again ? 0 : 1));
    }
    // The former attempt is over, whatever it still says.
    CHECK_FALSE(w.advance(change("running", JobState::completed, "late")));
    // A life sweeps what others left, not what is its own.
    swept = w.get(w.store().sweep("boot-2", 3, kBegin + kHour, +interrupted));
    CHECK(swept->empty());
  });
}

TEST_CASE("store: cancel requests and heartbeats are of jobs that run", "[jobs]") {
  on_each_store([](StoreWorld& w) {
    w.create(job("a"));
    w.create(job("b"));
    CHECK(w.advance(change("b", JobState::completed, "r")));
    for (const char* id : {"a", "b", "nothing"}) {
      REQUIRE(w.get(w.store().request_cancel(id)).has_value());
      REQUIRE(w.get(w.store().request_cancel(id)).has_value());
    }
    REQUIRE(w.get(w.store().heartbeat({"a", "b", "nothing"}, kBegin + 99)).has_value());
    CHECK(w.read("a")->cancel_requested);
    CHECK(w.read("a")->heartbeat_at == kBegin + 99);
    CHECK_FALSE(w.read("b")->cancel_requested);
    CHECK(w.read("b")->heartbeat_at == kBegin + kSecond);
  });
}

TEST_CASE("store: counters add up, by day, and survive", "[jobs][REQ-047]") {
  agent::StoreConfig config;
  config.counters_max = 3;
  on_each_store(
      [](StoreWorld& w) {
        const std::int64_t today = kBegin / kDayLong;
        const auto add = [&](const char* key, std::int64_t day, std::int64_t amount) {
          const auto used = w.get(w.store().add_used(key, day, amount));
          return used ? *used : -1;
        };
        CHECK(add("ann", today, 5) == 5);
        CHECK(add("ann", today, 7) == 12);
        CHECK(add("bob", today, 1) == 1);
        CHECK(add("ann", today - 1, 100) == 100);
        CHECK(add("ann", today, -2) == 10);
        CHECK(add("eve", today, 1) == -1);  // a bound: as full
        if (w.survives()) w.reopen();
        if (w.survives()) CHECK(add("ann", today, 0) == 10);
        w.expire(kBegin);
        CHECK(add("eve", today, 1) == 1);
        CHECK(add("ann", today, 1) == 11);
      },
      config);
}

namespace {

Task<void> create_and_leave(JobStore& store, world::Clock& clock) {
  world::Scope scope(clock);
  struct One {
    static Task<void> make(JobStore& store, std::string id) {
      JobRow row = job(std::move(id));
      const auto created = co_await store.create(std::move(row), std::nullopt);
      static_cast<void>(created);
      const auto rows = co_await store.list("ann", "", 10);
      static_cast<void>(rows);
    }
  };
  for (int i = 0; i < 5; ++i) scope.spawn(One::make(store, "left-" + std::to_string(i)));
  co_await clock.sleep(world::Nanos(0));
  scope.cancel();
  co_await scope.join();
}

}  // namespace

TEST_CASE("store: who does not wait for an answer does no harm", "[jobs]") {
  on_each_store([](StoreWorld& w) {
    w.run(create_and_leave(w.store(), w.clock()));
    w.create(job("stays"));
    // What was begun has happened; what was not, has not.
    const Ids ids = w.list("ann");
    CHECK(ids.front() == "stays");
    CHECK(ids.size() == 6);
  });
}

TEST_CASE("store: it can go while operations are under way", "[jobs]") {
  on_each_store([](StoreWorld& w) {
    w.run(create_and_leave(w.store(), w.clock()));
    w.reopen();
    w.create(job("stays"));
    CHECK(w.list("ann").front() == "stays");
  });
}
