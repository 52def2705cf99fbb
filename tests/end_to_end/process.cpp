#include "process.hpp"
#include "tests/support/places.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace end_to_end {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void become(const Words& argv, const RunOptions& options, int out, int err) {
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  for (const auto& [name, value] : options.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  if (options.file_bytes_max > 0) {
    const auto bytes = static_cast<rlim_t>(options.file_bytes_max);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

bool drain(int& fd, std::string& into) {
  char buffer[65'536];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  if (n > 0) {
    into.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  ::close(fd);
  fd = -1;
  return false;
}

}  // namespace

Running::Running(Words argv, RunOptions options)
    : options_(std::move(options)),
      give_up_(std::chrono::steady_clock::now() + options_.within) {
  int out[2], err[2], started[2];  // the last one closes when the program has taken over
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(started, O_CLOEXEC) == 0);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) become(argv, options_, out[1], err[1]);
  ::close(out[1]);
  ::close(err[1]);
  ::close(started[1]);
  char none = 0;
  static_cast<void>(!::read(started[0], &none, 1));
  ::close(started[0]);
  out_ = out[0];
  err_ = err[0];
}

Running::~Running() {
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

void Running::signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }

namespace {

// A mask of signals in /proc/PID/status.
bool in_mask(pid_t pid, const std::string& name, int number) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(name + ":")) continue;
    const unsigned long long mask = std::stoull(line.substr(name.size() + 1), nullptr, 16);
    return (mask >> (number - 1) & 1) != 0;
  }
  return false;
}

}  // namespace

bool Running::catches(int number) const { return in_mask(pid_, "SigCgt", number); }

bool Running::has_pending(int number) const {
  return in_mask(pid_, "ShdPnd", number) || in_mask(pid_, "SigPnd", number);
}

pid_t Running::first_child() const {
  const std::string pid = std::to_string(pid_);
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  pid_t child = 0;
  children >> child;
  return child;
}

void Running::demand_time() {
  if (std::chrono::steady_clock::now() < give_up_) return;
  INFO(result_.out << "\n" << result_.err);
  FAIL("the program did not do in time what the test waits for");
}

bool Running::read_some(int wait_ms) {
  pollfd fds[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  ::poll(fds, 2, wait_ms);
  if (out_ >= 0 && fds[0].revents != 0) drain(out_, result_.out);
  if (err_ >= 0 && fds[1].revents != 0) drain(err_, result_.err);
  return out_ >= 0 || err_ >= 0;
}

std::string Running::wait_for_line(const std::string& beginning) {
  for (;;) {
    for (const std::string* text : {&result_.out, &result_.err}) {
      const std::size_t whole = text->rfind('\n');
      for (const std::string& line : lines_of(text->substr(0, whole + 1))) {
        if (line.starts_with(beginning)) return line.substr(beginning.size());
      }
    }
    INFO(result_.out << "\n" << result_.err);
    if (!read_some(100)) FAIL("the program ended before it wrote: " << beginning);
    demand_time();
  }
}

bool Running::wait_until(const std::function<bool()>& holds) {
  while (!holds()) {
    if (!read_some(10)) return false;
    demand_time();
  }
  return true;
}

RunResult Running::wait() {
  while (read_some(100)) demand_time();
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  if (WIFEXITED(status)) result_.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

RunResult run(Words argv, RunOptions options) {
  return Running(std::move(argv), std::move(options)).wait();
}

Words shakedown_argv(const Words& arguments) {
  // Another build of the binary, as one under a sanitizer, can be tried by the same tests.
  const char* other = std::getenv("SHAKEDOWN_BINARY");
  Words argv{other == nullptr ? shakedown_binary() : other};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

RunResult shakedown(const Words& arguments, RunOptions options) {
  return run(shakedown_argv(arguments), std::move(options));
}

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "shakedown-e2e-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TempFolder::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

std::string TempFolder::file(const std::string& name, const std::string& text) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream out(path(name), std::ios::binary);
  out << text;
  out.close();
  REQUIRE(out.good());
  return path(name);
}

std::string read_file(const std::string& path) {
  INFO(path);
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool exists(const std::string& path) { return fs::exists(path); }

Words names_in(const std::string& folder) {
  Words names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string bundled(const std::string& scenario) {
  return source_dir() + "/scenarios/" + scenario + ".yaml";
}

}  // namespace end_to_end
