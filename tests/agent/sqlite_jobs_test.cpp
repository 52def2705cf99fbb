// What only SQLite has: files, groups of commits, full disks, other processes.
#include "agent/jobs/sqlite_jobs.hpp"

#include "agent/jobs/sqlite_schema.hpp"
#include "tests/agent/store_world.hpp"

using namespace support;
using agent::JobRow;
using agent::JobState;
using agent::JobStore;
using agent::SqliteJobs;
using agent::StoreConfig;
using agent::StoreFailure;
using world::Sqlite;
using world::Task;
using namespace std::chrono_literals;

namespace {

StoreConfig in(const ScratchFile& file) {
  StoreConfig config;
  config.kind = agent::StoreKind::sqlite;
  config.path = file.path;
  return config;
}

struct Opened {
  world::SimClock clock;
  SqliteJobs store;
  explicit Opened(StoreConfig config)
      : store(clock, std::move(config),
              [this] { return std::make_unique<world::SimWorker>(clock, 2ms); }) {}

  template <class T>
  T get(Task<T> task) {
    std::optional<T> got;
    clock.run(put_into(std::move(task), got));
    return std::move(*got);
  }
  std::string create(const std::string& id, std::size_t bytes = 10) {
    JobRow row = job(id);
    row.body.assign(bytes, 'x');
    const auto created = get(store.create(std::move(row), std::nullopt));
    return created ? "ok" : std::string(agent::name_of(created.error()));
  }
};

std::string refusal(const StoreConfig& config) {
  try {
    Opened opened(config);
    return "opened";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::int64_t number(Sqlite& db, std::string_view sql) {
  auto query = db.query(sql);
  REQUIRE(query.step());
  return query.integer(0);
}

Task<void> create_one(JobStore& store, int i, int& failed) {
  JobRow row = job("job-" + std::to_string(i));
  const auto created = co_await store.create(std::move(row), std::nullopt);
  if (!created) ++failed;
}

Task<void> end_one(JobStore& store, int i, int& failed) {
  JobStore::Change end = change("job-" + std::to_string(i), JobState::completed);
  const auto ended = co_await store.advance(std::move(end));
  if (!ended || !*ended) ++failed;
}

Task<void> end_many(JobStore& store, world::Clock& clock, int many, int& failed) {
  world::Scope scope(clock);
  for (int i = 0; i < many; ++i) scope.spawn(end_one(store, i, failed));
  co_await scope.join();
}

Task<void> create_many(JobStore& store, world::Clock& clock, int many, int& failed) {
  world::Scope scope(clock);
  for (int i = 0; i < many; ++i) scope.spawn(create_one(store, i, failed));
  co_await scope.join();
}

}  // namespace

TEST_CASE("SQLite: the database is durable at every commit", "[jobs][REQ-083]") {
  const ScratchFile file;
  {
    Opened opened(in(file));
    CHECK(opened.create("a") == "ok");
    Sqlite look(file.path, {});
    auto mode = look.query("PRAGMA journal_mode");
    REQUIRE(mode.step());
    CHECK(mode.text(0) == "wal");
    CHECK(number(look, "PRAGMA user_version") == agent::schema_version());
    CHECK(number(look, "SELECT count(*) FROM jobs") == 1);  // another connection sees it
  }
  // What holds for the connection that writes.
  Sqlite db(file.path, {});
  agent::prepare_database(db, 1 << 30);
  CHECK(number(db, "PRAGMA synchronous") == 2);  // FULL
  CHECK(number(db, "PRAGMA foreign_keys") == 1);
  CHECK(number(db, "PRAGMA journal_size_limit") == 67'108'864);
  CHECK(number(db, "PRAGMA busy_timeout") == 10'000);
  CHECK(number(db, "SELECT count(*) FROM jobs") == 1);  // preparing twice changes nothing
}

TEST_CASE("SQLite: what waits together is committed together", "[jobs][REQ-083]") {
  const ScratchFile file;
  Opened opened(in(file));
  int failed = 0;
  opened.clock.run(create_many(opened.store, opened.clock, 200, failed));
  CHECK(failed == 0);
  // The first alone, and then groups of at most 64.
  CHECK(opened.store.commits() == 1 + 4);
  CHECK(opened.get(opened.store.list("ann", "", 1'000))->size() == 200);
}

TEST_CASE("SQLite: one operation that fails takes no other along", "[jobs]") {
  const ScratchFile file;
  StoreConfig config = in(file);
  config.jobs_max = 50;
  Opened opened(config);
  int failed = 0;
  opened.clock.run(create_many(opened.store, opened.clock, 80, failed));
  CHECK(failed == 30);
  CHECK(opened.get(opened.store.list("ann", "", 1'000))->size() == 50);
}

TEST_CASE("SQLite: more operations than may wait are refused", "[jobs]") {
  const ScratchFile file;
  StoreConfig config = in(file);
  config.waiting_max = 10;
  Opened opened(config);
  int failed = 0;
  opened.clock.run(create_many(opened.store, opened.clock, 30, failed));
  CHECK(failed == 30 - 1 - 10);
}

TEST_CASE("SQLite: a full disk refuses what is new, and what is there can be read", "[jobs]") {
  const ScratchFile file;
  StoreConfig config = in(file);
  config.bytes_max = 1 << 20;
  Opened opened(config);
  std::string last = "ok";
  int made = 0;
  while (made < 100 && last == "ok") {
    last = opened.create("job-" + std::to_string(made), 100'000);
    made += last == "ok";
  }
  CHECK(last == "full");
  CHECK(made > 5);
  CHECK(made < 11);
  CHECK(opened.create("another", 100'000) == "full");
  CHECK(opened.create("small") == "ok");  // for which there is still room
  for (int i = 0; i < made; ++i) {
    const auto row = opened.get(opened.store.read("job-" + std::to_string(i)));
    REQUIRE((row && *row));
    CHECK((*row)->body.size() == 100'000);
  }
  const auto all = opened.get(opened.store.list("ann", "", 100));
  CHECK(all->size() == static_cast<std::size_t>(made) + 1);
  // Room that comes back is used.
  REQUIRE(opened.get(opened.store.remove("job-0")).has_value());
  CHECK(opened.create("in its place", 90'000) == "ok");
}

TEST_CASE("SQLite: who holds the database makes the others busy, not broken", "[jobs]") {
  const ScratchFile file;
  StoreConfig config = in(file);
  config.busy_timeout = 0ns;
  Opened opened(config);
  CHECK(opened.create("a") == "ok");
  Sqlite other(file.path, {});
  other.execute("BEGIN IMMEDIATE");
  CHECK(opened.create("b") == "busy");
  CHECK(opened.get(opened.store.read("a")).has_value());  // readers do not wait for writers
  other.execute("COMMIT");
  CHECK(opened.create("b") == "ok");
}

TEST_CASE("SQLite: a database is one store's at a time", "[jobs][REQ-083]") {
  const ScratchFile file;
  {
    Opened opened(in(file));
    CHECK(opened.create("a") == "ok");
    const std::string said = refusal(in(file));
    CAPTURE(said);
    CHECK(said.starts_with("agent.store.path " + file.path + ": another process has it"));
    StoreConfig roundabout = in(file);
    roundabout.path = file.directory + "/./file";
    CHECK(refusal(roundabout).find("another process has it") != std::string::npos);
    CHECK(opened.create("b") == "ok");
  }
  CHECK(refusal(in(file)) == "opened");
}

TEST_CASE("SQLite: a database of the version before is brought up to date", "[jobs]") {
  const ScratchFile file;
  {
    Opened opened(in(file));
    CHECK(opened.create("a") == "ok");
  }
  Sqlite(file.path, {}).execute("ALTER TABLE jobs DROP COLUMN follows; PRAGMA user_version = 1");
  Opened opened(in(file));
  const auto row = opened.get(opened.store.read("a"));
  REQUIRE((row && *row));
  CHECK_FALSE((*row)->follows);
}

TEST_CASE("SQLite: marks of the expired leave when there is no room", "[jobs]") {
  const ScratchFile file;
  StoreConfig config = in(file);
  config.bytes_max = 1 << 20;
  Opened opened(config);
  int failed = 0;
  opened.clock.run(create_many(opened.store, opened.clock, 1'500, failed));
  opened.clock.run(end_many(opened.store, opened.clock, 1'500, failed));
  CHECK(failed == 0);
  CHECK(*opened.get(opened.store.expire(kBegin + 2 * kSecond)) == 1'500);
  for (int i = 0; i < 7; ++i) {
    CHECK(opened.create("large-" + std::to_string(i), 100'000) == "ok");
  }
  const auto first = opened.get(opened.store.read("job-0"));
  REQUIRE(first.has_value());
  CHECK_FALSE(first->has_value());
}

TEST_CASE("SQLite: a database that is not ours is left alone", "[jobs]") {
  struct Row {
    const char* made_by;
    const char* what;
  };
  const std::vector<Row> rows = {
      {"CREATE TABLE notes (text TEXT)", "is a database of another program"},
      {"PRAGMA application_id = 77", "is a database of another program"},
      {"PRAGMA application_id = 1399342186; PRAGMA user_version = 999",
       "was written by a later version of this program (schema 999, known are those up to 2)"},
  };
  for (const Row& row : rows) {
    const ScratchFile file;
    Sqlite(file.path, {}).execute(row.made_by);
    const std::string said = refusal(in(file));
    CAPTURE(said);
    CHECK(said.starts_with("agent.store.path " + file.path + ": "));
    CHECK(said.find(row.what) != std::string::npos);
    Sqlite db(file.path, {});
    auto mode = db.query("PRAGMA journal_mode");
    REQUIRE(mode.step());
    CHECK(mode.text(0) == "delete");  // as it was
  }
  const ScratchFile file;
  StoreConfig nowhere = in(file);
  nowhere.path = file.directory + "/nowhere/jobs.db";
  CHECK(refusal(nowhere).find("unable to open database file") != std::string::npos);
  StoreConfig directory = in(file);
  directory.path = file.directory;
  CHECK(refusal(directory).find("unable to open database file") != std::string::npos);
}

TEST_CASE("SQLite: everything of a job goes with it", "[jobs]") {
  const ScratchFile file;
  Opened opened(in(file));
  agent::IdempotencyKey key{"ann", "k", "f"};
  REQUIRE(opened.get(opened.store.create(job("a"), key)).has_value());
  REQUIRE(opened.get(opened.store.append_events("a", {{0, "event"}})).has_value());
  Sqlite look(file.path, {});
  for (const std::int64_t rows : {1, 0}) {
    for (const char* sql : {"SELECT count(*) FROM jobs", "SELECT count(*) FROM bodies",
                            "SELECT count(*) FROM events", "SELECT count(*) FROM keys"}) {
      CAPTURE(std::string(sql));
      CHECK(number(look, sql) == rows);
    }
    REQUIRE(opened.get(opened.store.remove("a")).has_value());
  }
}

TEST_CASE("SQLite: many jobs expire in several transactions", "[jobs]") {
  const ScratchFile file;
  Opened opened(in(file));
  int failed = 0;
  opened.clock.run(create_many(opened.store, opened.clock, 1'100, failed));
  opened.clock.run(end_many(opened.store, opened.clock, 1'100, failed));
  CHECK(failed == 0);
  const std::uint64_t before = opened.store.commits();
  CHECK(*opened.get(opened.store.expire(kBegin + 2 * kSecond)) == 1'100);
  CHECK(opened.store.commits() - before == 3 + 1);
  CHECK(opened.get(opened.store.list("ann", "", 10))->empty());
}
