// retried_non_retryable: what a backend has refused for good (400, 401, 402, 403, 404, 413, 422, or
// 429 because nothing is left of a quota that waiting does not fill) does not come there again. A
// prompt of another length or for another model is another request. Memory: the turns that were
// refused in the last kHorizon.
#pragma once

#include <array>

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class RetriedNonRetryable final : public Oracle {
 public:
  static constexpr std::size_t kRefusalsMax = 4;  // kept of one turn: the last ones
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);

  RetriedNonRetryable() : turns_(kHorizon) {}

  void on_prompt(const PromptRead& prompt) override;

  static bool is_final(const fakes::PromptRecord& record);

 private:
  struct Refusal {
    world::Instant at{};
    std::uint64_t content = 0;  // of the prompt: its length and model
    std::uint16_t status = 0;   // 0: none
    std::uint8_t backend = 0;
  };
  struct Turn {
    std::array<Refusal, kRefusalsMax> refusals;
    std::uint8_t next = 0;
  };

  RecentTurns<Turn> turns_;
  Names backends_;
};

}  // namespace harness
