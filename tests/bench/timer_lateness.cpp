// timer_lateness RATE SECONDS [spin]: how late this host wakes a loop that asks to be woken RATE
// times a second. Prints p50, p99 and max in microseconds. A generator can be no better than its
// host.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "reports/histogram.hpp"
#include "world/real_clock.hpp"

namespace {

world::Task<void> wake_often(world::Clock& clock, std::int64_t rate, std::int64_t seconds,
                             reports::Histogram& late) {
  const std::int64_t gap = 1'000'000'000 / rate;
  const world::Instant start = clock.now();
  for (std::int64_t i = 1; i <= rate * seconds; ++i) {
    const world::Instant due = start + world::Nanos(i * gap);
    co_await clock.sleep_until(due);
    late.record(clock.now() - due, 1);
  }
}

double micros(world::Nanos n) { return static_cast<double>(n.count()) / 1e3; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: timer_lateness RATE SECONDS [spin]\n");
    return 3;
  }
  world::RealClockOptions options;
  if (argc > 3 && std::strcmp(argv[3], "spin") == 0) options.pacing = world::Pacing::spin;
  world::RealClock clock(options);
  reports::Histogram late;
  clock.run(wake_often(clock, std::atoll(argv[1]), std::atoll(argv[2]), late));
  std::printf("p50 %.1f p99 %.1f max %.1f us\n", micros(late.percentile(500'000)),
              micros(late.percentile(990'000)), micros(late.max()));
  return 0;
}
