// Values of a file that was written by somebody, each checked for its type and its range before it
// is believed. Errors are MeasurementsError and name the key. Pure; any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "world/units.hpp"

namespace reports {

// Arrays and objects inside one another. Checked before parsing, because the parser's tree is
// destroyed recursively.
bool is_deeper_than(int depth_max, std::string_view text);

struct JsonValues {
  using Json = nlohmann::ordered_json;

  // Of one count; as many as a file can hold of them never pass 64 bits together.
  static constexpr std::uint64_t kCountMax = std::uint64_t{1} << 40;

  [[noreturn]] static void refuse(std::string_view key, std::string_view what);

  static const Json& member(const Json& object, const char* key);
  static const Json& list(const Json& object, const char* key);
  static const std::string& text(const Json& object, const char* key);
  static bool truth(const Json& object, const char* key);
  static std::uint64_t hex(const Json& object, const char* key);  // 16 digits
  static world::Instant instant(const Json& object, const char* key);  // ns; ten years before 0

  static std::uint64_t count(const Json& value, std::string_view key,
                             std::uint64_t max = kCountMax);
  static std::int64_t integer(const Json& value, std::string_view key);
};

}  // namespace reports
