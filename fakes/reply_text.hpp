// The text of one answer, token by token, already in JSON's spelling. Checkable text is numbered
// and ends in a checksum, so that a reader finds by content what was lost, doubled or mixed up:
//   [reply u17.s2.t5] t2 t3 [end 4 5c9f0a1e]
// Other text is cut into tokens at its words. The Words must outlive it. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/words.hpp"

namespace fakes {

class ReplyText {
 public:
  ReplyText() = default;  // no tokens at all

  // Token 1 is the canary; the last of two or more is the checksum, unless the answer was cut off.
  static ReplyText checkable(std::string canary, std::int64_t tokens, bool cut_off, Words& words);

  // Bytes that are not UTF-8 become U+FFFD, as JSON demands. Cut off after `tokens_max`.
  static ReplyText literal(std::string_view text, std::int64_t tokens_max);

  std::int64_t tokens() const { return tokens_; }

  // Token n, 1 <= n <= tokens(), as the inside of a JSON string. Valid until the next call.
  std::string_view token(std::int64_t n) const;

  // All tokens together, appended.
  void append_all(std::string& out) const;

 private:
  struct Literal {
    std::string json;
    std::vector<std::uint32_t> ends;  // of token n, at n - 1
  };

  std::string canary_;
  std::int64_t tokens_ = 0;
  bool has_checksum_ = false;
  Words* words_ = nullptr;
  std::shared_ptr<const Literal> literal_;
  mutable std::string last_;  // the checksum's token, once it was asked for
};

// "[end 4 5c9f0a1e]": how many tokens, this one included, and the CRC-32 of the text before it.
std::string checksum_token(std::int64_t tokens, std::string_view before);

// What checkable text tells of itself.
enum class TextCheck : std::uint8_t { whole, no_end, wrong };

// Whole: it begins with a canary and ends with the right checksum. No end: it has no checksum, as
// when it was cut off. Wrong: it has one, and the text before it is another. For readers of
// answers; the text has its JSON escapes resolved.
TextCheck check_text(std::string_view text);

}  // namespace fakes
