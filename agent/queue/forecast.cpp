#include "agent/queue/forecast.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

bool Forecast::later(const End& a, const End& b) {
  return a.at != b.at ? a.at > b.at : a.ordinal > b.ordinal;
}

void Forecast::will_end(Instant at, UserId user, std::size_t tier) {
  ends_.push_back(End{at, ordinal_++, user, tier});
  std::push_heap(ends_.begin(), ends_.end(), later);
}

void Forecast::make(TurnOrder order, const Slots& slots, Instant now) {
  made_at_ = now;
  turns_.assign(order.waiters_end(), Turn{});
  of_user_.assign(order.users_end(), 0);
  ends_.clear();
  for (const RunningRequest& each : slots.running) {
    // One that takes longer than most will go on for a while: nobody knows how long.
    const Nanos takes = slots.takes[each.tier];
    will_end(now + std::max(takes - (now - each.began), takes / 4), each.user, each.tier);
  }
  std::array<std::int64_t, kClasses> in_class{};
  std::int64_t position = 0;
  Instant at = now;
  order.advance(at);
  for (;;) {
    while (static_cast<std::int64_t>(ends_.size()) < slots.limit) {
      const WaiterId next = order.take_next(slots.limit);
      if (next == kNobody) break;
      const UserId user = order.user_of(next);
      const std::size_t tier = order.tier_of(next);
      turns_[next] = Turn{position + 1, in_class[tier] + 1, of_user_[user] + 1, at};
      if (at > slots.too_late_at[next]) {
        order.end(user, tier, true);
        continue;
      }
      ++position;
      ++in_class[tier];
      ++of_user_[user];
      will_end(at + slots.takes[tier], user, tier);
    }
    if (order.waiting() == 0 || (ends_.empty() && order.next_held() == world::kNever)) return;
    at = std::max(at, std::min(order.next_held(), ends_.empty() ? world::kNever : ends_[0].at));
    while (!ends_.empty() && ends_[0].at <= at) {
      order.end(ends_[0].user, ends_[0].tier);
      std::pop_heap(ends_.begin(), ends_.end(), later);
      ends_.pop_back();
    }
    order.advance(at);
  }
}

}  // namespace agent
