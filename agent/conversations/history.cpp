#include "agent/conversations/history.hpp"

#include <algorithm>

namespace agent {

void History::add(std::string_view message) {
  if (!sizes_.empty()) text_ += ',';
  text_ += message;
  sizes_.push_back(static_cast<std::uint32_t>(message.size()));
}

void History::add(const History& messages) {
  if (messages.size() == 0) return;
  if (!sizes_.empty()) text_ += ',';
  text_ += messages.text_;
  sizes_.insert(sizes_.end(), messages.sizes_.begin(), messages.sizes_.end());
}

void History::keep_last(std::size_t messages_max) {
  if (sizes_.size() <= messages_max) return;
  const std::size_t drop = sizes_.size() - messages_max;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < drop; ++i) bytes += sizes_[i] + 1;  // with its comma
  text_.erase(0, std::min(bytes, text_.size()));
  sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(drop));
}

}  // namespace agent
