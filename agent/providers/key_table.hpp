// KeyTable: values by name, found in one step however many there are, and listed in the order in
// which their names first came: the same on every machine, which a hash map of the library is not.
// Values never move and are never dropped; the table is bounded. Open addressing over FNV-1a, at
// most half full. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "world/random.hpp"

namespace agent {

template <class Value>
class KeyTable {
 public:
  struct Entry {
    std::string key;
    std::uint64_t hash;
    Value value;
  };

  explicit KeyTable(std::size_t keys_max) : keys_max_(keys_max) {}

  // Null when it is not there.
  Value* find(const std::string& key) {
    if (slots_.empty()) return nullptr;
    const std::uint32_t number = slots_[slot_of(key, world::entity_of(key))];
    return number == kFree ? nullptr : &entries_[number].value;
  }

  // Makes it when it is not there; null when there is no room for it.
  Value* find_or_add(const std::string& key) {
    const std::uint64_t hash = world::entity_of(key);
    if (!slots_.empty()) {
      const std::uint32_t number = slots_[slot_of(key, hash)];
      if (number != kFree) return &entries_[number].value;
    }
    if (entries_.size() >= keys_max_) return nullptr;
    if (entries_.size() * 2 >= slots_.size()) grow();
    slots_[slot_of(key, hash)] = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({key, hash, Value{}});
    return &entries_.back().value;
  }

  std::deque<Entry>& entries() { return entries_; }
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::uint32_t kFree = 0xffff'ffff;

  // Where it is, or would be.
  std::size_t slot_of(const std::string& key, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = (hash ^ (hash >> 32)) & mask;; at = (at + 1) & mask) {
      const std::uint32_t number = slots_[at];
      if (number == kFree) return at;
      if (entries_[number].hash == hash && entries_[number].key == key) return at;
    }
  }

  void grow() {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, kFree);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      slots_[slot_of(entries_[i].key, entries_[i].hash)] = static_cast<std::uint32_t>(i);
    }
  }

  const std::size_t keys_max_;
  std::deque<Entry> entries_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace agent
