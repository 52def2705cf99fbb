#include "harness/scenario/schema.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "fakes/faults/table.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"

namespace harness {
namespace {

using json = nlohmann::json;
using world::Unit;

const char* kDuration = R"([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h|d))";
const char* kName = "^[A-Za-z0-9_-]{1,64}$";

std::string whole(const std::string& pattern) { return "^(" + pattern + ")$"; }

// Numbers with a unit, as text; bare where the unit allows it.
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

json window_form(const char* first, const char* doc, const char* second, const char* other_doc) {
  json properties = {{first, text_matching(kDuration)}, {second, text_matching(kDuration)}};
  properties[first]["description"] = doc;
  properties[second]["description"] = other_doc;
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", {first, second}},
          {"properties", std::move(properties)}};
}

json window_schema(bool with_text) {
  json by_ends = window_form("from", "When it begins.", "to", "When it ends.");
  json by_length = window_form("start", "When it begins.", "for", "How long it lasts.");
  json text = with_text ? json{{"type", "string"}} : text_matching(kDuration);
  return {{"anyOf", {std::move(text), std::move(by_ends), std::move(by_length)}}};
}

template <class T>
struct Tag {};

template <class F, class T>
json schema_of(const F& field, Tag<T>);

template <class T>
json object_of();

// Members of a type; `field` carries unit and bounds.
template <class F>
json schema_of(const F&, Tag<bool>) { return {{"type", "boolean"}}; }
template <class F>
json schema_of(const F&, Tag<std::string>) { return {{"type", "string"}}; }
template <class F>
json schema_of(const F&, Tag<world::Nanos>) { return text_matching(kDuration); }
template <class F>
json schema_of(const F&, Tag<world::Rate>) {
  return text_matching(R"([0-9]+(\.[0-9]+)?/(s|min|h|d))");
}
template <class F>
json schema_of(const F& f, Tag<world::Distribution>) {
  return distribution_schema(f.unit);
}
template <class F>
json schema_of(const F&, Tag<std::map<std::string, std::string>>) {
  return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
}
template <class F>
json schema_of(const F&, Tag<Users>) {
  return {{"anyOf",
           {{{"type", "integer"}, {"minimum", 1}, {"maximum", kUsersMax}},
            text_matching(R"([0-9]+k?|(uniform|round_robin)\([^()]+\)|zipf\([^()]+\))"),
            {{"type", "object"}, {"minProperties", 1}}}}};
}
template <class F>
json schema_of(const F&, Tag<Sessions>) {
  json turns = {{"turns_per_session", {{"type", "integer"}, {"minimum", 1}}}};
  turns["turns_per_session"]["description"] = "Turns until a user begins another session.";
  return {{"anyOf",
           {{{"enum", {"one per user", "one per request"}}},
            {{"type", "object"},
             {"additionalProperties", false},
             {"required", json::array({"turns_per_session"})},
             {"properties", std::move(turns)}}}}};
}
template <class F>
json schema_of(const F&, Tag<world::CountRange>) {
  return {{"type", json::array({"integer", "string"})},
          {"minimum", 0},
          {"pattern", R"(^[0-9]+(\.\.[0-9]*)?$)"}};
}
template <class F>
json schema_of(const F&, Tag<JsonText>) { return json::object(); }
template <class F>
json schema_of(const F&, Tag<Arrivals>);
template <class F, class T>
json schema_of(const F& f, Tag<std::optional<T>>) {
  return schema_of(f, Tag<T>{});
}
template <class F, class T>
json schema_of(const F& f, Tag<std::vector<T>>) {
  auto element = f;
  element.low = std::numeric_limits<std::int64_t>::min();
  element.high = std::numeric_limits<std::int64_t>::max();
  json schema = {{"type", "array"}, {"items", schema_of(element, Tag<T>{})}, {"minItems", f.low}};
  if (f.high != std::numeric_limits<std::int64_t>::max()) schema["maxItems"] = f.high;
  return schema;
}
template <class F, class T>
json schema_of(const F& f, Tag<T>) {
  if constexpr (std::is_enum_v<T>) {
    json names = json::array();
    for (const auto& choice : choices(T{})) names.push_back(std::string(choice.name));
    return {{"enum", std::move(names)}};
  } else if constexpr (world::Described<T>) {
    return object_of<T>();
  } else {
    static_assert(std::is_integral_v<T>);
    if (f.low == std::numeric_limits<std::int64_t>::min()) return {{"type", "integer"}};
    return number_schema(f.unit, f.low, f.high);
  }
}

// Defaults as the file would say them; nothing for what has no short form.
template <class F, class T>
json default_of(const F& f, const T& value) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, world::Nanos>) {
    return format_duration(value);
  } else if constexpr (std::is_same_v<T, world::Rate>) {
    return format_rate(value);
  } else if constexpr (std::is_same_v<T, world::Distribution>) {
    return format_distribution(value, f.unit);
  } else if constexpr (std::is_integral_v<T>) {
    if (f.unit == Unit::plain) return value;
    return format_quantity(static_cast<std::int64_t>(value), f.unit);
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& choice : choices(value)) {
      if (choice.value == value) return std::string(choice.name);
    }
    return nullptr;
  } else {
    return nullptr;
  }
}
template <class F, class T>
json default_of(const F& f, const std::vector<T>& values) {
  json list = json::array();
  for (const T& value : values) list.push_back(default_of(f, value));
  return list.empty() || list.front().is_null() ? json(nullptr) : list;
}

template <class T>
json properties_of() {
  json properties = json::object();
  const T defaults{};
  world::for_each_field<T>([&](const auto& f) {
    using Member = std::remove_cvref_t<decltype(defaults.*(f.member))>;
    json property = schema_of(f, Tag<Member>{});
    property["description"] = std::string(f.doc);
    if (!f.is_required) {
      json value = default_of(f, defaults.*(f.member));
      if (!value.is_null() && value != "") property["default"] = std::move(value);
    }
    properties[std::string(f.name)] = std::move(property);
  });
  return properties;
}

template <class T>
json required_of() {
  json names = json::array();
  world::for_each_field<T>([&](const auto& f) {
    if (f.is_required) names.push_back(std::string(f.name));
  });
  return names;
}

template <class T>
json object_of() {
  json schema = {{"type", json::array({"object", "null"})},
                 {"additionalProperties", false},
                 {"properties", properties_of<T>()}};
  if (json required = required_of<T>(); !required.empty()) {
    schema["type"] = "object";
    schema["required"] = std::move(required);
  }
  return schema;
}

// The value of a kind's key: a map of its fields, or the first field alone.
template <class T>
json kind_value(std::string_view doc) {
  json any = json::array();
  any.push_back(object_of<T>());
  const json properties = properties_of<T>();
  bool first = true;
  world::for_each_field<T>([&](const auto& f) {
    if (std::exchange(first, false)) any.push_back(properties.at(std::string(f.name)));
  });
  return {{"description", std::string(doc)}, {"anyOf", std::move(any)}};
}

template <std::size_t... I>
json arrivals_schema(std::index_sequence<I...>) {
  json properties = json::object(), one_of = json::array();
  std::string names;
  const auto add = [&](auto tag, const ArrivalKind& kind) {
    using Shape = typename decltype(tag)::type;
    json own = properties_of<Shape>();
    own[std::string(kind.name)] = kind_value<Shape>(kind.doc);
    one_of.push_back({{"type", "object"},
                      {"additionalProperties", false},
                      {"required", json::array({std::string(kind.name)})},
                      {"properties", std::move(own)}});
    if (kind.name != Recorded::kind) names += (names.empty() ? "" : "|") + std::string(kind.name);
  };
  (add(std::type_identity<std::variant_alternative_t<I, Arrivals>>{}, kArrivalKinds[I]), ...);
  json any = json::array({text_matching("(" + names + R"()\(.*\))")});
  for (json& alternative : one_of) any.push_back(std::move(alternative));
  return {{"anyOf", std::move(any)}};
}

template <class F>
json schema_of(const F&, Tag<Arrivals>) {
  return arrivals_schema(std::make_index_sequence<std::variant_size_v<Arrivals>>{});
}

// The keys of a fault but its action, each with its sentence.
json fault_conditions() {
  const std::string share = pattern_of(Unit::ppm);
  const json target = text_matching(R"(backends\.[A-Za-z0-9_-]+)");
  json properties = json::object();
  const auto add = [&](const char* key, const char* doc, json schema) {
    schema["description"] = doc;
    properties[key] = std::move(schema);
  };
  add("id", "Name in the results.", {{"type", "string"}, {"pattern", kName}});
  add("on", "What it strikes: backends.primary, a list of such, backends for all, or agent.",
      {{"anyOf",
        {json{{"const", "backends"}}, json{{"const", "agent"}}, target,
         json{{"type", "array"}, {"items", target}, {"minItems", 1}}}}});
  add("at",
      "When: a phase, or a window such as 60s..180s, or 60s.. to the end; of the agent's faults an "
      "instant too.",
      window_schema(true));
  add("probability", "Share of what it matches that is struck; 0%..80% ramps, a list steps.",
      {{"anyOf",
        {text_matching(share + R"((\.\.)" + share + ")?"),
         json{{"type", "array"}, {"items", text_matching(share)}, {"minItems", 1}}}}});
  add("wave", "On and off: a square wave that begins with the window.",
      object_of<fakes::SquareWave>());
  add("markov", "Up and down at random, with these mean times.", object_of<fakes::Markov>());
  add("share", "Always the same ones, as 20% of users (or sessions, keys).",
      text_matching(share + "[ _]+of[ _]+(users|sessions|keys)"));
  add("match", "Which requests.", object_of<fakes::FaultMatch>());
  add("attempts", "Attempts that it strikes, as 1 or 1..2; the first is 1.",
      {{"type", json::array({"integer", "string"})},
       {"minimum", 1},
       {"pattern", R"(^[0-9]+(\.\.[0-9]*)?$)"}});
  add("fate", "Faults of the same fate strike together.",
      {{"type", "string"}, {"pattern", kName}});
  add("load", "Once more than `above` requests are in flight at a backend, until `below` are.",
      object_of<fakes::LoadThreshold>());
  add("limit", "Strikes at most so often.", number_schema(Unit::count, 1, 1'000'000'000));
  return properties;
}

template <std::size_t... I>
void add_agent_faults(json& properties, json& one_of, std::index_sequence<I...>) {
  const auto add = [&](auto tag, const AgentFaultKind& kind) {
    properties[std::string(kind.name)] = kind_value<typename decltype(tag)::type>(kind.doc);
    one_of.push_back({{"required", json::array({std::string(kind.name)})}});
  };
  (add(std::type_identity<std::variant_alternative_t<I, AgentAction>>{}, kAgentFaultKinds[I]), ...);
}

template <std::size_t... I>
json faults_schema(std::index_sequence<I...>) {
  json properties = fault_conditions();
  json one_of = json::array();
  const auto add = [&](auto tag, const fakes::FaultKind& kind) {
    properties[std::string(kind.name)] = kind_value<typename decltype(tag)::type>(kind.doc);
    one_of.push_back({{"required", json::array({std::string(kind.name)})}});
  };
  (add(std::type_identity<std::variant_alternative_t<I, fakes::FaultAction>>{},
       fakes::kFaultKinds[I]),
   ...);
  add_agent_faults(properties, one_of,
                   std::make_index_sequence<std::variant_size_v<AgentAction>>{});
  json fault = {{"type", "object"},
                {"additionalProperties", false},
                {"required", {"id", "on"}},
                {"properties", std::move(properties)},
                {"oneOf", std::move(one_of)}};
  return {{"type", json::array({"array", "null"})}, {"items", std::move(fault)}};
}

json named_map(json member) {
  return {{"type", "object"},
          {"minProperties", 1},
          {"propertyNames", {{"pattern", kName}}},
          {"additionalProperties", std::move(member)}};
}

json section_schema(std::string_view key) {
  if (key == "scenario") return {{"type", "string"}, {"pattern", kName}};
  if (key == "about") return {{"type", "string"}};
  if (key == "tags") return {{"type", "array"}, {"items", {{"type", "string"}}}};
  if (key == "seed") {
    return {{"type", json::array({"integer", "string"})},
            {"pattern", "^(0x[0-9a-fA-F]+|[0-9]+)$"},
            {"minimum", 0}};
  }
  if (key == "target") return object_of<Target>();
  if (key == "backends") return named_map(object_of<fakes::Backend>());
  if (key == "programs") return named_map(object_of<Program>());
  if (key == "agent") return object_of<agent::Config>();
  if (key == "client") return object_of<Client>();
  if (key == "phases") return named_map(window_schema(false));
  if (key == "load") return named_map(object_of<LoadClass>());
  if (key == "faults") {
    return faults_schema(std::make_index_sequence<std::variant_size_v<fakes::FaultAction>>{});
  }
  if (key == "slo") {
    return {{"type", json::array({"array", "null"})}, {"items", {{"type", "string"}}}};
  }
  if (key == "invariants") {
    json with_parameter = {{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}};
    return {{"type", json::array({"array", "null"})},
            {"items", {{"anyOf", {json{{"type", "string"}}, std::move(with_parameter)}}}}};
  }
  if (key == "drain") return text_matching(kDuration);
  return json::object();
}

}  // namespace

json scenario_schema() {
  json properties = json::object(), required = json::array();
  for (const Section& section : kSectionTable) {
    json schema = section_schema(section.key);
    schema["description"] = std::string(section.doc);
    properties[std::string(section.key)] = std::move(schema);
    if (section.required) required.push_back(std::string(section.key));
  }
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "Shakedown scenario"},
          {"type", "object"},
          {"additionalProperties", false},
          {"required", std::move(required)},
          {"properties", std::move(properties)}};
}

}  // namespace harness
