#include "agent/api/member_rule.hpp"

#include <charconv>

#include "agent/api/suggestion.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::JsonType;
using world::JsonValue;
using Index = JsonDocument::Index;

namespace {

struct TypeName {
  Types type;
  std::string_view name;
};
constexpr std::array<TypeName, 7> kTypeNames{{{kString, "string"},
                                              {kArray, "array"},
                                              {kObject, "object"},
                                              {kBoolean, "boolean"},
                                              {kInteger, "integer"},
                                              {kNumber, "number"},
                                              {kNull, "null"}}};

std::string text_of(double bound) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), bound, std::chars_format::fixed);
  return {digits, end.ptr};
}

bool is_bounded(const MemberRule& rule) { return rule.max > rule.min; }

bool is_type(const JsonValue& value, unsigned types) {
  switch (value.type) {
    case JsonType::null: return (types & kNull) != 0;
    case JsonType::boolean: return (types & kBoolean) != 0;
    case JsonType::string: return (types & kString) != 0;
    case JsonType::array: return (types & kArray) != 0;
    case JsonType::object: return (types & kObject) != 0;
    case JsonType::number:
      return (types & kNumber) != 0 || ((types & kInteger) != 0 && value.integer().has_value());
    case JsonType::none: break;
  }
  return false;
}

double number_in(const JsonValue& value) {
  double number = 0;
  std::from_chars(value.raw.data(), value.raw.data() + value.raw.size(), number);
  return number;
}

// Characters of a text, items of a list.
std::size_t length_of(const Field& field) {
  const JsonValue& value = field.value();
  if (value.type == JsonType::array) return field.reading.document.size(field.index);
  // Its bytes with their escapes are at least as many as its characters.
  return value.raw.size() - 2;
}

bool check_bounds(const Field& field, const MemberRule& rule) {
  if (!is_bounded(rule)) return true;
  const JsonValue& value = field.value();
  FieldErrors& errors = field.reading.errors;
  if (value.type == JsonType::number) {
    const double number = number_in(value);
    if (number >= rule.min && number <= rule.max) return true;
    return errors.refuse(field.path, expected_of(rule), value);
  }
  const bool is_text = value.type == JsonType::string;
  if (!is_text && value.type != JsonType::array) return true;
  double length = static_cast<double>(length_of(field));
  if (length >= rule.min && length <= rule.max) return true;
  if (is_text) length = static_cast<double>(value.text().size());
  if (length >= rule.min && length <= rule.max) return true;
  const std::string got = is_text ? "a string of " + text_of(length) + " bytes"
                                  : "an array of " + text_of(length) + " items";
  return errors.refuse_shown(field.path, expected_of(rule), got);
}

bool check_choice(const Field& field, const MemberRule& rule) {
  const JsonValue& value = field.value();
  if (rule.choices.empty() || value.type != JsonType::string) return true;
  const std::string word = value.text();
  for (const std::string_view choice : rule.choices) {
    if (choice == word) return true;
  }
  return field.reading.errors.refuse(field.path, expected_of(rule), value,
                                     did_you_mean(nearest(word, rule.choices)));
}

const MemberRule* find_rule(std::span<const MemberRule> rules, std::string_view name) {
  for (const MemberRule& rule : rules) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

// The name of a rule whose member is missing, and that this one may be meant for.
std::string_view meant_by(std::string_view key, std::span<const MemberRule> rules,
                          const Members& members) {
  std::array<std::string_view, kRulesMax> missing;
  std::size_t count = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (members.at[i] == JsonDocument::kNone) missing[count++] = rules[i].name;
  }
  return nearest(key, Choices(missing).first(count));
}

// Members without a rule: misspelt, passed on, or nobody's business.
bool read_unknown(const Field& object, std::span<const MemberRule> rules, Members& members,
                  Unknown unknown) {
  const JsonDocument& document = object.reading.document;
  bool good = true;
  for (Index i = document.first(object.index); i < document.end(object.index);
       i = document.next(i)) {
    const std::string_view key = document.at(i).key;
    if (find_rule(rules, key) != nullptr) continue;
    const Field field = object.member(i);
    const std::string_view meant = meant_by(key, rules, members);
    if (!meant.empty()) {
      const auto place = static_cast<std::size_t>(find_rule(rules, meant) - rules.data());
      members.at[place] = i;  // what is misspelt is not missing, too
      good = object.reading.errors.refuse_shown(field.path, "a known field", quoted_excerpt(key),
                                                did_you_mean(meant));
    } else if (unknown == Unknown::passed_on) {
      pass_on(field, key);
    }
  }
  return good;
}

}  // namespace

std::string expected_of(const MemberRule& rule) {
  std::string text;
  if (!rule.choices.empty()) {
    text = "one of ";
    for (std::size_t i = 0; i < rule.choices.size(); ++i) {
      if (i > 0) text += ", ";
      text += rule.choices[i];
    }
    if ((rule.types & ~unsigned{kString}) == 0) return text;
    text += " or ";
  }
  bool first = true;
  for (const TypeName& type : kTypeNames) {
    if ((rule.types & type.type) == 0) continue;
    if (type.type == kString && !rule.choices.empty()) continue;
    if (!std::exchange(first, false)) text += " or ";
    text += type.name;
  }
  if (!is_bounded(rule)) return text;
  if ((rule.types & (kInteger | kNumber)) != 0) {
    return text + " between " + text_of(rule.min) + " and " + text_of(rule.max);
  }
  const std::string unit = (rule.types & kArray) != 0 ? " items" : " bytes";
  if (rule.min > 0) return text + " of " + text_of(rule.min) + " to " + text_of(rule.max) + unit;
  return text + " of at most " + text_of(rule.max) + unit;
}

bool check(const Field& field, const MemberRule& rule) {
  if (rule.types == kAny) return true;
  const JsonValue& value = field.value();
  if (is_type(value, rule.types)) return check_bounds(field, rule) && check_choice(field, rule);
  // Of a wrong type altogether, the bounds are not what matters; of an integer too large they are.
  const bool is_number = value.type == JsonType::number && (rule.types & kInteger) != 0;
  MemberRule plain = rule;
  if (!is_number) plain.min = plain.max = 0;
  std::string suggestion;
  if (value.type == JsonType::string) suggestion = without_quotes(value.text(), rule.types);
  return field.reading.errors.refuse(field.path, expected_of(plain), value, suggestion);
}

bool read_members(const Field& object, std::span<const MemberRule> rules, Members& members,
                  Unknown unknown) {
  const JsonDocument& document = object.reading.document;
  FieldErrors& errors = object.reading.errors;
  if (object.value().type != JsonType::object) {
    return errors.refuse(object.path, "object", object.value());
  }
  bool good = true;
  bool has_unknown = false;
  for (Index i = document.first(object.index); i < document.end(object.index);
       i = document.next(i)) {
    const MemberRule* rule = find_rule(rules, document.at(i).key);
    if (rule == nullptr) {
      has_unknown = true;
      continue;
    }
    members.at[static_cast<std::size_t>(rule - rules.data())] = i;
    const Field field = object.member(i);
    const bool is_null = field.value().type == JsonType::null;
    if (is_null && !rule->required && (rule->types & kNull) == 0) continue;
    const bool right = check(field, *rule) && (rule->read == nullptr || rule->read(field));
    if (right && rule->passed_on) pass_on(field, rule->name);
    good = good && right;
  }
  if (has_unknown) good = read_unknown(object, rules, members, unknown) && good;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i].required || members.at[i] != JsonDocument::kNone) continue;
    MemberRule plain = rules[i];
    plain.min = plain.max = 0;
    const Path missing{&object.path, rules[i].name};
    good = errors.refuse(missing, expected_of(plain), JsonValue{},
                         "add '" + std::string(rules[i].name) + "'");
  }
  return good;
}

bool read_members(const Field& object, std::span<const MemberRule> rules) {
  Members members;
  return read_members(object, rules, members, Unknown::ignored);
}

void pass_on(const Field& field, std::string_view name) {
  std::string& others = field.reading.request.others;
  others += ',';
  world::append_json_string(others, name);
  others += ':';
  others += field.value().raw;
}

}  // namespace agent
