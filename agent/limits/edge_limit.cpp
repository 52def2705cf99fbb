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

Quota EdgeLimit::quota(const std::string& client, EdgeClass c, world::Instant now) {
  Quota quota;
  quota.on = on(c);
  if (!quota.on) return quota;
  const Rate& rate = rates_[index(c)];
  const Client* known = clients_.find(client);
  const Gcra::State state = known != nullptr ? (*known)[index(c)] : Gcra::State{};
  quota.quota = rate.limit;
  quota.window = kSecond;
  quota.remaining = std::min(quota.quota, rate.gcra.remaining(state, now));
  quota.reset = quota.remaining > 0 ? rate.gcra.full_in(state, now)
                                    : rate.gcra.next_at(state) - now;
  return quota;
}

void EdgeLimit::sweep(world::Instant now) {
  while (const Client* oldest = clients_.oldest()) {
    if (!(*oldest)[0].idle(now) || !(*oldest)[1].idle(now)) return;
    clients_.drop_oldest();
  }
}

}  // namespace agent
