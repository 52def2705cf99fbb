// Describes the fields of a configuration struct once: name, member, sentence, unit, bounds. The
// harness turns the description into a YAML reader, a JSON Schema and documentation; the struct
// itself knows none of these. Defaults are the default member initialisers.
//   struct Backend {
//     Nanos idle = 30s;
//     static constexpr auto fields() { return std::tuple(field("idle", &Backend::idle, "...")); }
//   };
// Compile-time data only; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>

namespace world {

// How an integer or a Distribution is written. Nanos and Rate say so by their type.
enum class Unit {
  plain,     // 5
  duration,  // 20ms (a Distribution of nanoseconds)
  count,     // 200 (a Distribution of tokens, messages, ...)
  bytes,     // 64k, 16KiB
  ppm,       // 5% (parts per million)
  micro,     // 1.1 (millionths)
};

// All of a field but its member, so that who needs no more is compiled once, not once a field.
struct FieldAbout {
  std::string_view name;
  std::string_view doc;
  Unit unit = Unit::plain;
  bool is_required = false;
  std::int64_t low = 0;  // bounds of integers, durations (ns), rates (uHz), lengths of lists
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

template <class Struct, class Member>
struct Field : FieldAbout {
  Member Struct::*member = nullptr;

  constexpr Field in(Unit u) const {
    Field f = *this;
    f.unit = u;
    return f;
  }
  constexpr Field required() const {
    Field f = *this;
    f.is_required = true;
    return f;
  }
  constexpr Field between(std::int64_t from, std::int64_t to) const {
    Field f = *this;
    f.low = from;
    f.high = to;
    return f;
  }
};

template <class Struct, class Member>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::*member,
                                      std::string_view doc) {
  return Field<Struct, Member>{{name, doc}, member};
}

// An enum that can be a field spells its values in `choices(E)`, found by its argument's namespace:
//   constexpr std::array<world::Choice<End>, 2> choices(End) { return {{{"fin", End::fin}, ...}}; }
template <class Enum>
struct Choice {
  std::string_view name;
  Enum value;
};

template <class T>
concept Described = requires { T::fields(); };

// A constant: no program builds the tuple again where it is used.
template <Described T>
inline constexpr auto kFieldsOf = T::fields();

// Calls visit(field) for every field of T, in order.
template <Described T, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... f) { (visit(f), ...); }, kFieldsOf<T>);
}

}  // namespace world
