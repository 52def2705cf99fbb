// MemberRule: what one member of a request may be, as a row of a table: its types, bounds, choices,
// and what becomes of it. The same rows check requests, name what was expected, suggest a name for
// one that is misspelt, and write the JSON Schema. Pure but for what `read` does; one request.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "agent/api/field_errors.hpp"
#include "agent/api/json_document.hpp"
#include "agent/api/request.hpp"

namespace agent {

// A request that is being read.
struct Reading {
  const JsonDocument& document;
  const RequestLimits& limits;
  Request& request;
  FieldErrors& errors;
};

// One value of it, with its way from the root.
struct Field {
  const Reading& reading;
  JsonDocument::Index index;
  Path path;

  const world::JsonValue& value() const { return reading.document.at(index).value; }
  // The member or the item at `index`, which is in this value.
  Field member(JsonDocument::Index at) const {
    return {reading, at, Path{&path, reading.document.at(at).key}};
  }
  Field item(JsonDocument::Index at, std::size_t number) const {
    return {reading, at, Path{&path, {}, static_cast<std::int64_t>(number)}};
  }
};

enum Types : unsigned {
  kAny = 0,
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kNumber = 8,
  kString = 16,
  kArray = 32,
  kObject = 64,
};

using Choices = std::span<const std::string_view>;

struct MemberRule {
  std::string_view name;
  unsigned types = kAny;  // null is also taken, as if it were missing, unless `required`
  std::string_view doc = {};
  double min = 0;  // of a number; of texts and lists, of their characters and items
  double max = 0;  // equal to min: no bounds
  Choices choices = {};  // of texts
  bool (*read)(const Field&) = nullptr;  // a value that is right and not null
  bool passed_on = false;                // to the provider, as it came
  bool required = false;
};

inline constexpr std::size_t kRulesMax = 64;

// Where each rule's member stands, by the rule's place in its table.
struct Members {
  std::array<JsonDocument::Index, kRulesMax> at;
  Members() { at.fill(JsonDocument::kNone); }
};

// What becomes of a member that has no rule and is no misspelt name of one that is missing.
enum class Unknown : std::uint8_t { ignored, passed_on };

// Reads the members of an object by the rules. False: something is wrong, and said. An object that
// is none is said so, too.
bool read_members(const Field& object, std::span<const MemberRule> rules, Members& members,
                  Unknown unknown);
bool read_members(const Field& object, std::span<const MemberRule> rules);

// Whether a value is what the rule says; if not, it is said.
bool check(const Field& field, const MemberRule& rule);

// "string or array", "integer between 1 and 128", "one of a, b, c"
std::string expected_of(const MemberRule& rule);

// Adds `,"name":value` to what the provider gets.
void pass_on(const Field& field, std::string_view name);

}  // namespace agent
