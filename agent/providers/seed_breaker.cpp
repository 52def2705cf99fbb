#include "agent/providers/seed_breaker.hpp"

#include <algorithm>
#include <limits>

namespace agent {

SeedBreaker::SeedBreaker(world::Clock& clock, const BreakerConfig& config, Told told)
    : clock_(clock), config_(config), told_(std::move(told)) {}

void SeedBreaker::become(const std::string& key, std::string_view state, std::int64_t failures) {
  if (state != state_) told_(key, state_, state, failures);
  state_ = state;
}

Breaker::Permit SeedBreaker::admit(const std::string& key) {
  const std::int64_t now = clock_.unix_nanos();
  Permit permit;
  permit.admitted_at = world::at(world::Nanos(now));  // of the wall clock, and of the beginning
  const auto open = open_until_.find(key);
  if (open == open_until_.end()) return permit;
  if (now < open->second) {
    permit.admitted = false;
    permit.retry_after = world::Nanos(open->second - now);
    return permit;
  }
  become(key, "half_open", static_cast<std::int64_t>(failures_[key].size()));
  open_until_.erase(open);
  return permit;
}

world::Nanos SeedBreaker::closed_for(const std::string& key) {
  const auto open = open_until_.find(key);
  if (open == open_until_.end()) return world::Nanos{0};
  return std::max(world::Nanos{0}, world::Nanos(open->second - clock_.unix_nanos()));
}

// Whatever throws is a failure to the seed; a user who left has no counterpart there.
void SeedBreaker::report(const std::string& key, const Permit& permit, const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::ok) record_success(key);
  if (outcome.kind == OutcomeKind::ok || outcome.kind == OutcomeKind::cancelled) return;
  record_failure(key, world::since_start(permit.admitted_at).count());
}

void SeedBreaker::record_success(const std::string& key) {
  if (++consecutive_successes_[key] < config_.successes) return;
  become(key, "closed", 0);
  failures_.erase(key);
  consecutive_successes_.erase(key);
}

void SeedBreaker::record_failure(const std::string& key, std::int64_t now) {
  consecutive_successes_[key] = 0;
  std::vector<std::int64_t>& records = failures_[key];
  records.push_back(now);
  const std::int64_t cutoff = now - config_.window.count();
  std::erase_if(records, [cutoff](std::int64_t at) { return at <= cutoff; });
  if (static_cast<std::int64_t>(records.size()) < config_.failures) return;
  become(key, "open", static_cast<std::int64_t>(records.size()));
  open_until_[key] = now + config_.reset_after.count();
}

std::string_view SeedBreaker::state_of(const std::string& key) const {
  const auto open = open_until_.find(key);
  if (open != open_until_.end() && clock_.unix_nanos() < open->second) return "open";
  return state_;
}

BreakerView SeedBreaker::view(const std::string& key) {
  BreakerView view;
  view.key = key;
  view.state = state_of(key);
  const auto failures = failures_.find(key);
  if (failures != failures_.end()) {
    view.failures = static_cast<std::int64_t>(failures->second.size());
  }
  view.retry_after = closed_for(key);
  return view;
}

std::vector<BreakerView> SeedBreaker::views() {
  std::vector<BreakerView> all;
  for (const auto& [key, failures] : failures_) all.push_back(view(key));
  return all;
}

void SeedBreaker::isolate(const std::string& key) {
  become(key, "open", -1);
  open_until_[key] = std::numeric_limits<std::int64_t>::max();
}

void SeedBreaker::reset(const std::string& key) {
  state_ = "closed";
  failures_.erase(key);
  open_until_.erase(key);
  consecutive_successes_.erase(key);
}

}  // namespace agent
