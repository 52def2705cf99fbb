// What an oracle remembers of turns that are open or were so not long ago. A turn that nothing has
// touched for the horizon is parted with, unless it is held, and its room is used again: memory
// follows the rate of turns and not the length of the run. A hash table, so that each event costs
// one look-up and no allocation; its order never shows. One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "world/turn_id.hpp"
#include "world/units.hpp"

namespace harness {

template <class T>
class RecentTurns {
 public:
  explicit RecentTurns(world::Nanos horizon) : horizon_(horizon), slots_(kSlotsMin) {}

  // Valid until the next call of touch() or forget(). Null: never touched, or forgotten.
  T* find(world::TurnId turn) {
    const std::size_t slot = place_of(turn);
    return slots_[slot].used ? &slots_[slot].value : nullptr;
  }

  // The same, made when it is not there; its horizon begins anew.
  T& touch(world::TurnId turn, world::Instant now) {
    std::size_t slot = place_of(turn);
    if (!slots_[slot].used) {
      if ((size_ + 1) * 2 > slots_.size()) {
        grow();
        slot = place_of(turn);
      }
      slots_[slot].used = true;
      slots_[slot].turn = turn;
      slots_[slot].value = T{};
      ++size_;
      leaving_.push_back({now + horizon_, turn});
    }
    slots_[slot].touched = std::max(slots_[slot].touched, now);
    return slots_[slot].value;
  }

  // Parts with turns that were last touched before now - horizon: part(turn, value). held(value)
  // keeps one for another horizon. Each of them costs O(1) per horizon.
  template <class Held, class Part>
  void forget(world::Instant now, Held&& held, Part&& part) {
    while (!leaving_.empty() && leaving_.front().first < now) {
      const world::TurnId turn = leaving_.front().second;
      leaving_.pop_front();
      const std::size_t slot = place_of(turn);
      if (held(slots_[slot].value)) {
        leaving_.push_back({now + horizon_, turn});
      } else if (slots_[slot].touched + horizon_ >= now) {
        leaving_.push_back({slots_[slot].touched + horizon_, turn});
      } else {
        part(turn, slots_[slot].value);
        remove(slot);
      }
    }
  }
  void forget(world::Instant now) {
    forget(now, [](const T&) { return false; }, [](world::TurnId, const T&) {});
  }

  // Parts with all, in the order of their ids.
  template <class Part>
  void forget_all(Part&& part) {
    std::vector<std::pair<world::TurnId, T>> all;
    for (Slot& slot : slots_) {
      if (slot.used) all.emplace_back(slot.turn, std::move(slot.value));
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    slots_.assign(kSlotsMin, Slot{});
    leaving_.clear();
    size_ = 0;
    for (auto& [turn, value] : all) part(turn, value);
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSlotsMin = 256;  // a power of two, as all sizes

  struct Slot {
    bool used = false;
    world::TurnId turn;
    world::Instant touched{};
    T value{};
  };

  // Of the turn, or the free slot where it would stand.
  std::size_t place_of(world::TurnId turn) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = turn.key() & mask;
    while (slots_[slot].used && slots_[slot].turn != turn) slot = (slot + 1) & mask;
    return slot;
  }

  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_ = std::vector<Slot>(old.size() * 2);
    for (Slot& slot : old) {
      if (slot.used) slots_[place_of(slot.turn)] = std::move(slot);
    }
  }

  // What stands behind it moves up, so that no search ends too early.
  void remove(std::size_t slot) {
    const std::size_t mask = slots_.size() - 1;
    --size_;
    for (std::size_t next = (slot + 1) & mask;; next = (next + 1) & mask) {
      if (!slots_[next].used) break;
      const std::size_t home = slots_[next].turn.key() & mask;
      if (((next - home) & mask) < ((next - slot) & mask)) continue;  // stands at or behind home
      slots_[slot] = std::move(slots_[next]);
      slot = next;
    }
    slots_[slot] = Slot{};
  }

  world::Nanos horizon_;
  std::vector<Slot> slots_;
  std::deque<std::pair<world::Instant, world::TurnId>> leaving_;  // each turn once
  std::size_t size_ = 0;
};

}  // namespace harness
