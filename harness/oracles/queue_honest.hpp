// queue_honest: who is told a place in a queue and a time is told the truth. Each notice has a
// place from 1 on and a time; places of one request rise only with a reason; and the answer began
// within max(5 s, 50 %) of the time that was announced for at least 80 % of the notices, once there
// are 10. Memory: counters and the worst witnesses.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class QueueHonest final : public Oracle {
 public:
  static constexpr world::Nanos kToleranceMin = std::chrono::seconds(5);
  static constexpr std::uint64_t kNoticesMin = 10;      // before promises are judged at all
  static constexpr std::uint64_t kKeptPercentMin = 80;  // of them

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  struct Broken {  // a promise
    world::Instant at;
    world::TurnId turn;
    QueueNotice notice;
    world::Nanos waited;    // from the notice to the first event, or to the end without one
    bool answered;
    world::Nanos beyond;    // what was allowed
  };

  void judge_promise(const reports::Operation& op, const QueueNotice& notice);

  std::uint64_t promises_ = 0;
  std::uint64_t kept_ = 0;
  std::vector<Broken> worst_;  // at most InvariantResult::kWitnessesMax, the worst first
};

}  // namespace harness
