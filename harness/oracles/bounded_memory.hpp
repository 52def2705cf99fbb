// bounded_memory: what the core holds for its users (`memory` entries of its ledger) does not grow
// for ever. The second half of the samples' time is judged, when it holds kSamplesMin of them: its
// growth is the Theil-Sen slope (the median of the slopes of all pairs; Sen 1968) times its length.
// It fails when that is more than kGrowthMax of the half's median and more than kBytesMin, and when
// it is a trend: the medians of the half's four quarters rise each time. Memory: kSamplesMax
// samples; when they are full every second one leaves, and from then on every second one is taken.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class BoundedMemory final : public Oracle {
 public:
  static constexpr std::size_t kSamplesMax = 1'024;
  static constexpr std::size_t kSamplesMin = 16;
  static constexpr double kGrowthMax = 0.2;
  static constexpr double kBytesMin = 64 << 10;

  void on_agent(const agent::LedgerEntry& entry) override;
  void finish(bool complete) override;

 private:
  struct Sample {
    world::Instant at{};
    double bytes = 0;
  };

  std::vector<Sample> samples_;
  std::uint64_t seen_ = 0;
  std::uint64_t stride_ = 1;
};

}  // namespace harness
