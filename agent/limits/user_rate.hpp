// UserRate: how fast one user is served: so many requests a minute, some at once after a rest. It
// is a pace and not a barrier: a request over the rate waits until its time has come, and is
// refused only when too many of that user wait already. It counts when it begins, so that who is
// turned away or leaves before costs nothing. One clock; must outlive its turns.
#pragma once

#include <string>

#include "agent/defect.hpp"
#include "agent/limits/gcra.hpp"
#include "agent/limits/quota.hpp"
#include "agent/limits/rate_config.hpp"
#include "world/clock.hpp"
#include "world/lru_map.hpp"

namespace agent {

class UserRate {
 public:
  UserRate(const world::Clock& clock, const RateConfig& config, Defect defect);

  bool on() const { return per_minute_ > 0; }

  // When a request of the user may begin, if so many others of the same user do first, each as
  // early as it may. Now or before: at once.
  world::Instant next_at(const std::string& user, std::int64_t ahead = 0) const;

  // One request's turn, from its construction until it begins or is destroyed.
  class Turn {
   public:
    // Waits behind the turns of the same user that have not begun. `waiting_max` of them at most
    // may wait for their time.
    Turn(UserRate& rate, std::string user, std::int64_t waiting_max);
    ~Turn() { give_up(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool refused() const { return refused_; }
    // When it may begin, as of its construction. Turns before it that are given up do not bring it
    // forward; those that begin late put it off only when next_at() is asked again.
    world::Instant not_before() const { return not_before_; }
    const Quota& quota() const { return quota_; }  // as of its construction, itself included
    void begin();    // it begins now, and counts
    void give_up();  // it will not begin

   private:
    UserRate& rate_;
    const std::string user_;
    world::Instant not_before_{};
    Quota quota_;
    bool refused_ = false;
    bool waits_ = false;
  };

  Quota quota(const std::string& user) const;
  void sweep();  // forgets users at rest
  std::size_t users() const { return users_.size(); }

  static constexpr std::size_t kUsersMax = 100'000;

 private:
  struct User {
    Gcra::State state;
    std::int64_t waiting = 0;  // turns that have not begun
  };
  world::Instant next_at(const User& user, std::int64_t ahead) const;
  Quota quota(const User& user) const;

  const world::Clock& clock_;
  const std::int64_t per_minute_;
  const Gcra gcra_;
  mutable world::LruMap<std::string, User> users_{kUsersMax};  // looking up is a use
};

}  // namespace agent
