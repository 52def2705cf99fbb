// EarlyStop: looks at a run at each whole second of scenario time and says when it may end: an
// objective on a share is lost whatever comes, or all objectives are decided as PASS and the hard
// part has been seen: the last phase has begun and the last fault window is over. By the
// anytime-valid rule (verdict/sequential.hpp), so that looking often costs nothing. Sits between
// the load generator and the next observer; on the clock's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/observer.hpp"
#include "harness/run/prepared.hpp"
#include "harness/verdict/sequential.hpp"

namespace harness {

class EarlyStop final : public Observer {
 public:
  // All of them outlive this.
  EarlyStop(const Prepared& prepared, const reports::Recorder& recorder, Observer& next);

  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_sequel(const reports::Operation& op, const Sequel& sequel) override;
  void on_conversation_over(std::uint32_t user, std::uint32_t session) override;

  // True when the run should end now. Asked at whole seconds, no more once it was true.
  bool should_stop(world::Instant now);

  // Gives every objective on a share the verdict of the anytime-valid rule: the one that stopped
  // the run, or else that of all its requests. What a stopped run did not measure to its end is
  // INCONCLUSIVE. `slos` as judge_slos gave them.
  void judge(std::vector<reports::SloResult>& slos);

  // "stopped early at 42s: ..."; empty when the run went on to its end.
  const std::string& sentence() const { return sentence_; }
  world::Instant stopped_at() const { return stopped_at_; }

 private:
  struct Look {  // at one objective
    reports::Verdict verdict = reports::Verdict::inconclusive;
    std::uint64_t k = 0;
    std::uint64_t undetermined = 0;
    std::uint64_t n = 0;
    std::string held_back = {};  // why the rule's FAIL or PASS is none yet; empty: it is
  };

  Look look_at(std::size_t slo, const reports::SloResult& result, world::Instant now);
  // Turns what the rule says into INCONCLUSIVE while the rest of the run could still change it.
  void hold_back(std::size_t slo, Look& look, world::Instant now) const;
  bool has_seen_hard_part(world::Instant now) const;
  void add_open(Look& look, const Slo& slo, world::Instant now) const;
  bool concerns(const Slo& slo, const reports::Operation& op) const;
  std::string why(std::size_t slo, const Look& look);
  void stop(world::Instant now, const std::string& reason);

  const Prepared& prepared_;
  const reports::Recorder& recorder_;
  Observer& next_;
  std::vector<std::unique_ptr<SequentialRule>> rules_;  // by objective; null: not on a share
  std::vector<std::optional<std::uint64_t>> planned_;   // by objective; nothing: closed loops
  std::vector<Look> looks_;                             // the last ones
  std::map<std::uint64_t, reports::Operation> open_;    // sent and not ended, by id
  world::Instant faults_over_{};
  world::Instant last_phase_{};  // its beginning
  world::Instant stopped_at_ = world::kNever;
  std::string sentence_;
};

}  // namespace harness
