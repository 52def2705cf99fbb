// UserBudget: what each user may spend, in requests and tokens, in windows of time that follow one
// another. What a request may cost is reserved before it runs and settled when it is over, so that
// parallel requests cannot overspend together. One clock; must outlive its charges.
#pragma once

#include <string>
#include <string_view>

#include "agent/defect.hpp"
#include "agent/limits/budget_config.hpp"
#include "world/clock.hpp"
#include "world/lru_map.hpp"

namespace agent {

class UserBudget {
 public:
  UserBudget(const world::Clock& clock, const BudgetConfig& config, std::int64_t users_max,
             Defect defect);

  bool on() const { return config_.requests > 0 || config_.tokens > 0; }

  struct State {  // of one user in the present window; reservations included
    std::int64_t requests = 0;
    std::int64_t tokens = 0;
    std::int64_t reserved_requests = 0;  // of those, not yet settled
    std::int64_t reserved_tokens = 0;
  };

  // A reservation. Destroying it unsettled gives it back: a request that got no answer is free.
  class Charge {
   public:
    Charge(UserBudget& budget, std::string user, std::int64_t tokens);
    ~Charge();
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;

    bool refused() const { return refused_; }
    // There may be room when what others have reserved turns out to be less, or is given back.
    bool may_wait() const { return may_wait_; }
    std::string_view refused_by() const { return refused_by_; }  // "requests" or "tokens"
    world::Nanos retry_after() const { return budget_.window_left(); }
    // What it did cost; negative: nobody knows, so what was reserved.
    void settle(std::int64_t tokens);

   private:
    UserBudget& budget_;
    const std::string user_;
    std::int64_t tokens_;
    std::int64_t window_;
    bool refused_ = false;
    bool may_wait_ = false;
    std::string_view refused_by_;
    bool settled_ = false;
  };

  std::int64_t tokens_of(std::int64_t max_tokens) const {
    return max_tokens > 0 ? max_tokens : config_.tokens_guess;
  }
  world::Nanos window_left() const;
  State state_of(const std::string& user);
  // Of the unit that has a limit: units spent and the limit. Tokens if both have.
  std::int64_t spent(const std::string& user);
  std::int64_t limit() const { return config_.tokens > 0 ? config_.tokens : config_.requests; }

 private:
  struct Account {
    std::int64_t window = 0;
    State state;
  };
  std::int64_t window_now() const { return world::since_start(clock_.now()) / config_.window; }
  Account& account_of(const std::string& user);

  const world::Clock& clock_;
  const BudgetConfig config_;
  const Defect defect_;
  world::LruMap<std::string, Account> accounts_;
};

}  // namespace agent
