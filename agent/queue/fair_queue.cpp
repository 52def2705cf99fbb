#include "agent/queue/fair_queue.hpp"

#include <algorithm>

namespace agent {

using world::Nanos;

FairQueue::FairQueue(world::Clock& clock, const QueueConfig& config, Defect defect)
    : clock_(clock), config_(config), defect_(defect), service_(config.service_guess) {}

FairQueue::Slot::Slot(FairQueue& queue, std::string user)
    : queue_(queue), user_(std::move(user)), wait_(queue.clock_) {
  queue_.enter(*this);
}

FairQueue::Slot::~Slot() {
  if (!refused_) queue_.leave(*this);
}

bool FairQueue::has_room(const User& user) const {
  if (waiting_ >= static_cast<std::size_t>(config_.waiting_max)) return false;
  if (defect_ == Defect::serves_first_come) return true;
  return user.line.size() < static_cast<std::size_t>(config_.user_waiting_max);
}

void FairQueue::enter(Slot& slot) {
  User& user = users_[slot.user_];
  slot.ordinal_ = ++entered_;
  const bool at_once = user.line.empty() && user.running < config_.user_running_max &&
                       running_ < config_.running_max;
  if (!at_once && !has_room(user)) {
    slot.refused_ = true;
    if (user.line.empty() && user.running == 0) users_.erase(slot.user_);
    return;
  }
  if (user.line.empty()) round_.push_back(slot.user_);
  user.line.push_back(&slot);
  ++waiting_;
  let_in();
}

void FairQueue::leave(Slot& slot) {
  User& user = users_.at(slot.user_);
  if (slot.holds()) {
    // Planted bug: only the way out of those who finish gives the slot back.
    if (defect_ == Defect::leaks_slots && !slot.finished_) return;
    --running_;
    --user.running;
    if (slot.finished_) service_ += (clock_.now() - slot.granted_at_ - service_) / 8;
  } else {
    user.line.erase(std::find(user.line.begin(), user.line.end(), &slot));
    --waiting_;
    if (user.line.empty()) round_.remove(slot.user_);
  }
  if (user.line.empty() && user.running == 0) users_.erase(slot.user_);
  let_in();
}

FairQueue::Slot* FairQueue::oldest() {
  Slot* first = nullptr;
  for (const std::string& name : round_) {
    Slot* slot = users_.at(name).line.front();
    if (first == nullptr || slot->ordinal_ < first->ordinal_) first = slot;
  }
  return first;
}

// The first in line of the next user who is not at the limit.
FairQueue::Slot* FairQueue::next() {
  if (defect_ == Defect::serves_first_come) return oldest();  // planted bug
  for (const std::string& name : round_) {
    User& user = users_.at(name);
    if (user.running < config_.user_running_max) return user.line.front();
  }
  return nullptr;
}

void FairQueue::let_in() {
  while (running_ < config_.running_max) {
    Slot* slot = next();
    if (slot == nullptr) return;
    grant(*slot, users_.at(slot->user_));
  }
}

void FairQueue::grant(Slot& slot, User& user) {
  const world::Instant now = clock_.now();
  if (user.granted_at != world::kNever) {
    const Nanos since = now - user.granted_at;
    user.interval = user.interval == Nanos{0} ? since : user.interval + (since - user.interval) / 8;
  }
  user.line.pop_front();
  user.granted_at = user.line.empty() ? world::kNever : now;
  --waiting_;
  ++running_;
  ++user.running;
  round_.remove(slot.user_);
  if (!user.line.empty()) round_.push_back(slot.user_);  // behind all others
  slot.granted_at_ = clock_.now();
  slot.wait_.grant();
}

// Position: those who would be let in before it if nobody else came: of each user ahead in the
// round one more than of those behind. The estimate: so many departures at the rate of all slots,
// so many of the user's own at the rate of its own slots, or at the rate at which its line has
// moved of late (others come in, too), whichever takes longest.
FairQueue::Place FairQueue::place_of(const Slot& slot) const {
  if (slot.holds()) return {};
  if (defect_ == Defect::invents_eta) return {3, std::chrono::seconds(45)};  // planted bug
  const User& own = users_.at(slot.user_);
  const auto mine = std::find(own.line.begin(), own.line.end(), &slot) - own.line.begin();
  std::int64_t before = mine;
  bool ahead = true;
  for (const std::string& name : round_) {
    if (name == slot.user_) {
      ahead = false;
      continue;
    }
    const auto theirs = static_cast<std::int64_t>(users_.at(name).line.size());
    before += std::min<std::int64_t>(theirs, mine + (ahead ? 1 : 0));
  }
  const std::int64_t slots = std::max<std::int64_t>(1, config_.running_max);
  const std::int64_t own_slots = std::min(slots, config_.user_running_max);
  const Nanos by_all = service_ * (before + 1) / slots;
  const Nanos by_own = own.running < own_slots ? Nanos{0} : service_ * (mine + 1) / own_slots;
  const Nanos by_pace = own.interval * (mine + 1);
  return {before + 1, std::max({by_all, by_own, by_pace})};
}

}  // namespace agent
