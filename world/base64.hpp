// Base64 (RFC 4648, section 4, with padding), for bytes that have to stand in JSON. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace world {

std::string base64_of(std::string_view bytes);

// Nothing when the text is not base64. Strict: the alphabet, whole groups, padding only at the end.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace world
