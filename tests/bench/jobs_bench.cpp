// What a durable job costs: on SQLite, every commit synced, in a file of the temporary directory
// (TMPDIR chooses the disk). Latencies are counters, in milliseconds; so is what one sync of that
// disk costs, which bounds them from below.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent/jobs/memory_jobs.hpp"
#include "agent/jobs/sqlite_jobs.hpp"
#include "world/real_worker.hpp"
#include "world/scope.hpp"

namespace {

using agent::JobRow;
using agent::JobStore;
using world::RealClock;
using world::Task;

struct Scratch {
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "shakedown-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    directory = name;
  }
  ~Scratch() { std::filesystem::remove_all(directory); }
  std::string directory;
};

struct Latencies {
  std::vector<std::int64_t> nanos;
  void tell(benchmark::State& state, const std::string& what) {
    std::sort(nanos.begin(), nanos.end());
    const auto at = [&](double share) {
      const auto i = static_cast<std::size_t>(share * static_cast<double>(nanos.size() - 1));
      return static_cast<double>(nanos[i]) / 1e6;
    };
    state.counters[what + "_p50_ms"] = at(0.50);
    state.counters[what + "_p95_ms"] = at(0.95);
    state.counters[what + "_p99_ms"] = at(0.99);
  }
};

// One page and its sync, as the log of SQLite is written.
void disk_sync(benchmark::State& state) {
  const Scratch scratch;
  const int fd = ::open((scratch.directory + "/file").c_str(), O_WRONLY | O_CREAT, 0600);
  const std::string page(4'096, 'x');
  Latencies latencies;
  for (auto _ : state) {
    const std::int64_t begin = RealClock::steady_now();
    if (::write(fd, page.data(), page.size()) < 0 || ::fdatasync(fd) != 0) std::abort();
    latencies.nanos.push_back(RealClock::steady_now() - begin);
  }
  ::close(fd);
  latencies.tell(state, "sync");
}
BENCHMARK(disk_sync)->Unit(benchmark::kMillisecond)->MinTime(2)->UseRealTime();

struct Load {
  JobStore& store;
  int each;  // jobs that one user makes, one after the other
  std::int64_t made = 0;
  bool ended = false;
  Latencies created{};
  Latencies read{};
};

JobRow job(std::int64_t number) {
  JobRow row;
  row.id = "resp_" + std::to_string(number);
  row.owner = "u" + std::to_string(number % 50);
  row.request_id = row.id;
  row.api = "responses";
  row.background = true;
  row.body = std::string(1'000, 'x');
  row.result = std::string(200, 'x');
  return row;
}

Task<void> user(Load& load) {
  for (int i = 0; i < load.each; ++i) {
    JobRow row = job(load.made++);
    const std::int64_t begin = RealClock::steady_now();
    const auto created = co_await load.store.create(std::move(row), std::nullopt);
    load.created.nanos.push_back(RealClock::steady_now() - begin);
    if (!created) std::abort();
  }
}

// Asks for the state of jobs, 1,000 a second.
Task<void> poller(world::Clock& clock, Load& load) {
  for (std::int64_t n = 0; !load.ended; ++n) {
    const std::int64_t begin = RealClock::steady_now();
    const auto row = co_await load.store.read("resp_" + std::to_string(n * 7919 % load.made));
    load.read.nanos.push_back(RealClock::steady_now() - begin);
    if (!row) std::abort();
    co_await clock.sleep(world::Nanos(1'000'000));
  }
}

Task<void> users(world::Clock& clock, Load& load, int users) {
  world::Scope scope(clock);
  for (int i = 0; i < users; ++i) scope.spawn(user(load));
  co_await scope.join();
}

Task<void> users_and_poller(world::Clock& clock, Load& load, int many) {
  load.ended = false;
  world::Scope polling(clock);
  polling.spawn(poller(clock, load));
  co_await users(clock, load, many);
  load.ended = true;
  co_await polling.join();
}

// So many users make jobs without a pause, while another asks how jobs do.
void create_sqlite(benchmark::State& state) {
  const Scratch scratch;
  agent::StoreConfig config;
  config.path = scratch.directory + "/jobs.db";
  config.jobs_max = 10'000'000;
  config.bytes_max = std::int64_t{1} << 40;
  RealClock clock;
  agent::SqliteJobs store(clock, config,
                          [&clock] { return std::make_unique<world::RealWorker>(clock); });
  const auto many = static_cast<int>(state.range(0));
  Load load{store, 20};
  load.made = 1;
  for (auto _ : state) clock.run(users_and_poller(clock, load, many));
  state.SetItemsProcessed(load.made);
  load.created.tell(state, "create");
  load.read.tell(state, "read");
  state.counters["jobs_per_commit"] =
      static_cast<double>(load.made) / static_cast<double>(store.commits());
}
// REQ-083 REQ-147
BENCHMARK(create_sqlite)
    ->Arg(1)
    ->Arg(50)
    ->Arg(200)
    ->Unit(benchmark::kMillisecond)
    ->MinTime(3)
    ->UseRealTime();

// The same without a disk: what the store itself costs a request.
void create_memory(benchmark::State& state) {
  agent::StoreConfig config;
  config.bytes_max = std::int64_t{1} << 40;
  agent::MemoryJobs store(config);
  std::int64_t made = 0;
  for (auto _ : state) {
    JobRow row = job(made++);
    row.background = false;
    const std::string id = row.id;
    benchmark::DoNotOptimize(world::run_inline(store.create(std::move(row), std::nullopt)));
    JobStore::Change end;
    end.id = id;
    end.state = agent::JobState::completed;
    end.result = "done";
    benchmark::DoNotOptimize(world::run_inline(store.advance(std::move(end))));
  }
  state.SetItemsProcessed(made);
}
BENCHMARK(create_memory);

}  // namespace
