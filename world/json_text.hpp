// Writing JSON by appending to one string: text as a JSON string, and numbers. For hot paths that
// render the same shape again and again; everything else may use nlohmann. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace world {

// Appends `text` as a JSON string, quotes included. Control characters are escaped; each byte that
// is not valid UTF-8 becomes U+FFFD, so the result is valid JSON whatever comes in.
void append_json_string(std::string& out, std::string_view text);

// Appends JSON without the white space between its tokens, line breaks included.
void append_compact_json(std::string& out, std::string_view json);

void append_integer(std::string& out, std::int64_t value);

// 16 lower-case hex digits.
void append_hex(std::string& out, std::uint64_t value);

// How many bytes the well-formed UTF-8 sequence at the front of `text` has; 0 when it has none
// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text);

}  // namespace world
