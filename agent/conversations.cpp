#include "agent/conversations.hpp"

namespace agent {
namespace {

// The length in front keeps ("a", "bc") and ("ab", "c") apart.
std::string key_of(const std::string& user, const std::string& conversation) {
  std::string key = std::to_string(user.size());
  key += ':';
  key += user;
  key += conversation;
  return key;
}

}  // namespace

History Conversations::read(const std::string& user, const std::string& conversation) {
  const History* history = histories_.find(key_of(user, conversation));
  return history == nullptr ? History{} : *history;
}

void Conversations::write(const std::string& user, const std::string& conversation,
                          History history) {
  history.keep_last(messages_max_);
  histories_.at(key_of(user, conversation)) = std::move(history);
}

}  // namespace agent
