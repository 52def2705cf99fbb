#include "agent/limits/user_rate.hpp"

namespace agent {

using world::Instant;
using world::Nanos;

namespace {
constexpr Nanos kMinute = std::chrono::seconds(60);
}

UserRate::UserRate(const world::Clock& clock, const RateConfig& config, Defect defect)
    : clock_(clock),
      per_minute_(config.user_per_minute),
      gcra_(std::max<std::int64_t>(1, config.user_per_minute), kMinute,
            config.user_burst + (defect == Defect::burst_off_by_one ? 1 : 0)) {}  // planted bug

Instant UserRate::next_at(const User& user, std::int64_t ahead) const {
  Gcra::State then = user.state;
  if (ahead > 0) then.tat = std::max(clock_.now(), then.tat) + gcra_.interval() * ahead;
  return gcra_.next_at(then);
}

Instant UserRate::next_at(const std::string& user, std::int64_t ahead) const {
  if (!on()) return Instant::min();
  const User* known = users_.find(user);
  return next_at(known != nullptr ? *known : User{}, ahead);
}

UserRate::Turn::Turn(UserRate& rate, std::string user, std::int64_t waiting_max)
    : rate_(rate), user_(std::move(user)) {
  if (!rate_.on()) return;
  const Instant now = rate_.clock_.now();
  User& its = rate_.users_.at(user_);
  not_before_ = rate_.next_at(its, its.waiting);
  const std::int64_t over = its.waiting - rate_.gcra_.remaining(its.state, now);
  refused_ = not_before_ > now && over >= waiting_max;
  waits_ = !refused_;
  if (waits_) ++its.waiting;
  quota_ = rate_.quota(its);
}

void UserRate::Turn::begin() {
  if (!waits_) return;
  waits_ = false;
  User& its = rate_.users_.at(user_);
  if (its.waiting > 0) --its.waiting;
  rate_.gcra_.take(its.state, rate_.clock_.now());
}

void UserRate::Turn::give_up() {
  if (!waits_) return;
  waits_ = false;
  User* its = rate_.users_.find(user_);
  if (its != nullptr && its->waiting > 0) --its->waiting;
}

Quota UserRate::quota(const std::string& user) const {
  const User* known = users_.find(user);
  return quota(known != nullptr ? *known : User{});
}

Quota UserRate::quota(const User& its) const {
  Quota quota;
  quota.on = on();
  if (!quota.on) return quota;
  const Instant now = clock_.now();
  quota.quota = per_minute_;
  quota.window = kMinute;
  quota.remaining = std::clamp<std::int64_t>(gcra_.remaining(its.state, now) - its.waiting, 0,
                                             per_minute_);
  quota.reset = quota.remaining > 0 ? gcra_.full_in(its.state, now)
                                    : std::max(Nanos{0}, next_at(its, its.waiting) - now);
  return quota;
}

void UserRate::sweep() {
  while (const User* oldest = users_.oldest()) {
    if (oldest->waiting > 0 || !oldest->state.idle(clock_.now())) return;
    users_.drop_oldest();
  }
}

}  // namespace agent
