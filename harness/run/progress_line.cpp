#include "harness/run/progress_line.hpp"

#include <unistd.h>

#include <cstdio>

namespace harness {

ProgressLine::ProgressLine(std::string scenario, bool quiet)
    : scenario_(std::move(scenario)), on_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::wipe() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

void ProgressLine::show(const Progress& progress) {
  if (!on_) return;
  const std::int64_t now = world::RealClock::steady_now();
  if (now - last_ < kEveryNanos) return;
  const double wall = static_cast<double>(now - last_) / 1e9;
  const double rate = last_ == 0 ? 0 : static_cast<double>(progress.ended - last_ended_) / wall;
  last_ = now;
  last_ended_ = progress.ended;
  const double done = std::chrono::duration<double>(world::since_start(progress.now)).count();
  const double all = std::chrono::duration<double>(world::since_start(progress.end)).count();
  const int percent = all > 0 ? static_cast<int>(std::min(100.0, 100.0 * done / all)) : 0;
  char line[96];
  if (done < 0) {
    std::snprintf(line, sizeof line, "%-24.24s begins in %.0f s of scenario time",
                  scenario_.c_str(), -done);
  } else {
    std::snprintf(line, sizeof line,
                  "%-24.24s %3d%%  %.0f/%.0f s  %llu ended  %llu failed  %.0f/s",
                  scenario_.c_str(), percent, done, all,
                  static_cast<unsigned long long>(progress.ended),
                  static_cast<unsigned long long>(progress.failed), rate);
  }
  std::fprintf(stderr, "\r\033[K%.79s", line);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace harness
