#include "fakes/tools/tool.hpp"

#include <set>

#include "world/json_reader.hpp"

namespace fakes {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr const char* kTextSchema =
    R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})";

bool is_json_object(const std::string& text) {
  world::JsonReader reader(text);
  return reader.peek() == world::JsonType::object && reader.take() && reader.finished();
}

}  // namespace

std::vector<Tool> default_tools() {
  Tool echo;
  echo.name = "echo";
  echo.description = "Says the text again.";
  echo.result = "{{arg.text}}";
  echo.input_schema = kTextSchema;
  Tool add;
  add.name = "add_note";
  add.description = "Writes a note down. Calling it twice writes it down twice.";
  add.result = "Noted as number {{count}}.";
  add.effect = ToolEffect::add;
  add.input_schema = kTextSchema;
  Tool list;
  list.name = "list_notes";
  list.description = "All notes, a line each.";
  list.result = "{{notes}}";
  list.effect = ToolEffect::list;
  Tool run;
  run.name = "run_command";
  run.description = "Runs a command, which takes its time.";
  run.result = "exit code 0";
  run.time = world::Distribution::fixed(30 * kSecond);
  run.heartbeat = world::Nanos(5 * kSecond);
  return {echo, add, list, run};
}

std::string problem_of(const std::vector<Tool>& tools) {
  std::set<std::string> names;
  for (const Tool& tool : tools) {
    if (tool.name.empty()) return "has a tool without a name";
    if (!names.insert(tool.name).second) return "has two tools with the name `" + tool.name + "`";
    if (is_json_object(tool.input_schema)) continue;
    return "has a tool `" + tool.name + "` whose `input_schema` is not a JSON object";
  }
  return {};
}

}  // namespace fakes
