#include "agent/conversations/conversation_lock.hpp"

#include <algorithm>

namespace agent {

ConversationLocks::Turn::Turn(ConversationLocks& locks, std::string key)
    : locks_(locks), key_(std::move(key)), wait_(locks.clock_) {
  Line& line = locks_.lines_[key_];
  if (line.size() > locks_.waiting_max_) {
    refused_ = true;
    return;
  }
  line.push_back(&wait_);
  if (line.size() == 1) wait_.grant();
}

ConversationLocks::Turn::~Turn() {
  if (refused_) return;
  const auto found = locks_.lines_.find(key_);
  Line& line = found->second;
  const bool was_first = line.front() == &wait_;
  line.erase(std::find(line.begin(), line.end(), &wait_));
  if (line.empty()) {
    locks_.lines_.erase(found);
  } else if (was_first) {
    line.front()->grant();
  }
}

}  // namespace agent
