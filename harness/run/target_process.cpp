#include "harness/run/target_process.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "harness/run/run.hpp"
#include "harness/run/target_ready.hpp"
#include "harness/run/target_setup.hpp"
#include "reports/text.hpp"
#include "world/deadline.hpp"

namespace harness {

using world::Task;

namespace {

// Below what the system gives to outgoing connections, which could else take the port while the
// target is gone.
constexpr std::uint16_t kPortFirst = 20'000;
constexpr std::uint16_t kPorts = 12'000;
constexpr int kPortTries = 200;

constexpr std::size_t kLinesShown = 8;
constexpr std::size_t kLineShown = 240;

// Sequences that colour a terminal are no words.
std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b' || i + 1 >= text.size() || text[i + 1] != '[') {
      out += text[i];
      continue;
    }
    i += 2;
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
  }
  return out;
}

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

// Of a trace, which would push out the line that says what is wrong.
bool is_stack_frame(std::string_view line) { return line.starts_with("at "); }

}  // namespace

std::string last_words(std::string_view output) {
  const std::string plain = without_colours(output);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < plain.size();) {
    const std::size_t end = std::min(plain.find('\n', begin), plain.size());
    const std::string_view line = trimmed(std::string_view(plain).substr(begin, end - begin));
    std::string shown = is_stack_frame(line) ? std::string() : excerpt(line, kLineShown);
    if (shown.find_first_not_of(' ') != std::string::npos) lines.push_back(std::move(shown));
    begin = end + 1;
  }
  if (lines.empty()) return "it said nothing";
  std::string words = "its last output: ";
  const std::size_t first = lines.size() > kLinesShown ? lines.size() - kLinesShown : 0;
  for (std::size_t i = first; i < lines.size(); ++i) words += (i > first ? " | " : "") + lines[i];
  return reports::valid_utf8(words);
}

world::Nanos TargetProcess::scaled(world::Nanos wall) const {
  return world::Nanos(
      static_cast<std::int64_t>(static_cast<double>(wall.count()) * place_.time_scale));
}

std::string TargetProcess::name() const {
  std::string words;
  for (const std::string& word : command_.argv) words += (words.empty() ? "" : " ") + word;
  return "`" + excerpt(words) + "`";
}

// A free port of this machine, for a command that is told which.
std::uint16_t TargetProcess::port_of_command() {
  const auto start = static_cast<std::uint64_t>(clock_.unix_nanos() / 1'000);
  for (int i = 0; i < kPortTries; ++i) {
    const auto port = static_cast<std::uint16_t>(
        kPortFirst + (start + static_cast<std::uint64_t>(i) * 61) % kPorts);
    if (network_.listen({"127.0.0.1", port})) return port;
  }
  throw TargetError("the target was not started: no free port was found for it");
}

// Where its SDKs find whom to trust, where there are backends of https.
std::string TargetProcess::keep_ca() {
  const auto& backends = scenario_.backends;
  const bool needed = std::any_of(backends.begin(), backends.end(),
                                  [](const auto& named) { return named.second.tls; });
  if (!needed) return {};
  const std::string name = "shakedown-ca-" + std::to_string(clock_.unix_nanos()) + ".pem";
  ca_file_ = (std::filesystem::temp_directory_path() / name).string();
  std::ofstream(ca_file_) << place_.ca_pem;
  return ca_file_;
}

// Another process that listens there would be taken for the target.
void TargetProcess::demand_free(const world::Endpoint& endpoint) {
  const bool is_here = endpoint.host == "127.0.0.1" || endpoint.host == "localhost";
  if (!is_here || network_.listen({"127.0.0.1", endpoint.port})) return;
  throw TargetError("the target was not started: something listens on " +
                    world::to_string(endpoint) +
                    " already, and would be tested instead; stop it, or use `{port}` in "
                    "`target.url` and PORT in the command");
}

Task<TargetDoor> TargetProcess::start(TargetPlace place) {
  place_ = std::move(place);
  const Target& target = scenario_.target;
  const bool is_command = !target.command.empty();
  const bool wants_port =
      is_command && (target.url.empty() || target.url.find("{port}") != std::string::npos);
  const std::uint16_t port = wants_port ? port_of_command() : std::uint16_t{0};
  door_ = target_door(target, port);
  if (is_command) {
    demand_free(door_.endpoint);
    command_.argv = target.command;
    command_.directory = target.directory;
    const EnvironmentPlace told{place_.backends, place_.seed, door_.endpoint.port, keep_ca()};
    command_.environment = target_environment(scenario_, told);
    auto launching = launch();
    co_await launching;
  } else {
    auto waiting = wait_until_ready();
    co_await waiting;
  }
  co_return door_;
}

Task<void> TargetProcess::launch() {
  world::Command command = command_;
  auto started = processes_.start(std::move(command));
  if (!started) throw TargetError("the target was not started: no process could be made");
  child_ = std::move(*started);
  output_over_ = gone_ = expected_ = false;
  ++lives_;
  changed_.notify_all();
  auto waiting = wait_until_ready();
  co_await waiting;
}

Task<void> TargetProcess::wait_until_ready() {
  const TargetReady& ready = scenario_.target.ready;
  const bool is_command = child_ != nullptr;
  const world::Nanos within =
      ready.within.value_or(is_command ? kCommandReadyWithin : kUrlReadyWithin);
  ReadyWait wait{door_,
                 ready.path,
                 clock_.now() + scaled(within),
                 scaled(kBetweenLooks),
                 scaled(kLookAtMost),
                 {}};
  bool stopped = false;
  wait.gives_up = [this, &stopped] {
    stopped = place_.interrupted && place_.interrupted();
    return stopped || ended_;
  };
  auto looking = until_ready(clock_, network_, std::move(wait));
  const ReadyLook look = co_await looking;
  const std::string& found = look.found;
  if (stopped) throw TargetError("interrupted while the target was starting");
  if (found.empty() && !gone_) co_return;
  if (found.empty()) {  // it ended right then: let its follower hear of it
    while (!ended_) co_await changed_.wait();
  }
  const std::string url = to_text(door_, ready.path);
  if (!is_command) {
    const std::string tried =
        look.is_final ? "" : ", for " + reports::human_duration(within) +
                                 "; does it run, and is the address right? "
                                 "(`target.ready: {within: 60s}` waits longer)";
    throw TargetError("the target at " + url + " " + found + tried);
  }
  if (ended_) {
    throw TargetError("the target " + name() + " ended (" + world::to_string(exit_) +
                      ") before it was ready; " + words());
  }
  throw TargetError("the target " + name() + " was not ready within " +
                    reports::human_duration(within) + ": " + url + " " + found +
                    "; it must listen on PORT, or on the port of `target.url`; "
                    "`target.ready: {within: 60s}` waits longer; " +
                    words());
}

std::string TargetProcess::words() const {
  return without_secrets(last_words(output_.view()), door_.secrets);
}

std::string TargetProcess::trouble() const {
  if (!ended_) return {};
  return "the target " + name() + " ended (" + world::to_string(exit_) + ") during the run; " +
         words();
}

Task<void> TargetProcess::read_output() {
  for (;;) {
    const std::string more = co_await child_->read_output();
    if (more.empty()) break;
    output_.add(more);
  }
  output_over_ = true;
  changed_.notify_all();
}

Task<bool> TargetProcess::wait_for_end() {
  const world::Exit exit = co_await child_->wait();
  exit_ = exit;
  while (!output_over_) co_await changed_.wait();
  co_return true;
}

Task<void> TargetProcess::follow() {
  for (;;) {
    while (lives_ == followed_) co_await changed_.wait();
    followed_ = lives_;
    world::Scope reading(clock_);
    reading.spawn(read_output());
    std::exception_ptr cancelled;
    try {
      const world::Exit exit = co_await child_->wait();
      exit_ = exit;
      // Processes that it has started may hold its output open for ever.
      auto waiting = wait_for_end();
      const auto heard = co_await world::with_deadline(
          clock_, clock_.now() + scaled(kLastWords), std::move(waiting));
      static_cast<void>(heard);
    } catch (...) {
      cancelled = std::current_exception();
    }
    reading.cancel();
    co_await reading.join_anyway();
    if (cancelled) std::rethrow_exception(cancelled);
    gone_ = true;
    if (!expected_) ended_ = true;
    changed_.notify_all();
    if (ended_) co_return;
  }
}

Task<bool> TargetProcess::until_gone() {
  while (!gone_) co_await changed_.wait();
  co_return true;
}

Task<void> TargetProcess::kill() {
  expected_ = true;
  child_->signal(world::ProcessSignal::kill);
  auto going = until_gone();
  const bool gone = co_await going;
  static_cast<void>(gone);
  child_.reset();  // and whatever of its group is left
}

Task<void> TargetProcess::end() {
  expected_ = true;
  child_->signal(world::ProcessSignal::terminate);
  auto going = until_gone();
  const auto gone = co_await world::with_deadline(
      clock_, clock_.now() + scaled(scenario_.target.stop_within), std::move(going));
  if (!gone) {
    auto killing = kill();
    co_await killing;
  }
  child_.reset();
}

Task<void> TargetProcess::start_again() {
  if (ended_) co_return;  // on its own before, which trouble() tells
  auto launching = launch();
  co_await launching;
}

void TargetProcess::freeze(bool frozen) {
  child_->signal(frozen ? world::ProcessSignal::stop : world::ProcessSignal::cont);
}

Task<void> TargetProcess::stop() {
  std::error_code ignored;
  if (!ca_file_.empty()) std::filesystem::remove(ca_file_, ignored);
  if (!child_) co_return;
  expected_ = true;
  child_->signal(world::ProcessSignal::cont);  // the scenario may have left it frozen
  child_->signal(world::ProcessSignal::terminate);
  world::Scope reading(clock_);
  output_over_ = false;
  reading.spawn(read_output());  // or it could wait for ever to be heard
  auto waiting = wait_for_end();
  const auto ended = co_await world::with_deadline(
      clock_, clock_.now() + scaled(scenario_.target.stop_within), std::move(waiting));
  static_cast<void>(ended);
  reading.cancel();
  co_await reading.join_anyway();
  child_.reset();  // kills what is left of its group
}

}  // namespace harness
