// steady_choice: the provider that requests ask first does not change more than `count` times in a
// minute. It has changed when kInARow requests in a row have asked another one first, so that those
// who ask one to explore it do not count. By the agent's ledger. Memory: the changes of a minute.
#pragma once

#include <deque>
#include <string>

#include "harness/oracles/oracle.hpp"

namespace harness {

class SteadyChoice final : public Oracle {
 public:
  static constexpr std::uint32_t kInARow = 4;
  static constexpr world::Nanos kMinute = std::chrono::minutes(1);

  explicit SteadyChoice(double count) : allowed_(static_cast<std::size_t>(count)) {}

  void on_agent(const agent::LedgerEntry& entry) override;

 private:
  std::size_t allowed_;
  std::string chosen_;   // empty: nobody was asked yet
  std::string another_;  // the last one that was asked instead
  std::uint32_t in_a_row_ = 0;
  std::deque<world::Instant> changes_;
};

}  // namespace harness
