// The messages of one conversation, kept as the JSON text that providers are sent: a prompt is one
// copy. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class History {
 public:
  // Adds one message, a JSON object.
  void add(std::string_view message);
  void add(const History& messages);

  // Drops the oldest messages until at most so many are left.
  void keep_last(std::size_t messages_max);

  std::string_view text() const { return text_; }  // joined by commas, without brackets
  std::size_t size() const { return sizes_.size(); }
  // Held in memory, in bytes.
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(text_.size() + sizes_.size() * sizeof(std::uint32_t));
  }
  void clear() {
    text_.clear();
    sizes_.clear();
  }

 private:
  std::string text_;
  std::vector<std::uint32_t> sizes_;  // of each message; below 4 GiB as bodies are bounded
};

}  // namespace agent
