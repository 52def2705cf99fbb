// The words of every answer: token n is " tn", so that a reader sees at once which are missing. The
// text is made once and grows to the longest answer asked for; the caller's bound on tokens bounds
// it. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fakes {

class Words {
 public:
  // Token n as text, n >= 2: the first token of an answer is its canary. Valid until the next call.
  std::string_view token(std::int64_t n);

  // Tokens 2 to n as one text; empty below 2. Valid until the next call.
  std::string_view up_to(std::int64_t n);

 private:
  void grow(std::int64_t n);

  std::string text_;
  std::vector<std::size_t> ends_{0, 0};  // of token n in text_; tokens 0 and 1 have no text here
};

}  // namespace fakes
