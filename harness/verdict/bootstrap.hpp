// How much worse is a candidate than its base in live runs, with an interval? The requests of one
// run are not independent (queues, bursts), so whole blocks of consecutive seconds are drawn again
// (circular block bootstrap, Politis and Romano 1992), or whole runs when there are enough. Draws
// are keyed: the same runs give the same interval. Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

namespace harness {

// One side of a comparison: what each request of each run came to.
struct Series {
  struct Value {
    double value = 0;          // infinite: it failed
    std::uint32_t second = 0;  // planned in it, counted through all runs
  };
  std::vector<Value> values;
  std::vector<std::uint32_t> run_seconds;  // of each run, at least 1

  std::uint32_t seconds() const;
};

struct Summary {
  enum class Kind : std::uint8_t {
    percentile,     // nearest rank, failures above all
    failed_share,   // failed / n
    good_per_second,
  };
  Kind kind = Kind::percentile;
  std::uint32_t percentile_ppm = 0;

  bool more_is_better() const { return kind == Kind::good_per_second; }
};

// Over all values. Infinite: among failures. 0 without values.
double summary_of(const Series& series, const Summary& summary);

// How many times worse: candidate / base, or base / candidate where more is better. 1 when both are
// zero or both infinite. To shares of failures kShareFloor is added before: a ratio exists without
// failures too, and differences far below the floor count for nothing.
inline constexpr double kShareFloor = 0.001;
double times_worse(double base, double candidate, const Summary& summary);

struct BootstrapOptions {
  std::uint32_t resamples = 2'000;
  double alpha_low = 0.05;   // how often the true ratio may be below `low`
  double alpha_high = 0.05;  // above `high`
};

struct RatioInterval {
  double ratio = 1;  // times worse, as measured
  double low = 1;
  double high = 1;
  std::uint32_t block_seconds = 0;  // 0: runs are the blocks
};

// Runs are the blocks when each side has at least kRunsAsBlocks of them. Both sides have values.
inline constexpr std::size_t kRunsAsBlocks = 5;
RatioInterval bootstrap_ratio(const Series& base, const Series& candidate, const Summary& summary,
                              const BootstrapOptions& options = {});

// Seconds of a block: n^(1/3), times (2 r / (1 - r^2))^(2/3) when the lag-1 autocorrelation r of
// the seconds asks for more (Politis and White 2004, of an AR(1)); at most a quarter of them.
std::uint32_t block_seconds(const Series& series, const Summary& summary);

}  // namespace harness
