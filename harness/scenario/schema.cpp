#include "harness/scenario/schema.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "fakes/faults/table.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/scenario/schema_values.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"

namespace harness {
namespace {

using json = nlohmann::json;
using world::Unit;
using About = world::FieldAbout;

template <class T>
struct Tag {};

template <class T>
json schema_of(const About& field, Tag<T>);

template <class T>
json object_of();

// Members of a type; `field` carries unit and bounds.
json schema_of(const About&, Tag<bool>) { return {{"type", "boolean"}}; }
json schema_of(const About&, Tag<std::string>) {
  return {{"type", "string"}};
}
json schema_of(const About&, Tag<world::Nanos>) {
  return text_matching(kDuration);
}
json schema_of(const About&, Tag<world::Rate>) {
  return text_matching(R"([0-9]+(\.[0-9]+)?/(s|min|h|d))");
}
json schema_of(const About& f, Tag<world::Distribution>) {
  return distribution_schema(f.unit);
}
json schema_of(const About&, Tag<std::map<std::string, std::string>>) {
  return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
}
json schema_of(const About&, Tag<Users>) {
  return {{"anyOf",
           {{{"type", "integer"}, {"minimum", 1}, {"maximum", kUsersMax}},
            text_matching(R"([0-9]+k?|(uniform|round_robin)\([^()]+\)|zipf\([^()]+\))"),
            {{"type", "object"}, {"minProperties", 1}}}}};
}
json schema_of(const About&, Tag<Sessions>) {
  json turns = {{"turns_per_session",
                 {{"type", "integer"},
                  {"minimum", 1},
                  {"description", "Turns until a user begins another session."}}}};
  return {{"anyOf",
           {{{"enum", {"one per user", "one per request"}}},
            {{"type", "object"},
             {"additionalProperties", false},
             {"required", json::array({"turns_per_session"})},
             {"properties", std::move(turns)}}}}};
}
json schema_of(const About&, Tag<world::CountRange>) {
  return {{"type", json::array({"integer", "string"})},
          {"minimum", 0},
          {"pattern", R"(^[0-9]+(\.\.[0-9]*)?$)"}};
}
json schema_of(const About&, Tag<JsonText>) { return json::object(); }
json schema_of(const About&, Tag<Arrivals>);
template <class T>
json schema_of(const About& f, Tag<std::optional<T>>) {
  return schema_of(f, Tag<T>{});
}
json list_schema(const About& f, json element) {
  json schema = {{"type", "array"}, {"items", std::move(element)}, {"minItems", f.low}};
  if (f.high != std::numeric_limits<std::int64_t>::max()) schema["maxItems"] = f.high;
  return schema;
}
template <class T>
json schema_of(const About& f, Tag<std::vector<T>>) {
  About element = f;
  element.low = std::numeric_limits<std::int64_t>::min();
  element.high = std::numeric_limits<std::int64_t>::max();
  return list_schema(f, schema_of(element, Tag<T>{}));
}
json integer_schema(const About& f) {
  if (f.low == std::numeric_limits<std::int64_t>::min()) return {{"type", "integer"}};
  return number_schema(f.unit, f.low, f.high);
}
json one_of_names(const std::vector<std::string_view>& names) {
  json all = json::array();
  for (const std::string_view name : names) all.push_back(std::string(name));
  return {{"enum", std::move(all)}};
}
template <class T>
json schema_of(const About& f, Tag<T>) {
  if constexpr (std::is_enum_v<T>) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices(T{})) names.push_back(choice.name);
    return one_of_names(names);
  } else if constexpr (world::Described<T>) {
    return object_of<T>();
  } else {
    static_assert(std::is_integral_v<T>);
    return integer_schema(f);
  }
}

// Defaults as the file would say them; nothing for what has no short form.
template <class T>
json default_of(const About& f, const T& value) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    return json(value);
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
template <class T>
json default_of(const About& f, const std::vector<T>& values) {
  json list = json::array();
  for (const T& value : values) list.push_back(default_of(f, value));
  return list.empty() || list.front().is_null() ? json(nullptr) : list;
}

void add_property(json& properties, const About& f, json property, json by_default) {
  property["description"] = std::string(f.doc);
  if (!f.is_required && !by_default.is_null() && by_default != "") {
    property["default"] = std::move(by_default);
  }
  properties[std::string(f.name)] = std::move(property);
}

template <class T>
json properties_of() {
  json properties = json::object();
  const T defaults{};
  world::for_each_field<T>([&](const auto& f) {
    using Member = std::remove_cvref_t<decltype(defaults.*(f.member))>;
    add_property(properties, f, schema_of(f, Tag<Member>{}), default_of(f, defaults.*(f.member)));
  });
  return properties;
}

json object_schema(json properties, const std::vector<std::string_view>& required) {
  json schema = {{"type", json::array({"object", "null"})},
                 {"additionalProperties", false},
                 {"properties", std::move(properties)}};
  if (!required.empty()) {
    schema["type"] = "object";
    for (const std::string_view name : required) schema["required"].push_back(std::string(name));
  }
  return schema;
}

template <class T>
json object_of() {
  std::vector<std::string_view> required;
  world::for_each_field<T>([&](const auto& f) {
    if (f.is_required) required.push_back(f.name);
  });
  return object_schema(properties_of<T>(), required);
}

// The value of a kind's key: a map of its fields, or the first field alone.
json either(std::string_view doc, json object, std::string_view first) {
  json any = json::array({std::move(object)});
  if (!first.empty()) any.push_back(any[0].at("properties").at(std::string(first)));
  return {{"description", std::string(doc)}, {"anyOf", std::move(any)}};
}

template <class T>
json kind_value(std::string_view doc) {
  std::string_view first;
  world::for_each_field<T>([&](const auto& f) {
    if (first.empty()) first = f.name;
  });
  return either(doc, object_of<T>(), first);
}

json arrivals_alternative(const ArrivalKind& kind, json properties) {
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", json::array({std::string(kind.name)})},
          {"properties", std::move(properties)}};
}

template <std::size_t... I>
json arrivals_schema(std::index_sequence<I...>) {
  json properties = json::object(), one_of = json::array();
  std::string names;
  const auto add = [&](auto tag, const ArrivalKind& kind) {
    using Shape = typename decltype(tag)::type;
    json own = properties_of<Shape>();
    own[std::string(kind.name)] = kind_value<Shape>(kind.doc);
    one_of.push_back(arrivals_alternative(kind, std::move(own)));
    if (kind.name != Recorded::kind) names += (names.empty() ? "" : "|") + std::string(kind.name);
  };
  (add(std::type_identity<std::variant_alternative_t<I, Arrivals>>{}, kArrivalKinds[I]), ...);
  json any = json::array({text_matching("(" + names + R"()\(.*\))")});
  for (json& alternative : one_of) any.push_back(std::move(alternative));
  return {{"anyOf", std::move(any)}};
}

json schema_of(const About&, Tag<Arrivals>) {
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

// The properties of all actions of faults, of which each fault has one.
struct Actions {
  json properties;
  json one_of = json::array();

  void add(std::string_view name, json value) {
    properties[std::string(name)] = std::move(value);
    one_of.push_back({{"required", json::array({std::string(name)})}});
  }
};

template <class Variant, class Kinds, std::size_t... I>
void add_actions(Actions& actions, const Kinds& kinds, std::index_sequence<I...>) {
  (actions.add(kinds[I].name,
               kind_value<std::variant_alternative_t<I, Variant>>(kinds[I].doc)),
   ...);
}
template <class Variant, class Kinds>
void add_actions(Actions& actions, const Kinds& kinds) {
  add_actions<Variant>(actions, kinds, std::make_index_sequence<std::variant_size_v<Variant>>{});
}

json faults_schema() {
  Actions actions{fault_conditions()};
  add_actions<fakes::FaultAction>(actions, fakes::kFaultKinds);
  add_actions<AgentAction>(actions, kAgentFaultKinds);
  json fault = {{"type", "object"},
                {"additionalProperties", false},
                {"required", {"id", "on"}},
                {"properties", std::move(actions.properties)},
                {"oneOf", std::move(actions.one_of)}};
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
  if (key == "faults") return faults_schema();
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
