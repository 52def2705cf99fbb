// job_life: a turn that was acknowledged as a job lives one life: queued, in progress, one final
// state that never changes; it is never lost, and has ended when its user's patience has. A cancel
// is answered with 200, and with the same response when it comes again. Back to the queue it may go
// only when the agent itself was gone meanwhile. Memory: the jobs that ended in the last kHorizon.
#pragma once

#include "harness/oracles/absences.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class JobLife final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::hours(1);

  JobLife() : ended_(kHorizon) {}

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_sequel(const reports::Operation& op, const Sequel& sequel) override;
  void on_life(const AgentLife& life) override { absences_.take(life); }
  void finish(bool complete) override;

 private:
  struct End {
    JobStatus status = JobStatus::none;
    world::Instant at{};
    bool has_text = false;
    std::uint64_t text = 0;  // its hash
  };
  struct Unfinished {
    world::Instant at;
    std::string who;
    std::string what;
  };

  void judge_states(const reports::Operation& op, const JobSeen& job);
  void judge_cancel(const reports::Operation& op, const JobSeen& job);
  void judge_end(const reports::Operation& op, const JobSeen& job);

  RecentTurns<End> ended_;
  Absences absences_;
  std::vector<Unfinished> unfinished_;    // when the run ended
};

}  // namespace harness
