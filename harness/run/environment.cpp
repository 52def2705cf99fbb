#include "harness/run/environment.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "harness/version.hpp"
#include "world/real_clock.hpp"

namespace harness {

namespace {

world::Nanos nanos_of(const timeval& t) {
  return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

rusage usage() {
  rusage now{};
  ::getrusage(RUSAGE_SELF, &now);
  return now;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::vector<std::string> own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace

EnvironmentProbe::EnvironmentProbe() : started_(world::RealClock::steady_now()) {
  before_.version = version();
  before_.compiler = compiler();
  before_.build_type = build_type();
  utsname system{};
  if (::uname(&system) == 0) {
    before_.host = system.nodename;
    before_.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  before_.cpu = cpu_model();
  before_.cores = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  before_.command_line = own_command_line();
  before_.started_unix_ms = world::RealClock().unix_nanos() / 1'000'000;
  before_.cpu_user = nanos_of(usage().ru_utime);
  before_.cpu_system = nanos_of(usage().ru_stime);
}

reports::Environment EnvironmentProbe::finish() const {
  reports::Environment environment = before_;
  const rusage now = usage();
  environment.wall_time = world::Nanos(world::RealClock::steady_now() - started_);
  environment.cpu_user = nanos_of(now.ru_utime) - before_.cpu_user;
  environment.cpu_system = nanos_of(now.ru_stime) - before_.cpu_system;
  environment.rss_max_bytes = static_cast<std::uint64_t>(now.ru_maxrss) * 1024;
  return environment;
}

}  // namespace harness
