#include "harness/run/agent_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/run/suite_parts.hpp"
#include "world/deadline.hpp"

namespace harness {

using world::Task;

namespace {
constexpr std::string_view kListening = "listening on ";
constexpr std::size_t kLineBytesMax = 4'096;

// A duration of wall time on a clock that runs `scale` times as fast.
world::Nanos scaled(world::Nanos wall, double scale) {
  return world::Nanos(static_cast<std::int64_t>(static_cast<double>(wall.count()) * scale));
}
}  // namespace

Task<std::string> AgentProcess::first_line() {
  while (output_.find('\n') == std::string::npos && output_.size() < kLineBytesMax) {
    const std::string more = co_await child_->read_output();
    if (more.empty()) break;
    output_ += more;
  }
  co_return output_.substr(0, output_.find('\n'));
}

Task<world::Endpoint> AgentProcess::start(const Prepared& prepared, const RunOptions& options,
                                          std::map<std::string, world::Endpoint> providers,
                                          std::string ca_pem) {
  world::Command& command = command_;
  command.argv = {options.agent_program, "agent", "--ledger", "--config", prepared.scenario.file};
  command.environment = {{"SHAKEDOWN_AGENT_API_KEY", canary_key(prepared.seed)}};
  command.separate_errors = true;
  for (const std::string& set : options.sets) {
    command.argv.push_back("--set");
    command.argv.push_back(set);
  }
  for (const auto& [name, endpoint] : providers) {
    const bool tls = prepared.scenario.backends.at(name).tls;
    command.argv.push_back("--provider");
    command.argv.push_back(name + (tls ? "=https://" : "=") + world::to_string(endpoint));
  }
  command.argv.push_back("--provider-ca=" + ca_pem);
  const std::string scale = fmt::format("{}", options.time_scale);
  for (const std::string& word :
       {std::string("--profile"), options.profile, std::string("--time-scale"), scale}) {
    command.argv.push_back(word);
  }
  keep_jobs(prepared);
  keep_wall(prepared);
  time_scale_ = options.time_scale;
  seed_ = prepared.seed;
  auto launching = launch();
  const world::Endpoint endpoint = co_await launching;
  listen_ = world::to_string(endpoint);
  co_return endpoint;
}

std::string AgentProcess::file_of_this_run(std::string_view what) const {
  const std::string name =
      "shakedown-" + std::string(what) + "-" + std::to_string(clock_.unix_nanos());
  return (std::filesystem::temp_directory_path() / name).string();
}

// What its clock was set by outlives a kill, as the clock of a machine does.
void AgentProcess::keep_wall(const Prepared& prepared) {
  const auto sets_clock = [](const AgentFault& fault) {
    return std::holds_alternative<ClockAgent>(fault.action);
  };
  const std::vector<AgentFault>& faults = prepared.scenario.agent_faults;
  if (std::none_of(faults.begin(), faults.end(), sets_clock)) return;
  wall_file_ = file_of_this_run("wall");
  wall_step_.emplace(wall_file_);
  command_.argv.push_back("--wall-step");
  command_.argv.push_back(wall_file_);
}

// Lives that follow one another share a database; where none is named, one of this run.
void AgentProcess::keep_jobs(const Prepared& prepared) {
  const agent::StoreConfig& store = prepared.scenario.agent.store;
  const bool needed = store.kind == agent::StoreKind::sqlite && store.path.empty() &&
                      !prepared.scenario.agent_faults.empty();
  if (!needed) return;
  jobs_file_ = file_of_this_run("jobs");
  command_.argv.push_back("--set");
  command_.argv.push_back("agent.store.path=" + jobs_file_);
}

// Each life draws otherwise: what one has drawn must not come again.
Task<world::Endpoint> AgentProcess::launch() {
  world::Command command = command_;
  const std::string seed = std::to_string(seed_ + lives_);
  for (const std::string& word :
       {std::string("--listen"), listen_, std::string("--seed"), seed}) {
    command.argv.push_back(word);
  }
  auto started = processes_.start(std::move(command));
  if (!started) throw TargetError("the agent core's process could not be started");
  child_ = std::move(*started);
  output_.clear();
  output_over_ = errors_over_ = expected_ = false;

  auto reading = first_line();
  const auto ready_by = clock_.now() + scaled(kReadyWithin, time_scale_);
  const std::optional<std::string> line =
      co_await world::with_deadline(clock_, ready_by, std::move(reading));
  if (!line || !line->starts_with(kListening)) {
    if (lives_ == 0) {  // nobody follows it yet
      auto last_words = read_errors();
      const auto heard = co_await world::with_deadline(
          clock_, clock_.now() + scaled(kStopWithin, time_scale_), std::move(last_words));
      static_cast<void>(heard);
    }
    throw TargetError("the agent core's process did not become ready; its last output:\n" +
                      output_ + std::string(errors_.view()));
  }
  ++lives_;
  changed_.notify_all();
  world::Endpoint endpoint;
  const std::string address = line->substr(kListening.size());
  const std::size_t colon = address.rfind(':');
  endpoint.host = address.substr(0, colon);
  endpoint.port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  co_return endpoint;
}

std::string AgentProcess::trouble() const {
  if (!ended_ || stopping_) return {};
  return "the agent core's process ended during the run; its last output: " +
         std::string(errors_.view());
}

Task<void> AgentProcess::follow(LedgerReader& reader) {
  for (;;) {
    const std::uint64_t life = lives_;
    const std::size_t line_end = output_.find('\n');
    if (line_end != std::string::npos) reader.feed(std::string_view(output_).substr(line_end + 1));
    output_.clear();
    for (;;) {
      const std::string more = co_await child_->read_output();
      if (more.empty()) break;
      reader.feed(more);
    }
    if (!expected_) {
      ended_ = true;
      co_return;
    }
    reader.cut();
    output_over_ = true;
    changed_.notify_all();
    while (lives_ == life) co_await changed_.wait();
  }
}

Task<bool> AgentProcess::read_errors() {
  for (;;) {
    const std::string more = co_await child_->read_output(world::OutputOf::err);
    if (more.empty()) co_return true;
    errors_.add(more);
  }
}

Task<void> AgentProcess::follow_errors() {
  for (;;) {
    const std::uint64_t life = lives_;
    auto reading = read_errors();
    const bool ended = co_await reading;
    static_cast<void>(ended);
    if (!expected_) co_return;
    errors_over_ = true;
    changed_.notify_all();
    while (lives_ == life) co_await changed_.wait();
  }
}

// Its last words have been read, and its port is free.
Task<bool> AgentProcess::until_gone() {
  while (!output_over_ || !errors_over_) co_await changed_.wait();
  auto waiting = wait_for_end();
  co_return co_await waiting;
}

Task<void> AgentProcess::kill() {
  expected_ = true;
  child_->signal(world::ProcessSignal::kill);
  auto going = until_gone();
  const bool gone = co_await going;
  static_cast<void>(gone);
  child_.reset();
}

Task<void> AgentProcess::end() {
  expected_ = true;
  child_->signal(world::ProcessSignal::terminate);
  auto going = until_gone();
  const auto gone = co_await world::with_deadline(
      clock_, clock_.now() + scaled(kEndWithin, time_scale_), std::move(going));
  if (!gone) {
    auto killing = kill();
    co_await killing;
  }
  child_.reset();
}

Task<void> AgentProcess::start_again() {
  auto launching = launch();
  const world::Endpoint endpoint = co_await launching;
  static_cast<void>(endpoint);
}

void AgentProcess::freeze(bool frozen) {
  child_->signal(frozen ? world::ProcessSignal::stop : world::ProcessSignal::cont);
}

Task<bool> AgentProcess::wait_for_end() {
  const world::Exit exit = co_await child_->wait();
  static_cast<void>(exit);
  co_return true;
}

void AgentProcess::forget_files() const {
  std::error_code ignored;
  if (!wall_file_.empty()) std::filesystem::remove(wall_file_, ignored);
  if (jobs_file_.empty()) return;
  for (const char* behind : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(jobs_file_ + behind, ignored);
  }
}

Task<void> AgentProcess::stop() {
  if (!child_) forget_files();
  if (!child_) co_return;
  stopping_ = true;
  child_->signal(world::ProcessSignal::cont);  // the scenario may have left it frozen
  child_->signal(world::ProcessSignal::terminate);
  auto waiting = wait_for_end();
  const auto ended =
      co_await world::with_deadline(clock_, clock_.now() + kStopWithin, std::move(waiting));
  if (!ended) child_->signal(world::ProcessSignal::kill);
  child_.reset();
  forget_files();
}

}  // namespace harness
