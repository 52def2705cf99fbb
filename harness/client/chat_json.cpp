#include "harness/client/chat_json.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace harness {

namespace {

enum class Key : std::uint8_t {
  other, choices, message, delta, content, finish_reason, usage, completion_tokens, error
};

Key key_of(std::string_view name) {
  if (name == "choices") return Key::choices;
  if (name == "message") return Key::message;
  if (name == "delta") return Key::delta;
  if (name == "content") return Key::content;
  if (name == "finish_reason") return Key::finish_reason;
  if (name == "usage") return Key::usage;
  if (name == "completion_tokens") return Key::completion_tokens;
  if (name == "error") return Key::error;
  return Key::other;
}

// Follows where the parser is down to the depth that matters; deeper levels are only counted.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  Reader(ChatPiece& piece, Key carrier) : piece_(piece), carrier_(carrier) {}

  bool key(std::string& name) override {
    if (depth_ <= kDepth) keys_[depth_ - 1] = key_of(name);
    return true;
  }
  bool string(std::string& value) override {
    if (at_content()) piece_.content = std::move(value);
    if (at_finish_reason()) piece_.finish_reason = std::move(value);
    if (depth_ == 1 && keys_[0] == Key::error) piece_.has_error = true;
    return after_value();
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 2 && keys_[0] == Key::usage && keys_[1] == Key::completion_tokens) {
      piece_.completion_tokens = value;
    }
    return after_value();
  }
  bool null() override { return after_value(); }
  bool boolean(bool) override { return after_value(); }
  bool number_integer(number_integer_t) override { return after_value(); }
  bool number_float(number_float_t, const std::string&) override { return after_value(); }
  bool binary(binary_t&) override { return after_value(); }

  bool start_object(std::size_t) override {
    if (depth_ == 0) piece_.valid = true;
    if (depth_ == 1 && keys_[0] == Key::error) piece_.has_error = true;
    if (depth_ == 2 && in_choices() && index_ == 0) piece_.has_choice = true;
    return push(false);
  }
  bool start_array(std::size_t) override { return push(true); }
  bool end_object() override { return pop(); }
  bool end_array() override { return pop(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    piece_.valid = false;
    return false;
  }

 private:
  // Depths: 1 the document, 2 the array of choices, 3 a choice, 4 its message or delta.
  static constexpr std::size_t kDepth = 4;

  bool in_choices() const { return keys_[0] == Key::choices && arrays_[1]; }
  bool in_first_choice() const { return in_choices() && index_ == 0; }
  bool at_content() const {
    return depth_ == 4 && in_first_choice() && keys_[2] == carrier_ && keys_[3] == Key::content;
  }
  bool at_finish_reason() const {
    return depth_ == 3 && in_first_choice() && keys_[2] == Key::finish_reason;
  }
  bool push(bool array) {
    if (depth_ < kDepth) {
      arrays_[depth_] = array;
      keys_[depth_] = Key::other;
    }
    if (depth_ == 1) index_ = 0;
    ++depth_;
    return true;
  }
  bool pop() {
    --depth_;
    return after_value();
  }
  bool after_value() {
    if (depth_ == 2 && arrays_[1]) ++index_;
    return true;
  }

  ChatPiece& piece_;
  Key carrier_;
  std::array<Key, kDepth> keys_{};
  std::array<bool, kDepth> arrays_{};
  std::size_t depth_ = 0;
  std::size_t index_ = 0;  // in the array of choices
};

ChatPiece read(std::string_view json, Key carrier) {
  ChatPiece piece;
  Reader reader(piece, carrier);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) piece.valid = false;
  return piece;
}

}  // namespace

ChatPiece read_chat_answer(std::string_view json) { return read(json, Key::message); }
ChatPiece read_chat_chunk(std::string_view json) { return read(json, Key::delta); }

}  // namespace harness
