#include "harness/scenario/schema_values.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace harness {

using json = nlohmann::json;
using world::Unit;

namespace {

std::string whole(const std::string& pattern) { return "^(" + pattern + ")$"; }

}  // namespace

std::string pattern_of(Unit unit) {
  switch (unit) {
    case Unit::plain: return "-?[0-9]+";
    case Unit::duration: return kDuration;
    case Unit::count: return R"([0-9]+(\.[0-9]+)?(k|M)?)";
    case Unit::bytes: return R"([0-9]+(\.[0-9]+)?(k|M|G|KiB|MiB|GiB)?)";
    case Unit::ppm: return R"([0-9]+(\.[0-9]+)?%)";
    case Unit::micro: return R"([0-9]+(\.[0-9]+)?)";
  }
  return "";
}

json text_matching(const std::string& pattern) {
  return {{"type", "string"}, {"pattern", whole(pattern)}};
}

json number_schema(Unit unit, std::int64_t low, std::int64_t high) {
  if (unit == Unit::duration || unit == Unit::ppm) return text_matching(pattern_of(unit));
  json schema = {{"type", json::array({"integer", "string"})},
                 {"pattern", whole(pattern_of(unit))}};
  if (unit == Unit::plain) schema = {{"type", "integer"}};
  if (unit == Unit::micro) {
    schema["type"] = json::array({"number", "string"});
    return schema;
  }
  schema["minimum"] = low;
  if (high != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = high;
  return schema;
}

json distribution_schema(Unit unit) {
  const std::string n = pattern_of(unit);
  const std::string argument = R"( *([a-z0-9]+ *= *)?)" + n + " *";
  const std::string pattern = n + R"(|(fixed|exp)\()" + argument + R"(\)|(uniform|lognormal)\()" +
                              argument + "," + argument + R"(\)|empirical\( *)" + n +
                              R"( *(, *)" + n + R"( *)*\))";
  json schema = text_matching(pattern);
  if (unit != Unit::duration) schema["type"] = json::array({"integer", "string"});
  return schema;
}

json window_schema(bool with_text) {
  const json duration = text_matching(kDuration);
  const auto described = [&duration](const char* doc) {
    json schema = duration;
    schema["description"] = doc;
    return schema;
  };
  json by_ends = {{"type", "object"},
                  {"additionalProperties", false},
                  {"required", {"from", "to"}},
                  {"properties",
                   {{"from", described("When it begins.")}, {"to", described("When it ends.")}}}};
  json by_length = {{"type", "object"},
                    {"additionalProperties", false},
                    {"required", {"start", "for"}},
                    {"properties",
                     {{"start", described("When it begins.")},
                      {"for", described("How long it lasts.")}}}};
  json text = with_text ? json{{"type", "string"}} : duration;
  return {{"anyOf", {std::move(text), std::move(by_ends), std::move(by_length)}}};
}

}  // namespace harness
