// kill -9: what was acknowledged is there afterwards, and nothing runs that nobody runs.
#include <cstdlib>
#include <map>

#include "agent/jobs/sqlite_jobs.hpp"
#include "tests/agent/store_world.hpp"
#include "world/random.hpp"
#include "world/real_processes.hpp"

using namespace support;
using agent::Defect;
using agent::JobRow;
using agent::JobState;
using world::Task;

namespace {

constexpr world::Purpose kWhen{"test.kill"};

// SHAKEDOWN_CRASHES asks for more, as ci/nightly does.
int crashes() {
  const char* asked = std::getenv("SHAKEDOWN_CRASHES");
  return asked == nullptr ? 100 : std::atoi(asked);
}

// Starts a writer, kills it when it has said so many lines, and returns all that it said.
Task<void> write_and_kill(world::Processes& processes, std::vector<std::string> argv,
                          std::size_t lines, std::string& said) {
  world::Command command;
  command.argv = std::move(argv);
  auto child = processes.start(std::move(command));
  REQUIRE(child.has_value());
  bool killed = false;
  for (;;) {
    const std::string more = co_await (*child)->read_output();
    if (more.empty()) break;
    said += more;
    const auto seen = static_cast<std::size_t>(std::count(said.begin(), said.end(), '\n'));
    if (!killed && seen >= lines) killed = (*child)->signal(world::ProcessSignal::kill);
  }
  const world::Exit exit = co_await (*child)->wait();
  CHECK(exit.signal == 9);
}

// The furthest state of each job that was acknowledged.
std::map<std::string, JobState> acknowledged(const std::string& said) {
  std::map<std::string, JobState> states;
  std::size_t at = 0;
  for (std::size_t end = said.find('\n'); end != std::string::npos; end = said.find('\n', at)) {
    const std::string line = said.substr(at, end - at);
    at = end + 1;
    const std::size_t space = line.find(' ');
    const std::string id = line.substr(space + 1);
    if (line.starts_with("made")) states[id] = JobState::queued;
    if (line.starts_with("begun")) states[id] = JobState::in_progress;
    if (line.starts_with("ended")) states[id] = JobState::completed;
  }
  return states;
}

struct Killed {
  ScratchFile file;
  world::RealClock clock;
  world::RealProcesses processes{clock};

  template <class T>
  T get(Task<T> task) {
    std::optional<T> got;
    REQUIRE(clock.run(put_into(std::move(task), got)));
    return std::move(*got);
  }
  std::string life(int number, int jobs, std::size_t lines, Defect defect) {
    std::vector<std::string> argv = {JOB_WRITER, file.path, std::to_string(number),
                                     std::to_string(jobs),
                                     std::to_string(static_cast<int>(defect))};
    std::string said;
    REQUIRE(clock.run(write_and_kill(processes, std::move(argv), lines, said)));
    return said;
  }
  std::unique_ptr<agent::SqliteJobs> open() {
    agent::StoreConfig config;
    config.path = file.path;
    return std::make_unique<agent::SqliteJobs>(
        clock, config, [this] { return std::make_unique<world::RealWorker>(clock); });
  }
};

std::string text_of(const std::optional<JobRow>& row) {
  return row ? std::string(agent::name_of(row->state)) : "not there";
}

}  // namespace

TEST_CASE("kill -9: every job that was acknowledged is there, as far as it had come",
          "[jobs][crash][REQ-083][REQ-086]") {
  constexpr int kLives = 5;  // between two looks
  Killed killed;
  const int rounds = crashes();
  int seen = 0;
  for (int round = 0; round < rounds; round += kLives) {
    CAPTURE(round);
    std::map<std::string, JobState> states;
    for (int life = round; life < round + kLives; ++life) {
      const auto lines = static_cast<std::size_t>(
          1 + world::Random(3).below(24, kWhen, 0, static_cast<std::uint64_t>(life)));
      states.merge(acknowledged(killed.life(life, 1'000, lines, Defect::none)));
    }
    CHECK(states.size() >= kLives);
    auto store = killed.open();
    for (const auto& [id, state] : states) {
      CAPTURE(id);
      const auto read = killed.get(store->read(id));
      REQUIRE(read.has_value());
      if (!*read || (*read)->state < state) FAIL(text_of(*read));
      if ((*read)->state == JobState::completed) {
        CHECK((*read)->result == "result of " + id);
        CHECK(killed.get(store->events(id, 0))->size() == 1);
      }
      ++seen;
    }
    // The sweep leaves nothing that seems to run.
    const auto interrupted = [](const JobRow& row) { return "interrupted " + row.id; };
    const auto swept = killed.get(store->sweep("test", 3, 3, +interrupted));
    REQUIRE(swept.has_value());
    for (const JobRow& row : *swept) CHECK(row.state == JobState::queued);
    for (const auto& [id, state] : states) {
      const auto read = killed.get(store->read(id));
      CHECK((*read)->state != JobState::in_progress);
    }
  }
  CHECK(seen >= rounds);
}

TEST_CASE("kill -9: who acknowledges before the commit loses jobs", "[jobs][crash][defects]") {
  for (const bool sound : {true, false}) {
    Killed killed;
    const Defect defect = sound ? Defect::none : Defect::acks_before_durable;
    const std::string said = killed.life(0, 1, 1, defect);  // made, and then it waits
    REQUIRE(said == "made 0-0\n");
    auto store = killed.open();
    const auto read = killed.get(store->read("0-0"));
    REQUIRE(read.has_value());
    CHECK(text_of(*read) == (sound ? "queued" : "not there"));
  }
}
