// wakes_nobody: those who failed together do not come back together. Failures at one backend within
// kTogether of the first are one event; its retries are the next prompts of those turns there, one
// of each user. An event with n >= kRetriesMin of them is judged: (1) no 100 ms hold more than 15 %
// of them by three standard deviations of such a count: 0.15 n + 3 sqrt(0.1275 n); (2) their waits,
// beyond what Retry-After told, vary: standard deviation / mean >= 0.15 (1 - 2 / sqrt n). The terms
// in n leave jittered waits of few clients alone. Memory: the events of the last kHorizon.
#pragma once

#include <deque>
#include <set>

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class WakesNobody final : public Oracle {
 public:
  static constexpr std::size_t kRetriesMin = 20;
  static constexpr world::Nanos kTogether = std::chrono::seconds(1);
  static constexpr world::Nanos kBin = std::chrono::milliseconds(100);
  static constexpr world::Nanos kHorizon = std::chrono::minutes(5);  // in which retries come
  static constexpr std::size_t kRetriesMax = 16'384;  // of one event; further ones are not judged

  WakesNobody() : turns_(kHorizon) {}

  void on_prompt(const PromptRead& prompt) override;
  void finish(bool complete) override;

 private:
  struct Retry {
    world::Instant at{};
    world::Nanos wait{};  // since its failure, without what it was told to wait
  };
  struct Event {
    std::uint64_t number = 0;
    world::Instant begin{};
    world::Instant end{};
    std::uint8_t backend = 0;
    std::vector<Retry> retries;
    std::set<std::uint32_t> users;
  };
  struct Failure {  // the last one of a turn
    std::uint64_t event = 0;  // its number, from 1 on; 0: none
    world::Instant at{};
    world::Nanos told{};
  };

  void note_retry(const PromptRead& prompt, std::uint8_t backend);
  void note_failure(const PromptRead& prompt, std::uint8_t backend);
  void judge(Event& event);

  RecentTurns<Failure> turns_;
  std::deque<Event> events_;  // in order of their numbers
  std::uint64_t begun_ = 0;
  Names backends_;
};

}  // namespace harness
