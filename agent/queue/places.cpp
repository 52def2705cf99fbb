// FairQueue: what those who wait are told.
#include "agent/queue/fair_queue.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

namespace {

// A forecast is as good as what it knows; with nothing new it is made again after this.
constexpr Nanos kForecastMax = std::chrono::seconds(1);

constexpr std::string_view kHigherTier =
    "requests of a higher service tier came in and are served first";
constexpr std::string_view kAged = "requests that have waited long were moved up";
constexpr std::string_view kOwnLimit =
    "as many of this user's requests run as may, and others are served meanwhile";
constexpr std::string_view kLessServed =
    "users who have had less came in and are served first";

}  // namespace

const Forecast& FairQueue::forecast() const {
  const Instant now = clock_.now();
  if (forecast_version_ == version_ && now - forecast_.made_at() < kForecastMax) return forecast_;
  Forecast::Slots slots;
  slots.limit = std::max<std::int64_t>(1, limit());
  for (const auto& [ordinal, running] : running_) slots.running.push_back(running);
  for (std::size_t c = 0; c < kClasses; ++c) slots.takes[c] = mean_of(c);
  slots.too_late_at.assign(slots_.size(), world::kNever);
  for (std::size_t w = 0; w < slots_.size(); ++w) {
    if (slots_[w] != nullptr) slots.too_late_at[w] = too_late_at(*slots_[w]);
  }
  forecast_.make(order_, slots, now);
  forecast_version_ = version_;
  return forecast_;
}

// Between what would be if nobody else came and how slowly its class and its user have been served
// of late, as others come in, too; and not while the providers let nobody through.
FairQueue::Place FairQueue::place_of(const Slot& slot, Instant open_at) const {
  if (slot.holds() || slot.refused()) return {};
  if (slot.waiter_ == kNobody) return {1, std::chrono::seconds(1)};  // of a defect: forgotten
  if (defect_ == Defect::invents_eta) return {3, std::chrono::seconds(45)};  // planted bug
  const Forecast::Turn& turn = forecast().of(slot.waiter_);
  const Instant now = clock_.now();
  const std::size_t tier = index_of(slot.wish_.tier);
  const Nanos by_turns = std::max(turn.at - now, Nanos{0});
  const Nanos by_class = paces_[tier].interval() * turn.in_class;
  const Nanos by_user = facts_[slot.user_id_].pace.interval() * turn.of_user;
  const Nanos closed = std::max(open_at - now, Nanos{0});
  Place place;
  place.position = turn.position;
  place.eta = (by_turns + std::max({by_turns, by_class, by_user})) / 2 + closed;
  return place;
}

FairQueue::Place FairQueue::Slot::tell(Instant open_at) {
  Place place = queue_.place_of(*this, open_at);
  if (waiter_ == kNobody) return place;
  std::uint64_t higher = 0;
  for (std::size_t c = 0; c < queue_.order_.class_of(waiter_); ++c) higher += queue_.came_[c];
  const std::uint64_t aged = queue_.order_.aged();
  if (told_ > 0 && place.position > told_) {
    if (higher > higher_then_) {
      place.reason = kHigherTier;
    } else if (aged > aged_then_) {
      place.reason = kAged;
    } else if (queue_.order_.running_of(user_id_) >= queue_.config_.user_running_max) {
      place.reason = kOwnLimit;
    } else {
      place.reason = kLessServed;
    }
  }
  told_ = place.position;
  higher_then_ = higher;
  aged_then_ = aged;
  return place;
}

Nanos FairQueue::come_again() const {
  const std::int64_t slots = std::max<std::int64_t>(1, limit());
  const Nanos half = service_time() * (order_.waiting() / 2) / slots;
  return std::max<Nanos>(std::chrono::seconds(1), half);
}

std::vector<FairQueue::Standing> FairQueue::standings_of(const std::string& user) const {
  std::vector<Standing> found;
  const auto id = users_.find(user);
  if (id == users_.end()) return found;
  for (const Slot* slot : slots_) {
    if (slot == nullptr || slot->user_id_ != id->second) continue;
    Standing one;
    one.id = slot->wish_.id;
    one.tier = slot->wish_.tier;
    one.place = place_of(*slot, {});
    one.waited = clock_.now() - slot->entered_at_;
    found.push_back(one);
  }
  std::sort(found.begin(), found.end(), [](const Standing& a, const Standing& b) {
    return a.place.position < b.place.position;
  });
  return found;
}

}  // namespace agent
