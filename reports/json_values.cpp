#include "reports/json_values.hpp"

#include <nlohmann/json.hpp>

#include "reports/read_measurements.hpp"

namespace reports {

bool is_deeper_than(int depth_max, std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > depth_max) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

void JsonValues::refuse(std::string_view key, std::string_view what) {
  throw MeasurementsError("`" + std::string(key) + "` " + std::string(what));
}

const JsonValues::Json& JsonValues::member(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) refuse(key, "is missing");
  return object.at(key);
}

const JsonValues::Json& JsonValues::list(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_array()) refuse(key, "is not a list");
  return value;
}

const std::string& JsonValues::text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_string()) refuse(key, "is not text");
  return value.get_ref<const std::string&>();
}

bool JsonValues::truth(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_boolean()) refuse(key, "is neither true nor false");
  return value.get<bool>();
}

std::uint64_t JsonValues::hex(const Json& object, const char* key) {
  const std::string& digits = text(object, key);
  if (digits.size() != 16 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    refuse(key, "is not 16 hex digits");
  return std::stoull(digits, nullptr, 16);
}

world::Instant JsonValues::instant(const Json& object, const char* key) {
  constexpr std::int64_t kEarliest = -315'360'000'000'000'000;
  const std::int64_t ns = integer(member(object, key), key);
  if (ns < kEarliest) refuse(key, "is out of range");
  return world::at(world::Nanos(ns));
}

std::uint64_t JsonValues::count(const Json& value, std::string_view key, std::uint64_t max) {
  if (!value.is_number_unsigned()) refuse(key, "is not a count");
  const auto n = value.get<std::uint64_t>();
  if (n > max) refuse(key, "is " + std::to_string(n) + ", beyond " + std::to_string(max));
  return n;
}

std::int64_t JsonValues::integer(const Json& value, std::string_view key) {
  if (!value.is_number_integer()) refuse(key, "is not an integer");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)
    refuse(key, "is out of range");
  return value.get<std::int64_t>();
}

}  // namespace reports
