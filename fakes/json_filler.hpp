// Makes a JSON text that a JSON schema allows, as small as the required members let it be: what a
// fake gives a tool that it must call, and whoever asked for JSON. It heeds const, default, enum,
// type, format, bounds of numbers and lengths, items, properties, required, anyOf, oneOf, allOf and
// references within the schema; not `pattern`, `not`, or conditions. Bounded in depth and size:
// what lies deeper, or comes later, is left empty. Pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fakes {

inline constexpr std::size_t kSchemaBytesMax = 256 << 10;  // what is larger allows anything
inline constexpr int kFillDepthMax = 12;
inline constexpr int kFillValuesMax = 1'000;

// `word` is what strings say that may say anything. An empty schema, and a text that is none,
// allows any object.
std::string fill_schema(std::string_view schema, std::string_view word);

}  // namespace fakes
