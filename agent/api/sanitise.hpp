// Takes out of texts what must not leave: control characters, and what looks like an API key, which
// becomes kRedacted. It reads JSON text without its quotes, escapes and all, or plain text (a log
// line). One scan, no copy as long as there is nothing to take out. One text or stream each.
#pragma once

#include <string>
#include <string_view>

namespace agent {

inline constexpr std::string_view kRedacted = "[redacted]";

// The text as it may leave. Tabs and line ends stay, as bytes and as escapes.
std::string sanitised(std::string text);

// The same for a text that comes in pieces. What may yet become a key, or the rest of an escape, is
// held back: at most kHeldMax bytes, and nothing as long as no word begins like a key.
class Sanitiser {
 public:
  static constexpr std::size_t kHeldMax = 64;

  // What may leave of the text so far.
  std::string piece(std::string_view text);
  // The rest.
  std::string finish();

 private:
  void take(std::string_view text, bool whole, std::string& out);

  std::string held_;
  const char* in_key_ = nullptr;  // the rest of a key that was redacted may follow: of these bytes
  bool in_word_ = false;          // what went out last was a letter: no key begins behind it
};

}  // namespace agent
