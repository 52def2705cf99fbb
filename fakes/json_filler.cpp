#include "fakes/json_filler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

// The keywords of one schema that are heeded.
struct Keywords {
  JsonValue type, constant, fallback, values, any_of, one_of, all_of, reference, properties,
      required, items, min_items, min_length, max_length, minimum, maximum, above, below, format,
      multiple_of;
};

constexpr std::pair<std::string_view, JsonValue Keywords::*> kKeywords[] = {
    {"type", &Keywords::type},
    {"const", &Keywords::constant},
    {"default", &Keywords::fallback},
    {"enum", &Keywords::values},
    {"anyOf", &Keywords::any_of},
    {"oneOf", &Keywords::one_of},
    {"allOf", &Keywords::all_of},
    {"$ref", &Keywords::reference},
    {"properties", &Keywords::properties},
    {"required", &Keywords::required},
    {"items", &Keywords::items},
    {"minItems", &Keywords::min_items},
    {"minLength", &Keywords::min_length},
    {"maxLength", &Keywords::max_length},
    {"minimum", &Keywords::minimum},
    {"maximum", &Keywords::maximum},
    {"exclusiveMinimum", &Keywords::above},
    {"exclusiveMaximum", &Keywords::below},
    {"format", &Keywords::format},
    {"multipleOf", &Keywords::multiple_of},
};

Keywords read_keywords(std::string_view schema) {
  Keywords found;
  JsonReader reader(schema);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return found;
  while (reader.next_key(key)) {
    JsonValue Keywords::*to = nullptr;
    for (const auto& [name, member] : kKeywords) {
      if (name == key) to = member;
    }
    const JsonValue value = reader.take();
    if (to != nullptr) found.*to = value;
  }
  return found;
}

JsonValue first_of(const JsonValue& array) {
  if (array.type != JsonType::array) return {};
  JsonReader reader(array.raw);
  return reader.enter_array() && reader.next_item() ? reader.take() : JsonValue{};
}

// Of several schemas, or names of types, the first that is more than null.
JsonValue first_that_says(const JsonValue& array) {
  if (array.type != JsonType::array) return {};
  JsonReader reader(array.raw);
  reader.enter_array();
  JsonValue first;
  while (reader.next_item()) {
    const JsonValue item = reader.take();
    if (!first) first = item;
    const bool null = item.raw == R"("null")" || member_of(item.raw, "type").raw == R"("null")";
    if (!null) return item;
  }
  return first;
}

std::set<std::string> texts_in(const JsonValue& array) {
  std::set<std::string> texts;
  if (array.type != JsonType::array) return texts;
  JsonReader reader(array.raw);
  reader.enter_array();
  while (reader.next_item()) {
    const JsonValue item = reader.take();
    if (item.type == JsonType::string) texts.insert(item.text());
  }
  return texts;
}

// `#/$defs/City` in the whole schema.
JsonValue resolve(std::string_view whole, const JsonValue& reference) {
  const std::string path = reference.type == JsonType::string ? reference.text() : std::string();
  if (!path.starts_with('#')) return {};
  JsonValue at{JsonType::object, whole};
  std::string_view rest = std::string_view(path).substr(1);
  while (rest.starts_with('/')) {
    rest.remove_prefix(1);
    const std::string_view name = rest.substr(0, rest.find('/'));
    at = member_of(at.raw, name);
    rest.remove_prefix(name.size());
  }
  return at;
}

std::string_view type_of(const Keywords& k) {
  const JsonValue type = k.type.type == JsonType::array ? first_that_says(k.type) : k.type;
  if (type.type == JsonType::string) return type.raw;
  if (k.properties || k.required) return R"("object")";
  if (k.items || k.min_items) return R"("array")";
  const bool number = k.minimum || k.maximum || k.above || k.below || k.multiple_of;
  return number ? R"("number")" : R"("string")";
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kFormats = {{
    {"date-time", "2025-01-01T00:00:00Z"},
    {"date", "2025-01-01"},
    {"time", "00:00:00Z"},
    {"duration", "PT1S"},
    {"email", "user@example.com"},
    {"hostname", "example.com"},
    {"ipv4", "192.0.2.1"},
    {"uri", "https://example.com/"},
    {"uuid", "00000000-0000-4000-8000-000000000000"},
}};

void append_text(std::string& out, const Keywords& k, std::string_view word) {
  static constexpr std::int64_t most = 10'000;
  std::string text(word);
  for (const auto& [name, sample] : kFormats) {
    if (k.format.type == JsonType::string && k.format.inside() == name) text = sample;
  }
  const auto length = [](const JsonValue& bound, std::int64_t otherwise) {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(bound.integer().value_or(otherwise), 0, most));
  };
  text.resize(std::min(text.size(), length(k.max_length, most)));
  text.resize(std::max(text.size(), length(k.min_length, 0)), 'x');
  world::append_json_string(out, text);
}

double number_in(const JsonValue& value) {
  return std::strtod(std::string(value.raw).c_str(), nullptr);
}

// 0 if that is within the bounds; or else what is next to one of them.
void append_number(std::string& out, const Keywords& k, bool whole) {
  double least = -HUGE_VAL;
  double most = HUGE_VAL;
  const double step = k.multiple_of ? std::max(number_in(k.multiple_of), 0.0) : whole ? 1.0 : 0.0;
  if (k.minimum.type == JsonType::number) least = number_in(k.minimum);
  if (k.maximum.type == JsonType::number) most = number_in(k.maximum);
  double found = std::clamp(0.0, least, std::max(least, most));
  if (step > 0) {
    const double steps = found / step;
    found = (found < 0 ? std::floor(steps) : std::ceil(steps)) * step;
  }
  const double beside = step > 0 ? step : 0.5;
  if (k.above.type == JsonType::number && found <= number_in(k.above)) {
    found = step > 0 ? (std::floor(number_in(k.above) / step) + 1) * step
                     : number_in(k.above) + beside;
  } else if (k.below.type == JsonType::number && found >= number_in(k.below)) {
    found = step > 0 ? (std::ceil(number_in(k.below) / step) - 1) * step
                     : number_in(k.below) - beside;
  }
  if (!std::isfinite(found)) found = 0;
  constexpr double exact = 1e15;
  if (found == std::floor(found) && std::abs(found) < exact) {
    world::append_integer(out, static_cast<std::int64_t>(found));
    return;
  }
  std::array<char, 40> digits{};
  const int size = std::snprintf(digits.data(), digits.size(), "%.15g", found);
  out.append(digits.data(), static_cast<std::size_t>(size));
}

class Filler {
 public:
  Filler(std::string_view schema, std::string_view word) : whole_(schema), word_(word) {}

  void fill(std::string_view schema, int depth) {
    const Keywords k = read_keywords(schema);
    const JsonValue given = k.constant ? k.constant : k.values ? first_of(k.values) : k.fallback;
    if (given) {
      world::append_compact_json(out, given.raw);
      return;
    }
    const bool spent = depth >= kFillDepthMax || ++values_ > kFillValuesMax;
    JsonValue other = k.reference ? resolve(whole_, k.reference) : JsonValue{};
    if (!other) other = first_that_says(k.any_of);
    if (!other) other = first_that_says(k.one_of);
    if (!other && !k.properties) other = first_of(k.all_of);
    if (other && !spent) return fill(other.raw, depth + 1);
    const std::string_view type = type_of(k);
    if (type == R"("object")") return fill_object(k, spent, depth);
    if (type == R"("array")") return fill_array(k, spent, depth);
    if (type == R"("integer")") return append_number(out, k, true);
    if (type == R"("number")") return append_number(out, k, false);
    if (type == R"("boolean")" || type == R"("null")") {
      out += type == R"("null")" ? "null" : "true";
      return;
    }
    append_text(out, k, word_);
  }

  std::string out;

 private:
  void fill_object(const Keywords& k, bool spent, int depth) {
    std::set<std::string> required = texts_in(k.required);
    bool first = true;
    const auto begin_member = [&](std::string_view name) {
      out += first ? "" : ", ";
      first = false;
      world::append_json_string(out, name);
      out += ": ";
    };
    out += '{';
    if (!spent && k.properties.type == JsonType::object) {
      JsonReader reader(k.properties.raw);
      std::string_view key;
      reader.enter_object();
      while (reader.next_key(key)) {
        const std::string name(key);
        const JsonValue schema = reader.take();
        if (required.erase(name) == 0) continue;
        begin_member(name);
        fill(schema.raw, depth + 1);
      }
    }
    for (const std::string& name : required) {  // of which nothing else is known
      if (spent || ++values_ > kFillValuesMax) break;
      begin_member(name);
      world::append_json_string(out, word_);
    }
    out += '}';
  }

  void fill_array(const Keywords& k, bool spent, int depth) {
    const std::int64_t wanted = k.min_items.integer().value_or(0);
    out += '[';
    for (std::int64_t n = 0; n < wanted && !spent && values_ <= kFillValuesMax; ++n) {
      if (n > 0) out += ", ";
      fill(k.items ? k.items.raw : std::string_view("{}"), depth + 1);
    }
    out += ']';
  }

  std::string_view whole_;
  std::string_view word_;
  int values_ = 0;
};

}  // namespace

std::string fill_schema(std::string_view schema, std::string_view word) {
  JsonReader reader(schema);
  const bool usable = schema.size() <= kSchemaBytesMax && reader.peek() == JsonType::object;
  if (!usable) return "{}";
  Filler filler(schema, word);
  filler.fill(schema, 0);
  return std::move(filler.out);
}

}  // namespace fakes
