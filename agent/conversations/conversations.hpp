// Conversations: the history of each, in memory. A turn reads one when it begins and writes it back
// whole when it ends; what keeps another turn of the same conversation from doing the same
// meanwhile is conversation_lock.hpp. Without it, of two parallel turns the later writer wins, and
// the other's turn is lost: the control which the suite must be able to fail. One clock.
#pragma once

#include <string>
#include <utility>

#include "agent/config.hpp"
#include "agent/conversations/history.hpp"
#include "world/lru_map.hpp"

namespace agent {

class Conversations {
 public:
  explicit Conversations(const Config& config)
      : messages_max_(static_cast<std::size_t>(config.history_messages_max)),
        defect_(config.defect),
        histories_(static_cast<std::size_t>(config.sessions_max)) {}

  // A copy; empty for a conversation that is new or was forgotten.
  History read(const std::string& user, const std::string& conversation);

  bool has(const std::string& user, const std::string& conversation) {
    return histories_.find(key_of(user, conversation)) != nullptr;
  }

  void write(const std::string& user, const std::string& conversation, History history);
  void forget(const std::string& user, const std::string& conversation);

  std::size_t size() const { return histories_.size(); }
  std::int64_t bytes() const { return bytes_; }  // of all histories

  // What tells the conversations of all users apart.
  static std::string key_of(const std::string& user, const std::string& conversation);

 private:
  // A history that is counted in bytes_ as long as it is kept, also when the map drops it.
  struct Kept {
    Kept() = default;
    Kept(Kept&& other) noexcept
        : history(std::move(other.history)), total(std::exchange(other.total, nullptr)) {}
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    ~Kept() {
      if (total != nullptr) *total -= history.bytes();
    }
    History history;
    std::int64_t* total = nullptr;
  };

  std::size_t messages_max_;
  Defect defect_;
  std::int64_t bytes_ = 0;  // before the map, whose entries count themselves out of it
  world::LruMap<std::string, Kept> histories_;
  std::string last_user_;  // these two for a defect: who wrote last, and what
  History last_;
};

}  // namespace agent
