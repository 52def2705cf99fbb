// Conversations: the history of each, in memory. Profile legacy reads one when a request begins and
// writes it back whole when the request ends, with nothing in between that keeps another request of
// the same conversation from doing the same: of two parallel turns the later writer wins, and the
// other's turn is lost. That is the control which the suite must be able to fail. One clock.
#pragma once

#include <string>

#include "agent/config.hpp"
#include "agent/history.hpp"
#include "world/lru_map.hpp"

namespace agent {

class Conversations {
 public:
  explicit Conversations(const Config& config)
      : messages_max_(static_cast<std::size_t>(config.history_messages_max)),
        histories_(static_cast<std::size_t>(config.sessions_max)) {}

  // A copy; empty for a conversation that is new or was forgotten.
  History read(const std::string& user, const std::string& conversation);

  void write(const std::string& user, const std::string& conversation, History history);

  std::size_t size() const { return histories_.size(); }

 private:
  std::size_t messages_max_;
  world::LruMap<std::string, History> histories_;
};

}  // namespace agent
