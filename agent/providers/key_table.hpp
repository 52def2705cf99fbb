// KeyTable: values by name, found in one step however many there are, and listed in the order in
// which their names first came: the same on every machine, which a hash map of the library is not.
// Values never move and are never dropped; the table is bounded. Open addressing over FNV-1a, at
// most half full. One thread.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "world/random.hpp"

namespace agent {

template <class Value>
class KeyTable {
 public:
  // What a look-up reads stands in one line of the cache, with the beginning of the value.
  struct alignas(64) Entry {
    std::string key;
    Value value;
  };

  explicit KeyTable(std::size_t keys_max) : keys_max_(keys_max) {}

  // Null when it is not there.
  Value* find(const std::string& key) {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[slot_of(key, hash_of(key))];
    return slot.number == kFree ? nullptr : &at(slot.number).value;
  }

  // Makes it when it is not there; null when there is no room for it.
  Value* find_or_add(const std::string& key) {
    const std::uint64_t hash = hash_of(key);
    if (!slots_.empty()) {
      const Slot& slot = slots_[slot_of(key, hash)];
      if (slot.number != kFree) return &at(slot.number).value;
    }
    if (size_ >= keys_max_) return nullptr;
    if (size_ * 2 >= slots_.size()) grow();
    slots_[slot_of(key, hash)] = {static_cast<std::uint32_t>(hash),
                                  static_cast<std::uint32_t>(size_)};
    const Place place = place_of(size_++);
    if (place.block == blocks_.size()) {
      blocks_.push_back(std::make_unique<Entry[]>(kFirstBlock << place.block));
    }
    Entry& entry = blocks_[place.block][place.in_block];
    entry.key = key;
    return &entry.value;
  }

  Entry& at(std::size_t number) {
    const Place place = place_of(number);
    return blocks_[place.block][place.in_block];
  }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kFree = 0xffff'ffff;
  static constexpr std::size_t kFirstBlock = 8;  // each block is twice as large as the one before

  struct Place {
    std::size_t block;
    std::size_t in_block;
  };
  static Place place_of(std::size_t number) {
    const auto block = static_cast<std::size_t>(std::bit_width(number / kFirstBlock + 1)) - 1;
    return {block, number - kFirstBlock * ((std::size_t{1} << block) - 1)};
  }

  struct Slot {
    std::uint32_t tag = 0;  // of the hash, so that few other entries are looked at
    std::uint32_t number = kFree;
  };

  static std::uint64_t hash_of(const std::string& key) {
    const std::uint64_t hash = world::entity_of(key);
    return hash ^ (hash >> 32);
  }

  // Where it is, or would be.
  std::size_t slot_of(const std::string& key, std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (slot.number == kFree) return i;
      if (slot.tag == tag && at(slot.number).key == key) return i;
    }
  }

  void grow() {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, Slot{});
    for (std::size_t i = 0; i < size_; ++i) {
      const std::uint64_t hash = hash_of(at(i).key);
      slots_[slot_of(at(i).key, hash)] = {static_cast<std::uint32_t>(hash),
                                          static_cast<std::uint32_t>(i)};
    }
  }

  const std::size_t keys_max_;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Entry[]>> blocks_;
  std::vector<Slot> slots_;
};

}  // namespace agent
