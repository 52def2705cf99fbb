#include "agent/queue/turn_order.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

namespace {

constexpr std::int64_t kStride = 1'000'000;  // of weight 1, for one turn

}  // namespace

TurnOrder::TurnOrder(const TurnRules& rules) : rules_(rules) {
  for (const std::int64_t weight : rules_.weights) weights_ += weight;
}

UserId TurnOrder::add_user() {
  if (!free_users_.empty()) {
    const UserId user = free_users_.back();
    free_users_.pop_back();
    users_[user] = User{};
    return user;
  }
  users_.emplace_back();
  return static_cast<UserId>(users_.size() - 1);
}

void TurnOrder::forget_user(UserId user) { free_users_.push_back(user); }

WaiterId TurnOrder::enter(UserId user, std::size_t tier, std::int64_t cost, Instant not_before,
                          Instant now) {
  WaiterId waiter = static_cast<WaiterId>(waiters_.size());
  if (free_waiters_.empty()) {
    waiters_.emplace_back();
  } else {
    waiter = free_waiters_.back();
    free_waiters_.pop_back();
  }
  Waiter& w = waiters_[waiter];
  w = Waiter{};
  w.ordinal = ++entered_;
  w.cost = std::clamp(cost, kTurn, kCostMax);
  w.user = user;
  w.tier = static_cast<std::uint8_t>(tier);
  ++waiting_;
  ++users_[user].waiting;
  if (not_before > now) {
    w.held = true;
    w.since = not_before;
    w.in_class = w.tier;
    insert_held(waiter);
  } else {
    w.since = now;
    join(waiter, tier);
  }
  return waiter;
}

void TurnOrder::insert_held(WaiterId waiter) {
  const auto later = [this](WaiterId a, WaiterId b) {
    const Waiter& x = waiters_[a];
    const Waiter& y = waiters_[b];
    return x.since != y.since ? x.since > y.since : x.ordinal > y.ordinal;
  };
  held_.insert(std::upper_bound(held_.begin(), held_.end(), waiter, later), waiter);
}

void TurnOrder::remove(WaiterId waiter) {
  Waiter& w = waiters_[waiter];
  if (w.held) {
    held_.erase(std::find(held_.begin(), held_.end(), waiter));
  } else {
    leave(waiter);
  }
  --waiting_;
  --users_[w.user].waiting;
  free_waiters_.push_back(waiter);
}

void TurnOrder::advance(Instant now) {
  while (!held_.empty() && waiters_[held_.back()].since <= now) {
    const WaiterId waiter = held_.back();
    held_.pop_back();
    waiters_[waiter].held = false;
    join(waiter, waiters_[waiter].in_class);
  }
  if (rules_.aging == Nanos{0}) return;
  for (std::size_t c = 1; c < kClasses; ++c) {
    for (WaiterId w = classes_[c].oldest; w != kNobody && waiters_[w].since + rules_.aging <= now;
         w = classes_[c].oldest) {
      leave(w);
      waiters_[w].since += rules_.aging;
      join(w, c - 1);
      ++aged_;
    }
  }
}

// Behind those of the user who came before it; an aged one came before some who are there.
void TurnOrder::join(WaiterId waiter, std::size_t c) {
  Waiter& w = waiters_[waiter];
  Class& of = classes_[c];
  w.in_class = static_cast<std::uint8_t>(c);
  Line& line = users_[w.user].lines[c];
  w.before = line.last;
  w.behind = kNobody;
  while (w.before != kNobody && waiters_[w.before].ordinal > w.ordinal) {
    w.behind = w.before;
    w.before = waiters_[w.before].before;
  }
  const bool was_empty = line.first == kNobody;
  (w.before != kNobody ? waiters_[w.before].behind : line.first) = waiter;
  (w.behind != kNobody ? waiters_[w.behind].before : line.last) = waiter;
  w.older = of.youngest;
  w.younger = kNobody;
  (w.older != kNobody ? waiters_[w.older].younger : of.oldest) = waiter;
  of.youngest = waiter;
  // A class that had nobody saves up no turns.
  ++classes_[w.tier].ready;
  if (of.waiting++ == 0) of.pass = std::max(of.pass, pass_);
  if (was_empty) enter_round(w.user, c);
}

void TurnOrder::leave(WaiterId waiter) {
  const Waiter& w = waiters_[waiter];
  Class& of = classes_[w.in_class];
  Line& line = users_[w.user].lines[w.in_class];
  (w.before != kNobody ? waiters_[w.before].behind : line.first) = w.behind;
  (w.behind != kNobody ? waiters_[w.behind].before : line.last) = w.before;
  (w.older != kNobody ? waiters_[w.older].younger : of.oldest) = w.younger;
  (w.younger != kNobody ? waiters_[w.younger].older : of.youngest) = w.older;
  --classes_[w.tier].ready;
  --of.waiting;
  if (line.first == kNobody) leave_round(w.user, w.in_class);
}

void TurnOrder::enter_round(UserId user, std::size_t c) {
  Class& of = classes_[c];
  Line& line = users_[user].lines[c];
  line.before = of.last;
  line.behind = kNobody;
  (of.last != kNobody ? users_[of.last].lines[c].behind : of.first) = user;
  of.last = user;
}

void TurnOrder::leave_round(UserId user, std::size_t c) {
  Class& of = classes_[c];
  Line& line = users_[user].lines[c];
  (line.before != kNobody ? users_[line.before].lines[c].behind : of.first) = line.behind;
  (line.behind != kNobody ? users_[line.behind].lines[c].before : of.last) = line.before;
  line.deficit = 0;
}

bool TurnOrder::lacks_its_slot(std::size_t c, std::int64_t limit) const {
  const std::int64_t earned = limit * rules_.weights[c] / weights_;
  return classes_[c].running < std::min(rules_.class_running_min, earned);
}

std::array<std::size_t, kClasses> TurnOrder::by_rank(std::int64_t limit) const {
  std::array<std::size_t, kClasses> order{0, 1, 2};
  if (rules_.highest_first) return order;  // planted bug
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_lacks = lacks_its_slot(a, limit);
    const bool b_lacks = lacks_its_slot(b, limit);
    if (a_lacks != b_lacks) return a_lacks;
    if (classes_[a].pass != classes_[b].pass) return classes_[a].pass < classes_[b].pass;
    return a < b;
  });
  return order;
}

WaiterId TurnOrder::take_next(std::int64_t limit) {
  WaiterId taken = kNobody;
  if (rules_.first_come) {  // planted bug
    taken = oldest_of_all();
    if (taken != kNobody) leave(taken);
  } else {
    taken = take_by_rank(limit);
  }
  if (taken == kNobody) return kNobody;
  const Waiter& w = waiters_[taken];
  classes_[w.in_class].pass += kStride / rules_.weights[w.in_class] * w.cost / kTurn;
  --waiting_;
  --users_[w.user].waiting;
  ++users_[w.user].running;
  ++classes_[w.tier].running;
  free_waiters_.push_back(taken);
  return taken;
}

// A class whose users are all at their limit saves up no turns meanwhile.
WaiterId TurnOrder::take_by_rank(std::int64_t limit) {
  std::int64_t least = INT64_MAX;
  for (const Class& each : classes_) {
    if (each.waiting > 0) least = std::min(least, each.pass);
  }
  if (least != INT64_MAX) pass_ = std::max(pass_, least);
  const std::array<std::size_t, kClasses> order = by_rank(limit);
  for (std::size_t i = 0; i < kClasses; ++i) {
    const WaiterId taken = take_turn(order[i]);
    if (taken == kNobody) continue;
    for (std::size_t k = 0; k < i; ++k) {
      Class& passed = classes_[order[k]];
      passed.pass = std::max(passed.pass, std::min(pass_, classes_[order[i]].pass));
    }
    return taken;
  }
  return kNobody;
}

void TurnOrder::end(UserId user, std::size_t tier, bool unserved) {
  --users_[user].running;
  --classes_[tier].running;
  if (unserved) classes_[tier].pass -= kStride / rules_.weights[tier];
}

UserId TurnOrder::first_able(std::size_t c) const {
  UserId user = classes_[c].first;
  while (user != kNobody && !able(users_[user])) user = users_[user].lines[c].behind;
  return user;
}

// Each turn is worth one request; who needs more has saved it up in turns before.
WaiterId TurnOrder::take_turn(std::size_t c) {
  for (UserId user = first_able(c); user != kNobody; user = first_able(c)) {
    Line& line = users_[user].lines[c];
    const WaiterId head = line.first;
    line.deficit += kTurn;
    const bool enough = line.deficit >= waiters_[head].cost;
    const std::int64_t left = enough ? line.deficit - waiters_[head].cost : line.deficit;
    leave_round(user, c);
    enter_round(user, c);  // behind all others
    line.deficit = left;
    if (!enough) continue;
    leave(head);
    return head;
  }
  return kNobody;
}

WaiterId TurnOrder::oldest_of_all() const {
  WaiterId first = kNobody;
  for (std::size_t c = 0; c < kClasses; ++c) {
    for (UserId u = classes_[c].first; u != kNobody; u = users_[u].lines[c].behind) {
      const WaiterId head = users_[u].lines[c].first;
      if (first == kNobody || waiters_[head].ordinal < waiters_[first].ordinal) first = head;
    }
  }
  return first;
}

WaiterId TurnOrder::newest_below(std::size_t tier) const {
  for (std::size_t c = kClasses - 1; c > tier; --c) {
    WaiterId newest = classes_[c].youngest;
    for (const WaiterId held : held_) {
      if (waiters_[held].in_class != c) continue;
      if (newest == kNobody || waiters_[held].ordinal > waiters_[newest].ordinal) newest = held;
    }
    if (newest != kNobody) return newest;
  }
  return kNobody;
}

Instant TurnOrder::next_held() const {
  return held_.empty() ? world::kNever : waiters_[held_.back()].since;
}

}  // namespace agent
