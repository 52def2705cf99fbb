// LruMap: a map with a bound; when it is full, the entry that was used longest ago leaves. For what
// a server remembers about whoever comes by. It cannot be iterated, so its hashing never shows in
// output. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace world {

template <class Key, class Value, class Hash = std::hash<Key>>
class LruMap {
 public:
  explicit LruMap(std::size_t entries_max) : entries_max_(entries_max == 0 ? 1 : entries_max) {}

  // The value of the key, made anew when it is not there. Valid until the next call of at().
  Value& at(const Key& key) {
    if (Value* value = find(key)) return *value;
    if (entries_.size() >= entries_max_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, Value{});
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

  // The value of the key, or null. Counts as a use.
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // The value that was used longest ago, or null, and dropping it: for owners that forget what is
  // idle. Not a use.
  Value* oldest() { return entries_.empty() ? nullptr : &entries_.back().second; }
  void drop_oldest() {
    places_.erase(entries_.back().first);
    entries_.pop_back();
    shrink();
  }

  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
    shrink();
  }

  std::size_t size() const { return entries_.size(); }

  void clear() {
    entries_.clear();
    places_.clear();
  }

 private:
  using Entries = std::list<std::pair<Key, Value>>;
  static constexpr std::size_t kBucketsKept = 1024;

  // Erasing leaves the buckets of the busiest time behind; each halving or so gives them back.
  void shrink() {
    const std::size_t buckets = places_.bucket_count();
    if (buckets > kBucketsKept && places_.size() < buckets / 8) places_.rehash(0);
  }

  std::size_t entries_max_;
  Entries entries_;  // the one used last in front
  std::unordered_map<Key, typename Entries::iterator, Hash> places_;
};

}  // namespace world
