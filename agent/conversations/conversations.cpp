#include "agent/conversations/conversations.hpp"

#include "world/random.hpp"

namespace agent {

// The length in front keeps ("a", "bc") and ("ab", "c") apart.
std::string Conversations::key_of(const std::string& user, const std::string& conversation) {
  std::string key = std::to_string(user.size());
  key += ':';
  key += user;
  key += conversation;
  return key;
}

History Conversations::read(const std::string& user, const std::string& conversation) {
  const std::string key = key_of(user, conversation);
  const Kept* kept = histories_.find(key);
  History history = kept == nullptr ? History{} : kept->history;
  // Planted bug: every third prompt begins with what another user has just said.
  const bool leaks = defect_ == Defect::leaked_turn && last_user_ != user;
  if (!leaks || (world::entity_of(key) + history.size()) % 3 != 0) return history;
  History leaked = last_;
  leaked.add(history);
  return leaked;
}

void Conversations::write(const std::string& user, const std::string& conversation,
                          History history) {
  // Planted bug: every fourth turn, by what it says, is not kept.
  const bool forgets = defect_ == Defect::forgets_turns;
  if (forgets && world::entity_of(history.text()) % 4 == 0) return;
  history.keep_last(messages_max_);
  if (defect_ == Defect::leaked_turn) {
    last_user_ = user;
    last_ = history;
    last_.keep_last(2);
  }
  Kept& kept = histories_.at(key_of(user, conversation));
  if (kept.total != nullptr) bytes_ -= kept.history.bytes();
  kept.history = std::move(history);
  kept.total = &bytes_;
  bytes_ += kept.history.bytes();
}

void Conversations::forget(const std::string& user, const std::string& conversation) {
  histories_.erase(key_of(user, conversation));
}

}  // namespace agent
