#include "harness/verdict/bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "reports/histogram.hpp"
#include "world/ensure.hpp"
#include "world/random.hpp"

namespace harness {

namespace {

constexpr world::Purpose kBlocks{"compare.blocks"};
constexpr std::uint64_t kSeed = 1;  // any: the draws are the same for ever

// A side, sorted once, so that each resample is a walk over its worst values.
class Side {
 public:
  explicit Side(const Series& series)
      : worst_first_(series.values), all_(series.seconds(), 0), failed_(series.seconds(), 0) {
    std::sort(worst_first_.begin(), worst_first_.end(), [](const auto& a, const auto& b) {
      return a.value != b.value ? a.value > b.value : a.second < b.second;
    });
    for (const Series::Value& v : worst_first_) {
      ENSURE(v.second < all_.size(), "a request is of one of the seconds");
      ++all_[v.second];
      if (std::isinf(v.value)) ++failed_[v.second];
    }
  }

  // With each second counted so many times.
  double summary(const std::vector<std::uint32_t>& weights, const Summary& what) const {
    std::uint64_t n = 0, failed = 0, seconds = 0;
    for (std::size_t s = 0; s < all_.size(); ++s) {
      n += std::uint64_t{weights[s]} * all_[s];
      failed += std::uint64_t{weights[s]} * failed_[s];
      seconds += weights[s];
    }
    switch (what.kind) {
      case Summary::Kind::failed_share:
        return n == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(n);
      case Summary::Kind::good_per_second:
        return seconds == 0 ? 0 : static_cast<double>(n - failed) / static_cast<double>(seconds);
      case Summary::Kind::percentile: break;
    }
    if (n == 0) return 0;
    std::uint64_t above = n - reports::nearest_rank(n, what.percentile_ppm);
    for (const Series::Value& v : worst_first_) {
      if (weights[v.second] > above) return v.value;
      above -= weights[v.second];
    }
    return 0;
  }

 private:
  std::vector<Series::Value> worst_first_;
  std::vector<std::uint32_t> all_;     // by second
  std::vector<std::uint32_t> failed_;
};

// The seconds of one resample, as how often each is drawn.
class Draw {
 public:
  Draw(const Series& series, std::uint32_t block, std::uint64_t side)
      : block_(block), side_(side), total_(series.seconds()) {
    std::uint32_t begin = 0;
    for (const std::uint32_t seconds : series.run_seconds) {
      runs_.push_back({begin, seconds});
      for (std::uint32_t s = 0; s < seconds; ++s) {
        run_of_.push_back(static_cast<std::uint32_t>(runs_.size() - 1));
      }
      begin += seconds;
    }
  }

  void draw(std::uint32_t resample, std::vector<std::uint32_t>& weights) const {
    weights.assign(total_, 0);
    const world::Random random(kSeed);
    const std::uint64_t entity = std::uint64_t{resample} * 2 + side_;
    if (block_ == 0) {
      for (std::size_t i = 0; i < runs_.size(); ++i) {
        const Run& run = runs_[random.below(runs_.size(), kBlocks, entity, i)];
        for (std::uint32_t s = 0; s < run.seconds; ++s) ++weights[run.begin + s];
      }
      return;
    }
    for (std::uint32_t drawn = 0, i = 0; drawn < total_; ++i) {
      const auto start = static_cast<std::uint32_t>(random.below(total_, kBlocks, entity, i));
      const Run& run = runs_[run_of_[start]];
      for (std::uint32_t s = 0; s < block_ && drawn < total_; ++s, ++drawn) {
        ++weights[run.begin + (start - run.begin + s) % run.seconds];
      }
    }
  }

 private:
  struct Run {
    std::uint32_t begin;
    std::uint32_t seconds;
  };
  std::uint32_t block_;
  std::uint64_t side_;
  std::uint32_t total_;
  std::vector<Run> runs_;
  std::vector<std::uint32_t> run_of_;  // by second
};

// Of each second, the share of its requests that is beyond the summary of all; 0 without any.
std::vector<double> beyond_by_second(const Series& series, const Summary& summary) {
  const bool is_percentile = summary.kind == Summary::Kind::percentile;
  const double limit = is_percentile ? summary_of(series, summary) : 0;
  std::vector<double> beyond(series.seconds(), 0), all(series.seconds(), 0);
  for (const Series::Value& v : series.values) {
    all[v.second] += 1;
    if (std::isinf(v.value) || (is_percentile && v.value > limit)) beyond[v.second] += 1;
  }
  for (std::size_t s = 0; s < all.size(); ++s) {
    if (summary.kind != Summary::Kind::good_per_second && all[s] > 0) beyond[s] /= all[s];
    if (summary.kind == Summary::Kind::good_per_second) beyond[s] = all[s] - beyond[s];
  }
  return beyond;
}

double lag_one(const std::vector<double>& x) {
  double mean = 0, variance = 0, covariance = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    variance += (x[i] - mean) * (x[i] - mean);
    if (i > 0) covariance += (x[i] - mean) * (x[i - 1] - mean);
  }
  return variance > 0 ? covariance / variance : 0;
}

}  // namespace

std::uint32_t Series::seconds() const {
  std::uint32_t sum = 0;
  for (const std::uint32_t run : run_seconds) sum += run;
  return sum;
}

double summary_of(const Series& series, const Summary& summary) {
  return Side(series).summary(std::vector<std::uint32_t>(series.seconds(), 1), summary);
}

double times_worse(double base, double candidate, const Summary& summary) {
  const double floor = summary.kind == Summary::Kind::failed_share ? kShareFloor : 0;
  const double under = (summary.more_is_better() ? candidate : base) + floor;
  const double over = (summary.more_is_better() ? base : candidate) + floor;
  if (under == over) return 1;
  return over / under;  // x / 0 is infinite, x / infinite is 0
}

std::uint32_t block_seconds(const Series& series, const Summary& summary) {
  const double n = series.seconds();
  const double r = std::clamp(lag_one(beyond_by_second(series, summary)), 0.0, 0.95);
  const double more = std::cbrt(std::pow(2 * r / (1 - r * r), 2));
  const double length = std::ceil(std::cbrt(n) * std::max(1.0, more) - 1e-9);
  return static_cast<std::uint32_t>(std::clamp(length, 1.0, std::max(1.0, n / 4)));
}

RatioInterval bootstrap_ratio(const Series& base, const Series& candidate, const Summary& summary,
                              const BootstrapOptions& options) {
  ENSURE(!base.values.empty() && !candidate.values.empty(), "both sides have requests");
  const bool by_run = base.run_seconds.size() >= kRunsAsBlocks &&
                      candidate.run_seconds.size() >= kRunsAsBlocks;
  RatioInterval interval;
  interval.ratio =
      times_worse(summary_of(base, summary), summary_of(candidate, summary), summary);
  if (!by_run) {
    interval.block_seconds =
        std::max(block_seconds(base, summary), block_seconds(candidate, summary));
  }
  const Side one(base), other(candidate);
  const Draw of_one(base, interval.block_seconds, 0);
  const Draw of_other(candidate, interval.block_seconds, 1);
  std::vector<double> ratios;
  std::vector<std::uint32_t> weights;
  for (std::uint32_t i = 0; i < options.resamples; ++i) {
    of_one.draw(i, weights);
    const double before = one.summary(weights, summary);
    of_other.draw(i, weights);
    ratios.push_back(times_worse(before, other.summary(weights, summary), summary));
  }
  std::sort(ratios.begin(), ratios.end());
  const auto last = static_cast<double>(ratios.size() - 1);
  interval.low = ratios[static_cast<std::size_t>(options.alpha_low * last)];
  interval.high = ratios[static_cast<std::size_t>(std::ceil((1 - options.alpha_high) * last))];
  return interval;
}

}  // namespace harness
