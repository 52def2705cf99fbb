// A job store of each kind, in virtual time or on threads, and plain calls for its operations.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/jobs/open_store.hpp"
#include "tests/support/scratch_file.hpp"
#include "world/real_worker.hpp"
#include "world/scope.hpp"
#include "world/sim_clock.hpp"
#include "world/sim_worker.hpp"

namespace support {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kBegin = 1'800'000'000 * kSecond;  // wall time of these tests

enum class StoreArm { memory, sqlite_in_memory, sqlite, sqlite_on_threads };
inline constexpr std::array<std::pair<StoreArm, const char*>, 4> kStoreArms = {
    {{StoreArm::memory, "memory"},
     {StoreArm::sqlite_in_memory, "SQLite in memory"},
     {StoreArm::sqlite, "SQLite"},
     {StoreArm::sqlite_on_threads, "SQLite on threads"}}};

template <class T>
world::Task<void> put_into(world::Task<T> task, std::optional<T>& into) {
  T value = co_await task;
  into.emplace(std::move(value));
}

class StoreWorld {
 public:
  explicit StoreWorld(StoreArm arm, agent::StoreConfig config = {},
                      agent::Defect defect = agent::Defect::none)
      : arm_(arm), config_(std::move(config)), defect_(defect) {
    config_.kind = arm == StoreArm::memory ? agent::StoreKind::memory : agent::StoreKind::sqlite;
    if (survives()) config_.path = file_.path;
    reopen();
  }

  // The store of another life of the process. What was in the other one is gone, unless it
  // survives.
  void reopen() {
    store_.reset();
    const agent::NewWorker new_worker = [this]() -> std::unique_ptr<world::Worker> {
      if (is_real()) return std::make_unique<world::RealWorker>(real_);
      return std::make_unique<world::SimWorker>(sim_, std::chrono::milliseconds(2));
    };
    store_ = agent::open_store(clock(), config_, new_worker, defect_);
  }
  bool survives() const { return arm_ == StoreArm::sqlite || is_real(); }
  bool is_real() const { return arm_ == StoreArm::sqlite_on_threads; }

  world::Clock& clock() {
    return is_real() ? static_cast<world::Clock&>(real_) : static_cast<world::Clock&>(sim_);
  }
  agent::JobStore& store() { return *store_; }
  const std::string& path() const { return file_.path; }

  void run(world::Task<void> task) {
    const bool ended = is_real() ? real_.run(std::move(task)) : sim_.run(std::move(task));
    REQUIRE(ended);
  }
  // The value of a task, here and now.
  template <class T>
  T get(world::Task<T> task) {
    std::optional<T> got;
    run(put_into(std::move(task), got));
    return std::move(*got);
  }

  // Operations that must succeed.
  agent::Created create(agent::JobRow row, std::optional<agent::IdempotencyKey> key = {}) {
    auto created = get(store().create(std::move(row), std::move(key)));
    REQUIRE(created.has_value());
    return *created;
  }
  bool advance(agent::JobStore::Change change) {
    const auto advanced = get(store().advance(std::move(change)));
    REQUIRE(advanced.has_value());
    return *advanced;
  }
  std::optional<agent::JobRow> read(std::string id) {
    auto read = get(store().read(std::move(id)));
    REQUIRE(read.has_value());
    return *read;
  }
  agent::JobStore::Events events(std::string id, std::uint64_t from = 0) {
    auto events = get(store().events(std::move(id), from));
    REQUIRE(events.has_value());
    return *events;
  }
  void append(std::string id, agent::JobStore::Events events) {
    REQUIRE(get(store().append_events(std::move(id), std::move(events))).has_value());
  }
  std::size_t expire(std::int64_t before) {
    const auto expired = get(store().expire(before));
    REQUIRE(expired.has_value());
    return *expired;
  }
  // The ids of an owner's jobs.
  std::vector<std::string> list(std::string owner, std::string after = {},
                                std::size_t limit = 100) {
    const auto rows = get(store().list(std::move(owner), std::move(after), limit));
    REQUIRE(rows.has_value());
    std::vector<std::string> ids;
    for (const agent::JobRow& row : *rows) ids.push_back(row.id);
    return ids;
  }

 private:
  const StoreArm arm_;
  agent::StoreConfig config_;
  const agent::Defect defect_;
  ScratchFile file_;
  world::SimClock sim_;
  world::RealClock real_;
  std::unique_ptr<agent::JobStore> store_;
};

// One test on every kind of store.
template <class Body>
void on_each_store(Body body, const agent::StoreConfig& config = {}) {
  for (const auto& [arm, name] : kStoreArms) {
    DYNAMIC_SECTION(name) {
      StoreWorld world(arm, config);
      body(world);
    }
  }
}

inline agent::JobRow job(std::string id, std::string owner = "ann") {
  agent::JobRow row;
  row.id = std::move(id);
  row.owner = std::move(owner);
  row.request_id = "r-" + row.id;
  row.api = "responses";
  row.boot = "boot-1";
  row.created_at = kBegin;
  row.heartbeat_at = kBegin;
  row.background = true;
  row.body = R"({"input":"hello"})";
  row.result = R"({"status":"queued"})";
  return row;
}

inline agent::JobStore::Change change(std::string id, agent::JobState state,
                                      std::string result = {},
                                      agent::JobStore::Events events = {}) {
  agent::JobStore::Change change;
  change.id = std::move(id);
  change.state = state;
  change.result = std::move(result);
  change.at = kBegin + kSecond;
  change.events = std::move(events);
  return change;
}

}  // namespace support
