// Makes jobs in a database, carries half of them to their end, and prints what was acknowledged, a
// line for each: job_crash_test.cpp kills it at any moment.
//   job_writer PATH LIFE JOBS DEFECT    LIFE is in the ids; then it waits to be killed
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "agent/jobs/sqlite_jobs.hpp"
#include "world/real_worker.hpp"
#include "world/scope.hpp"

using agent::JobState;
using agent::JobStore;
using world::Task;

namespace {

constexpr int kAtOnce = 8;

void say(std::string line) {
  line += '\n';  // one write of less than a pipe's unit: lines never mix
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

JobStore::Change to(const std::string& id, JobState state) {
  JobStore::Change change;
  change.id = id;
  change.state = state;
  change.result = "result of " + id;
  change.at = 2;
  if (is_terminal(state)) change.events.emplace_back(0, "end of " + id);
  return change;
}

Task<void> make_jobs(JobStore& store, std::string life, int& next, int jobs) {
  while (next < jobs) {
    const int number = next++;
    agent::JobRow row;
    row.id = life + "-" + std::to_string(number);
    row.owner = "ann";
    row.boot = life;
    row.created_at = 1;
    row.background = true;
    row.body = std::string(500, 'x');
    const std::string id = row.id;
    const auto made = co_await store.create(std::move(row), std::nullopt);
    if (made) say("made " + id);
    if (number % 4 == 0) continue;
    JobStore::Change begins = to(id, JobState::in_progress);
    const auto begun = co_await store.advance(std::move(begins));
    if (begun && *begun) say("begun " + id);
    if (number % 4 == 1) continue;
    JobStore::Change ends = to(id, JobState::completed);
    const auto ended = co_await store.advance(std::move(ends));
    if (ended && *ended) say("ended " + id);
  }
}

Task<void> make_all(JobStore& store, world::Clock& clock, std::string life, int jobs) {
  int next = 0;
  world::Scope scope(clock);
  for (int i = 0; i < kAtOnce; ++i) scope.spawn(make_jobs(store, life, next, jobs));
  co_await scope.join();
  co_await clock.sleep_until(world::kNever);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  agent::StoreConfig config;
  config.path = argv[1];
  const auto defect = static_cast<agent::Defect>(std::atoi(argv[4]));
  world::RealClock clock;
  agent::SqliteJobs store(
      clock, config, [&clock] { return std::make_unique<world::RealWorker>(clock); }, defect);
  clock.run(make_all(store, clock, argv[2], std::atoi(argv[3])));
}
