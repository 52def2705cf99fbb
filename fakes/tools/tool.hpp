// Configuration of one tool of a fake tool server: what it is called, what it says, and how long it
// takes. The members are the YAML keys under `backends.<name>.tools`. Plain data; any thread.
#pragma once

#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

// What a tool does to the notes that its server keeps. Adding is the effect that must not happen
// twice.
enum class ToolEffect { none, add, list };

constexpr std::array<world::Choice<ToolEffect>, 3> choices(ToolEffect) {
  return {{{"none", ToolEffect::none}, {"add", ToolEffect::add}, {"list", ToolEffect::list}}};
}

struct Tool {
  std::string name;
  std::string description;
  std::string result = "{{arguments}}";  // a template
  world::Distribution time = world::Distribution::fixed(200'000'000);
  world::Nanos heartbeat{0};  // between notices of progress; 0: none
  ToolEffect effect = ToolEffect::none;
  std::string input_schema = R"({"type":"object"})";

  static constexpr std::int64_t kHeartbeatMax = 3'600'000'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("name", &Tool::name, "Name by which it is called.").required(),
        field("description", &Tool::description, "What the list of tools says of it."),
        field("result", &Tool::result,
              "What it says. {{arguments}} are its arguments as JSON, {{arg.NAME}} is one of them, "
              "{{notes}} are the notes so far, a line each, and {{count}} is their number."),
        field("time", &Tool::time, "How long it takes.").in(world::Unit::duration),
        field("heartbeat", &Tool::heartbeat,
              "Time between notices of progress, for clients that ask for them; 0: none.")
            .between(0, kHeartbeatMax),
        field("effect", &Tool::effect,
              "What it does to the server's notes: none, add (its argument `text`), or list."),
        field("input_schema", &Tool::input_schema, "JSON Schema of its arguments, as text."));
  }
  friend bool operator==(const Tool&, const Tool&) = default;
};

// What a tool server has when none are configured: echo, add_note, list_notes, run_command.
std::vector<Tool> default_tools();

// What is wrong with the tools of a backend, as a sentence; empty: nothing.
std::string problem_of(const std::vector<Tool>& tools);

}  // namespace fakes
