#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "harness/scenario/call.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/units.hpp"

namespace harness {

using world::Distribution;
using world::Unit;

namespace {

std::string quoted(std::string_view text) { return "`" + excerpt(text) + "`"; }

struct Shape {
  std::string_view name;
  Distribution::Kind kind;
  std::array<std::string_view, 2> parameters;  // the second may be empty
};
constexpr std::array<Shape, 5> kShapes = {
    {{"fixed", Distribution::Kind::fixed, {"value", ""}},
     {"uniform", Distribution::Kind::uniform, {"low", "high"}},
     {"exp", Distribution::Kind::exponential, {"mean", ""}},
     {"lognormal", Distribution::Kind::lognormal, {"p50", "p99"}},
     {"empirical", Distribution::Kind::empirical, {"", ""}}}};  // any number of values

std::string written(const Shape& shape, Unit unit) {
  const bool time = unit == Unit::duration;
  switch (shape.kind) {
    case Distribution::Kind::fixed: return time ? "fixed(20ms)" : "fixed(20)";
    case Distribution::Kind::uniform: return time ? "uniform(1s, 5s)" : "uniform(10, 50)";
    case Distribution::Kind::exponential: return time ? "exp(mean=2s)" : "exp(mean=200)";
    case Distribution::Kind::lognormal:
      return time ? "lognormal(p50=350ms, p99=2s)" : "lognormal(p50=60, p99=400)";
    case Distribution::Kind::empirical:
      return time ? "empirical(300ms, 350ms, 2s)" : "empirical(20, 60, 400)";
  }
  return "";
}

Parsed<Distribution> empirical_of(const Call& call, const Shape& shape, Unit unit) {
  const std::string form = "must be written as `" + written(shape, unit) + "`";
  if (call.arguments.empty()) return {std::nullopt, form};
  if (call.arguments.size() > Distribution::kValuesMax) {
    return {std::nullopt,
            "must have at most " + std::to_string(Distribution::kValuesMax) + " values"};
  }
  std::vector<std::int64_t> values;
  for (const CallArgument& argument : call.arguments) {
    if (!argument.key.empty()) {
      return {std::nullopt, form + ", and not with " + quoted(argument.key)};
    }
    const auto parsed = parse_quantity(argument.value, unit);
    if (!parsed.value) return {std::nullopt, "has a value that " + parsed.problem};
    values.push_back(*parsed.value);
  }
  return {Distribution::empirical(std::move(values)), ""};
}

Parsed<Distribution> distribution_of(const Call& call, const Shape& shape, Unit unit) {
  if (shape.kind == Distribution::Kind::empirical) return empirical_of(call, shape, unit);
  const std::size_t expected = shape.parameters[1].empty() ? 1 : 2;
  const std::string form = "must be written as `" + written(shape, unit) + "`";
  if (call.arguments.size() != expected) return {std::nullopt, form};
  std::array<std::optional<std::int64_t>, 2> values;
  for (std::size_t i = 0; i < expected; ++i) {
    const CallArgument& argument = call.arguments[i];
    std::size_t index = i;
    if (!argument.key.empty()) {
      const auto found =
          std::find(shape.parameters.begin(), shape.parameters.begin() + expected, argument.key);
      if (found == shape.parameters.begin() + expected) {
        std::vector<std::string> names(shape.parameters.begin(),
                                       shape.parameters.begin() + expected);
        return {std::nullopt, form + ", and not with " + quoted(argument.key) +
                                  did_you_mean(argument.key, names)};
      }
      index = static_cast<std::size_t>(found - shape.parameters.begin());
    }
    const auto parsed = parse_quantity(argument.value, unit);
    if (!parsed.value) {
      return {std::nullopt,
              "has a " + std::string(shape.parameters[index]) + " that " + parsed.problem};
    }
    values[index] = parsed.value;
  }
  if (!values[0] || (expected == 2 && !values[1])) return {std::nullopt, form};
  Distribution result;
  result.kind = shape.kind;
  result.a = *values[0];
  result.b = values[1].value_or(0);
  if (result.kind == Distribution::Kind::uniform && result.b < result.a) {
    return {std::nullopt, "must have its low end first, as in `" + written(shape, unit) + "`"};
  }
  if (result.kind == Distribution::Kind::lognormal && (result.a <= 0 || result.b < result.a)) {
    return {std::nullopt, "must have 0 < p50 <= p99, as in `" + written(shape, unit) + "`"};
  }
  return {result, ""};
}

}  // namespace

Parsed<Distribution> parse_distribution(std::string_view text, Unit unit) {
  if (text.find('(') == std::string_view::npos) {
    const auto parsed = parse_quantity(text, unit);
    if (!parsed.value) return {std::nullopt, parsed.problem};
    return {Distribution::fixed(*parsed.value), ""};
  }
  std::vector<std::string> names;
  std::string forms;
  for (const Shape& shape : kShapes) {
    names.emplace_back(shape.name);
    forms += (forms.empty() ? "`" : ", `") + written(shape, unit) + "`";
  }
  const auto call = parse_call(text);
  if (call) {
    for (const Shape& shape : kShapes) {
      if (shape.name == call->name) return distribution_of(*call, shape, unit);
    }
  }
  return {std::nullopt, "must be one of " + forms + ", not " + quoted(trimmed(text)) +
                            (call ? did_you_mean(call->name, names) : "")};
}

std::string format_distribution(const Distribution& value, Unit unit) {
  const std::string a = format_quantity(value.a, unit), b = format_quantity(value.b, unit);
  switch (value.kind) {
    case Distribution::Kind::fixed: return a;
    case Distribution::Kind::uniform: return "uniform(" + a + ", " + b + ")";
    case Distribution::Kind::exponential: return "exp(mean=" + a + ")";
    case Distribution::Kind::lognormal: return "lognormal(p50=" + a + ", p99=" + b + ")";
    case Distribution::Kind::empirical: {
      std::string text;
      for (const std::int64_t v : value.values) {
        text += (text.empty() ? "empirical(" : ", ") + format_quantity(v, unit);
      }
      return text + ")";
    }
  }
  return "";
}

}  // namespace harness
