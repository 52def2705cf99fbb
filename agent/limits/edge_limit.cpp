#include "agent/limits/edge_limit.hpp"

namespace agent {

namespace {
constexpr world::Nanos kSecond = std::chrono::seconds(1);
}

EdgeLimit::Rate EdgeLimit::rate(std::int64_t limit, const RateConfig& config, Defect defect) {
  const std::int64_t per_second = std::max<std::int64_t>(1, limit);
  const std::int64_t further = defect == Defect::burst_off_by_one ? 1 : 0;  // planted bug
  return {limit, Gcra(per_second, kSecond, per_second * config.edge_burst_s + further)};
}

Quota EdgeLimit::Bucket::quota(world::Instant now) const {
  Quota quota;
  quota.on = true;
  quota.quota = limit;
  quota.window = kSecond;
  quota.remaining = std::min(quota.quota, gcra.remaining(state, now));
  quota.reset = quota.remaining > 0 ? gcra.full_in(state, now) : next_at() - now;
  return quota;
}

void EdgeLimit::sweep(world::Instant now) {
  while (const Client* oldest = clients_.oldest()) {
    if (!(*oldest)[0].idle(now) || !(*oldest)[1].idle(now)) return;
    clients_.drop_oldest();
  }
}

}  // namespace agent
