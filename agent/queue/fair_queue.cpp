#include "agent/queue/fair_queue.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

namespace {

TurnRules rules_of(const QueueConfig& config, Defect defect) {
  TurnRules rules;
  rules.weights = {config.priority_weight, config.default_weight, config.flex_weight};
  rules.user_running_max = config.user_running_max;
  rules.class_running_min = config.class_running_min;
  rules.aging = config.aging;
  rules.first_come = defect == Defect::serves_first_come;
  if (defect == Defect::flex_starves) {  // planted bug
    rules.highest_first = true;
    rules.aging = Nanos{0};
  }
  return rules;
}

}  // namespace

FairQueue::FairQueue(world::Clock& clock, const QueueConfig& config, Defect defect)
    : clock_(clock),
      config_(config),
      defect_(defect),
      order_(rules_of(config, defect)),
      adaptive_(config.running_start, config.running_min, config.running_max),
      flex_delay_(config.flex_delay_target, config.flex_delay_interval),
      times_{ServiceTimes(config.service_guess), ServiceTimes(config.service_guess),
             ServiceTimes(config.service_guess)},
      all_times_(config.service_guess) {}

FairQueue::~FairQueue() {
  if (timer_.armed()) clock_.disarm(timer_);
}

FairQueue::Slot::Slot(FairQueue& queue, std::string user, Wish wish)
    : queue_(queue), user_(std::move(user)), wish_(std::move(wish)), wait_(queue.clock_) {
  queue_.enter(*this);
}

FairQueue::Slot::~Slot() {
  if (call_began_ != world::kNever) end_call(Load::neutral);
  if (!refused()) queue_.leave(*this);
}

void FairQueue::Slot::begin_call() {
  if (call_began_ != world::kNever) return;
  call_began_ = queue_.clock_.now();
  ++queue_.calls_;
}

void FairQueue::Slot::end_call(Load load) {
  if (call_began_ == world::kNever) return;
  queue_.note(load, call_began_, queue_.calls_--);
  call_began_ = world::kNever;
}

void FairQueue::Slot::finish(Load load) {
  finished_ = true;
  if (load != Load::neutral) queue_.note(load, granted_at_, queue_.running());
}

std::int64_t FairQueue::limit() const {
  return config_.limit == SlotLimit::adaptive ? adaptive_.limit() : config_.running_max;
}

void FairQueue::note(Load load, Instant began, std::int64_t calls) {
  if (config_.limit == SlotLimit::fixed) return;
  const std::int64_t before = limit();
  adaptive_.note(load, began, clock_.now(), calls);
  if (limit() == before) return;
  ++version_;
  let_in();
}

std::int64_t FairQueue::cost_of(const Wish& wish) const {
  if (config_.turn_tokens == 0) return TurnOrder::kTurn;
  const std::int64_t turns = std::min(wish.tokens, std::int64_t{1'000'000'000}) /
                             config_.turn_tokens;
  return TurnOrder::kTurn * (1 + turns);
}

UserId FairQueue::user_named(const std::string& name) {
  const auto [at, is_new] = users_.try_emplace(name, kNobody);
  if (is_new) {
    at->second = order_.add_user();
    if (facts_.size() <= at->second) facts_.resize(at->second + std::size_t{1});
    facts_[at->second] = UserFacts{name, Pace{}};
  }
  return at->second;
}

void FairQueue::forget_if_idle(UserId user) {
  if (!order_.idle(user)) return;
  users_.erase(facts_[user].name);
  facts_[user].name.clear();
  order_.forget_user(user);
}

// Those of a lower class make room, the last that came first. A request that fits nowhere sends
// nobody away.
Refusal FairQueue::make_room(const Slot& slot) {
  const bool of_user = defect_ != Defect::serves_first_come;
  if (of_user && order_.waiting_of(slot.user_id_) >= config_.user_waiting_max) {
    return Refusal::user_line_full;
  }
  const std::int64_t bytes = std::max<std::int64_t>(0, slot.wish_.bytes);
  if (bytes > config_.waiting_bytes_max) return Refusal::bytes_full;
  for (;;) {
    const bool full = order_.waiting() >= config_.waiting_max;
    if (!full && waiting_bytes_ + bytes <= config_.waiting_bytes_max) return Refusal::none;
    const WaiterId last = order_.newest_below(index_of(slot.wish_.tier));
    if (last == kNobody) return full ? Refusal::line_full : Refusal::bytes_full;
    turn_away(*slots_[last], Refusal::displaced);
  }
}

void FairQueue::enter(Slot& slot) {
  const Instant now = clock_.now();
  slot.entered_at_ = now;
  slot.ordinal_ = ++entered_;
  slot.user_id_ = user_named(slot.user_);
  const std::size_t tier = index_of(slot.wish_.tier);
  UserId user = slot.user_id_;
  const bool at_once = slot.wish_.not_before <= now && running() < limit() &&
                       order_.waiting_of(user) == 0 &&
                       order_.running_of(user) < config_.user_running_max;
  slot.in_line_ = !at_once;
  if (!at_once) {
    slot.refusal_ = make_room(slot);
    user = slot.user_id_ = user_named(slot.user_);  // it may have displaced its own last request
    if (slot.refused()) {
      forget_if_idle(user);
      return;
    }
    ++came_[tier];
  }
  order_.advance(now);
  slot.waiter_ = order_.enter(user, tier, cost_of(slot.wish_), slot.wish_.not_before, now);
  if (slots_.size() <= slot.waiter_) slots_.resize(slot.waiter_ + std::size_t{1}, nullptr);
  slots_[slot.waiter_] = &slot;
  waiting_bytes_ += std::max<std::int64_t>(0, slot.wish_.bytes);
  ++version_;
  let_in();
}

void FairQueue::out_of_line(Slot& slot) {
  slots_[slot.waiter_] = nullptr;
  slot.waiter_ = kNobody;
  waiting_bytes_ -= std::max<std::int64_t>(0, slot.wish_.bytes);
  ++version_;
}

// A line that nobody waits in does not move.
void FairQueue::rest_paces(const Slot& slot) {
  const std::size_t tier = index_of(slot.wish_.tier);
  if (order_.waiting_of(slot.user_id_) == 0) facts_[slot.user_id_].pace.rest();
  if (order_.ready_of(tier) == 0) paces_[tier].rest();
}

void FairQueue::turn_away(Slot& slot, Refusal why) {
  if (slot.waiter_ != kNobody) {
    order_.remove(slot.waiter_);
    out_of_line(slot);
  }
  rest_paces(slot);
  slot.refusal_ = why;
  slot.wait_.turn_away();
  forget_if_idle(slot.user_id_);
}

void FairQueue::leave(Slot& slot) {
  if (slot.holds()) {
    // Planted bug: only the way out of those who finish gives the slot back.
    if (defect_ == Defect::leaks_slots && !slot.finished_) return;
    running_.erase(slot.ordinal_);
    order_.end(slot.user_id_, index_of(slot.wish_.tier));
    if (slot.finished_) {
      const Instant now = clock_.now();
      times_[index_of(slot.wish_.tier)].note(now - slot.granted_at_, now);
      all_times_.note(now - slot.granted_at_, now);
    }
    ++version_;
  } else if (slot.waiter_ != kNobody) {
    order_.remove(slot.waiter_);
    out_of_line(slot);
    rest_paces(slot);
  } else {
    return;  // of a defect: it was forgotten
  }
  forget_if_idle(slot.user_id_);
  let_in();
}

// From then on too little time is left for what a request usually takes.
Instant FairQueue::too_late_at(const Slot& slot) const {
  if (slot.wish_.deadline == world::kNever) return world::kNever;
  return slot.wish_.deadline - median_of(index_of(slot.wish_.tier));
}

// Not just for the moment that letting it in takes on a real clock.
bool FairQueue::has_waited(const Slot& slot) const {
  return slot.in_line_ && clock_.now() > slot.entered_at_;
}

// Why one whose turn has come is not served after all.
Refusal FairQueue::too_late(const Slot& slot) {
  const Instant now = clock_.now();
  if (has_waited(slot) && now > too_late_at(slot)) return Refusal::too_late;
  if (slot.wish_.tier != ServiceTier::flex) return Refusal::none;
  const Instant from = std::max(slot.entered_at_, slot.wish_.not_before);
  return flex_delay_.turns_away(now - from, now) ? Refusal::line_stands : Refusal::none;
}

void FairQueue::let_in() {
  order_.advance(clock_.now());
  while (running() < limit()) {
    const WaiterId next = order_.take_next(limit());
    if (next == kNobody) break;
    Slot& slot = *slots_[next];
    out_of_line(slot);
    const Refusal late = too_late(slot);
    if (forgets(slot)) {
      order_.end(slot.user_id_, index_of(slot.wish_.tier));
    } else if (late == Refusal::none) {
      grant(slot);
    } else {
      order_.end(slot.user_id_, index_of(slot.wish_.tier), true);
      turn_away(slot, late);
    }
  }
  wake_for_held();
}

// Planted bug: every third of those who had to wait.
bool FairQueue::forgets(const Slot& slot) const {
  return defect_ == Defect::forgets_waiters && slot.ordinal_ % 3 == 0 && has_waited(slot);
}

void FairQueue::grant(Slot& slot) {
  const Instant now = clock_.now();
  const std::size_t tier = index_of(slot.wish_.tier);
  slot.granted_at_ = now;
  running_.emplace(slot.ordinal_, RunningRequest{slot.user_id_, tier, now});
  facts_[slot.user_id_].pace.served(now, order_.waiting_of(slot.user_id_) > 0);
  paces_[tier].served(now, order_.ready_of(tier) > 0);
  slot.wait_.grant();
}

void FairQueue::wake_for_held() {
  const Instant next = order_.next_held();
  if (timer_.armed()) clock_.disarm(timer_);
  if (next != world::kNever) clock_.arm(timer_, next);
}

Nanos FairQueue::mean_of(std::size_t tier) const {
  return times_[tier].known() ? times_[tier].mean() : all_times_.mean();
}

Nanos FairQueue::median_of(std::size_t tier) const {
  return times_[tier].known() ? times_[tier].median() : all_times_.median();
}

}  // namespace agent
