#include "world/real_processes.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "world/asio_wait.hpp"
#include "world/interrupt.hpp"

namespace world {

namespace net = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 16'384;
constexpr int kDescriptorsToClose = 65'536;  // where the kernel has no close_range

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
  bool make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = Descriptor(ends[0]);
    const Descriptor low(ends[1]);
    write_end = Descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 3));  // clear of the child's 0, 1, 2
    return write_end.open() && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
};

bool is_program(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

// Everything the child needs between fork and exec, made before the fork: there, only
// async-signal-safe calls are allowed.
struct Launch {
  std::vector<std::string> environment_texts;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string program;  // empty: not on PATH
  std::string not_found;
  std::string not_executable;
  std::string bad_directory;
  std::string directory;
  std::vector<std::pair<int, rlimit>> limits;
  pid_t parent = ::getpid();

  explicit Launch(Command& command) : directory(command.directory) {
    set_environment(command);
    for (std::string& word : command.argv) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string& name = command.argv.front();
    program = name.find('/') != std::string::npos ? name : on_path(name);
    not_found = cannot_run_line(name, kNotFound);
    not_executable = cannot_run_line(name, kNotExecutable);
    bad_directory = cannot_run_line(directory, kNotFound);
    set_limits(command.limits);
  }

 private:
  void set_environment(const Command& command) {
    const auto is_set = [&](std::string_view entry) {
      const std::string_view name = entry.substr(0, entry.find('='));
      for (const auto& [n, v] : command.environment) {
        if (n == name) return true;
      }
      return false;
    };
    for (char** e = ::environ; command.inherit_environment && *e != nullptr; ++e) {
      if (!is_set(*e)) environment_texts.emplace_back(*e);
    }
    for (const auto& [name, value] : command.environment) {
      environment_texts.push_back(name + "=" + value);
    }
    for (std::string& text : environment_texts) environment.push_back(text.data());
    environment.push_back(nullptr);
  }

  // Our own search: execvp would hand a file without "#!" to a shell.
  std::string on_path(const std::string& name) const {
    std::string_view path = "/usr/local/bin:/usr/bin:/bin";
    for (const std::string& text : environment_texts) {
      if (text.starts_with("PATH=")) path = std::string_view(text).substr(5);
    }
    std::string found_but_no_program;
    while (!name.empty() && !path.empty()) {
      const std::size_t colon = std::min(path.find(':'), path.size());
      std::string candidate(path.substr(0, colon));
      path.remove_prefix(std::min(colon + 1, path.size()));
      candidate += "/" + name;
      if (is_program(candidate)) return candidate;
      if (::access(candidate.c_str(), F_OK) == 0) found_but_no_program = candidate;
    }
    return found_but_no_program;
  }

  void set_limits(const ProcessLimits& wanted) {
    limits.push_back({RLIMIT_CORE, {0, 0}});
    const auto limit = [&](int resource, rlim_t soft, rlim_t hard) {
      if (soft > 0) limits.push_back({resource, {soft, hard}});
    };
    const auto cpu = static_cast<rlim_t>((wanted.cpu.count() + 999'999'999) / 1'000'000'000);
    limit(RLIMIT_CPU, cpu, cpu + 1);
    limit(RLIMIT_NOFILE, wanted.open_files, wanted.open_files);
    limit(RLIMIT_FSIZE, wanted.file_bytes, wanted.file_bytes);
    limit(RLIMIT_AS, wanted.memory_bytes, wanted.memory_bytes);
  }
};

[[noreturn]] void give_up(const std::string& line, int code) {
  const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(ignored);
  ::_exit(code);
}

// The child's side of the fork.
[[noreturn]] void become(const Launch& launch, int out, int err) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(kNotExecutable);  // the parent is dead already
  for (int s = 1; s < NSIG; ++s) ::signal(s, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    for (int fd = 3; fd < kDescriptorsToClose; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  if (!launch.directory.empty() && ::chdir(launch.directory.c_str()) != 0) {
    give_up(launch.bad_directory, kNotExecutable);
  }
  for (const auto& [resource, limit] : launch.limits) {
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
  }
  if (launch.program.empty()) give_up(launch.not_found, kNotFound);
  ::execve(launch.program.c_str(), launch.argv.data(), launch.environment.data());
  if (errno == ENOENT) give_up(launch.not_found, kNotFound);
  give_up(launch.not_executable, kNotExecutable);
}

}  // namespace

class RealChild final : public Child {
 public:
  RealChild(RealProcesses& processes, pid_t pid, int pidfd, std::size_t tail_bytes)
      : processes_(processes),
        pid_(pid),
        pidfd_(processes.clock_.io(), pidfd),
        streams_{net::posix::stream_descriptor(processes.clock_.io()),
                 net::posix::stream_descriptor(processes.clock_.io())},
        tail_(tail_bytes) {
    ++processes_.running_;
    remember_group(pid_);
  }

  // Until here the leader was not reaped, so that its group's number could not become another's.
  ~RealChild() override {
    ENSURE(waiting_ == 0, "a child died during a wait for it");
    ::kill(-pid_, SIGKILL);
    forget_group(pid_);
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    --processes_.running_;
  }

  void attach(OutputOf of, Descriptor fd) { stream(of).assign(fd.release()); }

  std::int64_t id() const override { return pid_; }
  std::string_view tail() const override { return tail_.view(); }

  Task<std::string> read_output(OutputOf of) override {
    net::posix::stream_descriptor& from = stream(of);
    std::array<char, kReadBytes> buffer;
    while (from.is_open()) {
      const ssize_t n = ::read(from.native_handle(), buffer.data(), buffer.size());
      if (n > 0) {
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        tail_.add(bytes);
        co_return std::string(bytes);
      }
      if (n < 0 && errno == EINTR) continue;
      if (n == 0 || errno != EAGAIN) {
        error_code ignored;
        from.close(ignored);
        break;
      }
      co_await until_readable(from);
    }
    co_return std::string();
  }

  Task<Exit> wait() override {
    while (!ended()) co_await until_readable(pidfd_);
    co_return exit_;
  }

  bool signal(ProcessSignal signal) override {
    if (ended()) return false;
    return ::kill(-pid_, number_of(signal)) == 0;
  }

 private:
  static int number_of(ProcessSignal signal) {
    switch (signal) {
      case ProcessSignal::terminate: return SIGTERM;
      case ProcessSignal::kill: return SIGKILL;
      case ProcessSignal::stop: return SIGSTOP;
      case ProcessSignal::cont: return SIGCONT;
    }
    return SIGKILL;
  }

  net::posix::stream_descriptor& stream(OutputOf of) {
    return streams_[of == OutputOf::out ? 0 : 1];
  }

  Task<void> until_readable(net::posix::stream_descriptor& descriptor) {
    AsioWait wait(processes_.clock_);
    wait.cancel_operation = [&descriptor] {
      error_code ignored;
      descriptor.cancel(ignored);
    };
    descriptor.async_wait(net::posix::stream_descriptor::wait_read,
                          [&wait](error_code error) { wait.finish(error); });
    ++waiting_;
    try {
      co_await wait;  // an aborted operation looks again: another waiter was cancelled
    } catch (...) {
      --waiting_;
      throw;
    }
    --waiting_;
  }

  // Looks, and leaves the zombie (WNOWAIT).
  bool ended() {
    if (has_ended_) return true;
    siginfo_t info{};
    const int looked =
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (looked != 0 || info.si_pid == 0) return false;
    has_ended_ = true;
    if (info.si_code == CLD_EXITED) {
      exit_.code = info.si_status;
    } else {
      exit_.signal = info.si_status;
    }
    return true;
  }

  RealProcesses& processes_;
  pid_t pid_;
  net::posix::stream_descriptor pidfd_;
  std::array<net::posix::stream_descriptor, 2> streams_;
  Tail tail_;
  Exit exit_;
  bool has_ended_ = false;
  int waiting_ = 0;
};

Result<std::unique_ptr<Child>> RealProcesses::start(Command command) {
  ENSURE(!command.argv.empty(), "a command without a program");
  if (running_ >= running_max_) return Failure::unavailable;
  Pipe out;
  Pipe err;
  if (!out.make() || (command.separate_errors && !err.make())) return Failure::unavailable;
  const Launch launch(command);
  const int out_fd = out.write_end.get();
  const int err_fd = command.separate_errors ? err.write_end.get() : out_fd;
  // A signal that comes before the child has dropped our handlers would be lost in them.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become(launch, out_fd, err_fd);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return Failure::unavailable;
  ::setpgid(pid, pid);  // both sides do: whoever signals first must find the group
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return Failure::unavailable;
  }
  auto child = std::make_unique<RealChild>(*this, pid, pidfd, command.tail_bytes);
  child->attach(OutputOf::out, std::move(out.read_end));
  if (command.separate_errors) child->attach(OutputOf::err, std::move(err.read_end));
  return Result<std::unique_ptr<Child>>(std::move(child));
}

}  // namespace world
