#include "agent/limits/quota_groups.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

namespace {
constexpr Nanos kMinute = std::chrono::seconds(60);
}

QuotaGroups::QuotaGroups(const world::Clock& clock, const std::vector<QuotaGroupConfig>& groups)
    : clock_(clock) {
  for (const QuotaGroupConfig& config : groups) {
    Group group;
    group.name = config.name;
    group.providers = config.providers;
    const auto bucket = [](std::int64_t limit, std::optional<Bucket>& out) {
      if (limit > 0) out = Bucket{Gcra(limit, kMinute, limit)};
    };
    bucket(config.requests_per_minute, group.requests);
    bucket(config.tokens_per_minute, group.tokens);
    groups_.push_back(std::move(group));
  }
}

std::size_t QuotaGroups::index_of(const std::string& provider) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const std::vector<std::string>& names = groups_[i].providers;
    if (std::find(names.begin(), names.end(), provider) != names.end()) return i;
  }
  Group own;
  own.name = provider;
  own.providers = {provider};
  groups_.push_back(std::move(own));
  return groups_.size() - 1;
}

Instant QuotaGroups::next_at(const Group& group, std::int64_t tokens) const {
  Instant at = group.held_until;
  if (group.requests) at = std::max(at, group.requests->gcra.next_at(group.requests->state));
  if (group.tokens) at = std::max(at, group.tokens->gcra.next_at(group.tokens->state, tokens));
  return at;
}

Instant QuotaGroups::next_at(const std::string& provider, std::int64_t tokens) {
  return next_at(groups_[index_of(provider)], tokens);
}

void QuotaGroups::hold(const std::string& provider, Nanos retry_after) {
  Group& group = groups_[index_of(provider)];
  group.held_until = std::max(group.held_until, clock_.now() + std::min(retry_after, kHoldMax));
}

std::string QuotaGroups::group_of(const std::string& provider) {
  return groups_[index_of(provider)].name;
}

QuotaGroups::Call::Call(QuotaGroups& groups, const std::string& provider, std::int64_t tokens)
    : groups_(groups),
      group_(groups.index_of(provider)),
      tokens_(std::max<std::int64_t>(0, tokens)) {
  Group& group = groups_.groups_[group_];
  const Instant now = groups_.clock_.now();
  refused_ = groups_.next_at(group, tokens_) > now;
  if (refused_) return;
  if (group.requests) group.requests->gcra.take(group.requests->state, now);
  if (group.tokens) group.tokens->gcra.take(group.tokens->state, now, tokens_);
}

void QuotaGroups::Call::settle(std::int64_t tokens) {
  if (refused_ || settled_) return;
  settled_ = true;
  std::optional<Bucket>& bucket = groups_.groups_[group_].tokens;
  if (!bucket || tokens < 0) return;
  if (tokens > tokens_) {
    // What the reservation did not cover is owed.
    bucket->gcra.take(bucket->state, groups_.clock_.now(), tokens - tokens_);
  } else {
    bucket->gcra.give_back(bucket->state, std::min(tokens_, bucket->gcra.burst()) -
                                              std::min(tokens, bucket->gcra.burst()));
  }
}

QuotaGroups::Call::~Call() { settle(0); }

}  // namespace agent
