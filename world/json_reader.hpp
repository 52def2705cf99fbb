// JsonReader walks over one JSON text (RFC 8259) and hands out slices of it, without building
// anything: a message of a prompt is taken, checked and passed on as the bytes that came. Strict:
// what it accepts is valid JSON in valid UTF-8, no deeper than the bound. After the first fault
// every call says no. The text must outlive the reader. Pure; any thread.
//   while (reader.next_key(key)) { if (key == "user") user = reader.take(); else reader.take(); }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace world {

enum class JsonType : std::uint8_t { none, null, boolean, number, string, array, object };

// Why a text is not read any further; `unexpected`: something else may stand there.
enum class JsonFault : std::uint8_t {
  none,
  ended,
  unexpected,
  too_deep,
  bad_utf8,
  control_character,
  bad_escape,
  lone_surrogate,
};

struct JsonValue {
  JsonType type = JsonType::none;
  std::string_view raw;  // as it stands in the text; strings with their quotes

  explicit operator bool() const { return type != JsonType::none; }
  bool is_true() const { return raw == "true"; }
  std::optional<std::int64_t> integer() const;  // nothing for 1.0, 1e3 and what passes 64 bits
  std::string_view inside() const { return raw.substr(1, raw.size() - 2); }  // of strings, arrays

  // A string's text, escapes resolved.
  std::string text() const;
};

class JsonReader {
 public:
  static constexpr std::size_t kDepthMax = 64;

  explicit JsonReader(std::string_view text, std::size_t depth_max = kDepthMax)
      : text_(text), depth_max_(depth_max) {}

  // The type of the value that comes next; none at the end.
  JsonType peek();

  // Takes '{' or '['; false, and a fault, when something else comes.
  bool enter_object() { return enter('{'); }
  bool enter_array() { return enter('['); }

  // The next key of the object, or the next item of the array, that was entered last: the value
  // behind it must then be taken or entered. False at its end, which is taken, and after a fault.
  // The key is valid until the next call of next_key.
  bool next_key(std::string_view& key);
  bool next_item();

  // Takes one value whole, checked to its last byte; type none after a fault.
  JsonValue take();

  // True when everything was valid and only white space is left.
  bool finished();

  bool failed() const { return fault_ != JsonFault::none; }

  // The first fault, and the offset of the byte that reading has come to, or failed at.
  JsonFault fault() const { return fault_; }
  std::size_t place() const { return place_; }

 private:
  bool enter(char open);
  bool leave_or_comma(char close);
  bool next_name(JsonValue& name);
  bool skip_value();
  bool skip_string();
  bool skip_escape();
  bool skip_number();
  bool skip_word(std::string_view word);
  void skip_space();
  bool fail() { return fail(place_ < text_.size() ? JsonFault::unexpected : JsonFault::ended); }
  bool fail(JsonFault fault) {
    if (fault_ == JsonFault::none) fault_ = fault;
    return false;
  }
  char now() const { return place_ < text_.size() ? text_[place_] : '\0'; }

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t depth_ = 0;
  std::size_t depth_max_;
  bool first_ = false;  // nothing was taken yet from what was entered last
  JsonFault fault_ = JsonFault::none;
  std::string key_;  // the last key, when it had escapes
};

// The member of an object, given as JSON text; type none when the text is no object or lacks it. Of
// repeated members the last counts.
JsonValue member_of(std::string_view object, std::string_view name);

}  // namespace world
