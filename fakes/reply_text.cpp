#include "fakes/reply_text.hpp"

#include <zlib.h>

#include <charconv>

#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::string_view kEnd = " [end ";

std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0) {
  if (text.empty()) return before;  // zlib takes an empty buffer for a request to begin anew
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return static_cast<std::uint32_t>(crc32_z(before, bytes, text.size()));
}

void append_checksum(std::string& out, std::int64_t tokens, std::uint32_t crc) {
  out += kEnd;
  world::append_integer(out, tokens);
  out += ' ';
  std::string hex;
  world::append_hex(hex, crc);
  out.append(hex, 8);
  out += ']';
}

}  // namespace

ReplyText ReplyText::checkable(std::string canary, std::int64_t tokens, bool cut_off,
                               Words& words) {
  ReplyText text;
  text.canary_ = std::move(canary);
  text.tokens_ = tokens;
  text.has_checksum_ = !cut_off && tokens >= 2;
  text.words_ = &words;
  return text;
}

ReplyText ReplyText::literal(std::string_view raw, std::int64_t tokens_max) {
  auto made = std::make_shared<Literal>();
  std::size_t from = 0;
  while (from < raw.size() && static_cast<std::int64_t>(made->ends.size()) < tokens_max) {
    // A token is a word with the space before it, as tokenizers cut.
    std::size_t to = raw.find_first_of(" \n", from + 1);
    if (to == std::string_view::npos) to = raw.size();
    std::string quoted;
    world::append_json_string(quoted, raw.substr(from, to - from));
    made->json.append(quoted, 1, quoted.size() - 2);
    made->ends.push_back(static_cast<std::uint32_t>(made->json.size()));
    from = to;
  }
  ReplyText text;
  text.tokens_ = static_cast<std::int64_t>(made->ends.size());
  text.literal_ = std::move(made);
  return text;
}

std::string_view ReplyText::token(std::int64_t n) const {
  if (literal_) {
    const auto i = static_cast<std::size_t>(n) - 1;
    const std::size_t from = i == 0 ? 0 : literal_->ends[i - 1];
    return std::string_view(literal_->json).substr(from, literal_->ends[i] - from);
  }
  if (n == 1) return canary_;
  if (n < tokens_ || !has_checksum_) return words_->token(n);
  if (last_.empty()) {
    append_checksum(last_, tokens_, crc_of(words_->up_to(tokens_ - 1), crc_of(canary_)));
  }
  return last_;
}

void ReplyText::append_all(std::string& out) const {
  if (tokens_ == 0) return;
  if (literal_) {
    out += literal_->json;
    return;
  }
  out += canary_;
  out += words_->up_to(has_checksum_ ? tokens_ - 1 : tokens_);
  if (has_checksum_) out += token(tokens_);
}

std::string checksum_token(std::int64_t tokens, std::string_view before) {
  std::string token;
  append_checksum(token, tokens, crc_of(before));
  return token;
}

TextCheck check_text(std::string_view text) {
  const std::size_t end = text.rfind(kEnd);
  if (end == std::string_view::npos) return TextCheck::no_end;
  std::int64_t tokens = 0;
  const std::string_view number = text.substr(end + kEnd.size());
  const auto read = std::from_chars(number.data(), number.data() + number.size(), tokens);
  if (read.ec != std::errc()) return TextCheck::no_end;
  return text.substr(end) == checksum_token(tokens, text.substr(0, end)) ? TextCheck::whole
                                                                         : TextCheck::wrong;
}

}  // namespace fakes
