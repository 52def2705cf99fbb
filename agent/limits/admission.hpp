// Admission: all limits of rate and quota that a request meets before it may queue, in one step:
// each is asked, and only when all of them let it pass does it take anything of any. What is turned
// away costs nothing. A request over the user's rate is not turned away but waits for its time
// (not_before), unless that comes after its deadline. One clock; must outlive its passes.
#pragma once

#include <string>
#include <vector>

#include "agent/limits/daily_quota.hpp"
#include "agent/limits/edge_limit.hpp"
#include "agent/limits/user_rate.hpp"

namespace agent {

class Admission {
 public:
  // `inflight`: how many requests of one user may run at once (the queue's number; 0: no limit).
  Admission(const world::Clock& clock, const RateConfig& config, std::int64_t inflight,
            DayCounts& counts, Defect defect);

  struct Asker {
    std::string client;  // whoever sends: its key, or its address
    std::string user;
    EdgeClass path = EdgeClass::api;
    bool background = false;  // nobody waits for it: it may stand in a longer line
  };

  // To be awaited before the pass is made: what the user has used today.
  world::Task<bool> know(std::string user) { return daily_.know(std::move(user)); }

  // What a request takes of its limits, from its construction on; what was not begun or answered is
  // given back when it is destroyed.
  class Pass {
   public:
    Pass(Admission& admission, Asker asker, world::Instant deadline);
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    bool refused() const { return !decision_.allowed; }
    // As of the construction: why it was refused, or what is left.
    const Decision& decision() const { return decision_; }
    // The queue may not let it in before.
    world::Instant not_before() const { return turn_.not_before(); }

    void begin() { turn_.begin(); }                          // it has left the queue
    world::Task<void> keep() { return charge_.keep(); }      // it was answered

   private:
    void refuse(Limit limit, world::Nanos retry_after);

    Admission& admission_;
    const Asker asker_;
    UserRate::Turn turn_;
    DailyQuota::Charge charge_;
    Decision decision_;
  };

  // One more that was answered, of those whose pass another life of the process has made.
  world::Task<void> charge(std::string user);

  // What is left for the asker now, for the headers of any response and for /v1/limits.
  Decision standing(const Asker& asker);

  // A limit on requests of its own, without a pass: for paths that are no questions to the agent.
  Decision edge(const Asker& asker);

  Tier tier_of(const std::string& user) const { return daily_.tier_of(user); }
  const RateConfig& config() const { return config_; }
  UserRate& user_rate() { return user_; }

  void sweep();  // forgets who is at rest; cheap, every few seconds
  std::size_t keys() const { return edge_.clients() + user_.users() + daily_.accounts(); }

 private:
  void complete(Decision& decision) const;

  const world::Clock& clock_;
  const RateConfig& config_;
  const std::int64_t inflight_;
  const Defect defect_;
  EdgeLimit edge_;
  UserRate user_;
  DailyQuota daily_;
};

}  // namespace agent
