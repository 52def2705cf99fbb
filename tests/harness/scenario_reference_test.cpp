// docs/scenario-reference.md is written from the schema of scenarios, so that it is never behind.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "harness/manual/markdown.hpp"
#include "harness/scenario/schema.hpp"
#include "harness/scenario/sections.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using json = nlohmann::json;

namespace {

const std::string kPage = source_dir() + "/docs/scenario-reference.md";

const std::string kOpening =
    "<!-- Written by a test from the schema; UPDATE_GOLDEN=1 writes it anew. -->\n"
    "# Scenario reference\n"
    "Every key of a scenario file, as `scenarios/scenario.schema.json` has it. What it is all for, "
    "with examples, is in [scenario-format.md](scenario-format.md). `NAME` is a name of your own; "
    "`[]` is an item of a list. Where a key has several forms, a bare value stands for the first "
    "of the keys below it.\n"
    "\n"
    "| type | as |\n|---|---|\n"
    "| duration | `250ms`, `30s`, `10m`, `1.5h`; ns, us, ms, s, m, h, d |\n"
    "| distribution | `20ms` or `fixed(20ms)`, `uniform(1s, 5s)`, `exp(mean=2s)`, "
    "`lognormal(p50=350ms, p99=2s)`, `empirical(1s, 2s, 9s)` |\n"
    "| rate | `10/s`, `30/min`, `100/h`, `5/d` |\n"
    "| share | `5%` |\n"
    "| count | `200`, `200k`, `1.5M` |\n"
    "| size | `4096`, `64KiB`, `4MiB`, `10M` |\n";

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::string of_pattern(const std::string& pattern) {
  if (contains(pattern, "(fixed|exp)")) {
    return contains(pattern, "ns|us") ? "distribution of durations" : "distribution";
  }
  if (contains(pattern, "of[ _]+(users")) return "share of users, sessions or keys";
  if (contains(pattern, "/(s|min|h|d)")) return "rate";
  if (contains(pattern, "KiB")) return "size";
  if (contains(pattern, "ns|us|ms")) return "duration";
  if (contains(pattern, "(k|M)?)$")) return "count";
  if (contains(pattern, "%)$")) return "share";
  if (contains(pattern, "%(\\.\\.")) return "share";
  if (contains(pattern, "%)(\\.\\.")) return "share, or two as `0%..80%`";
  if (contains(pattern, "backends\\.")) return "`backends.NAME`";
  if (contains(pattern, "(\\.\\.[0-9]*)?")) return "count, or a range as `1..2`";
  if (contains(pattern, "0x")) return "number, or hexadecimal as `0x9f3a`";
  if (contains(pattern, "{1,64}")) return "name of 1 to 64 letters, digits, - and _";
  if (pattern == "^([0-9]+(\\.[0-9]+)?)$") return "number";
  return "text";
}

std::string type_of(const json& schema);

std::string bounds_of(const json& schema) {
  const bool low = schema.contains("minimum"), high = schema.contains("maximum");
  if (low && high) return ", " + schema["minimum"].dump() + " to " + schema["maximum"].dump();
  if (low) return ", at least " + schema["minimum"].dump();
  return high ? ", at most " + schema["maximum"].dump() : "";
}

std::string list_type(const json& schema) {
  std::string text = "list of " + type_of(schema.at("items"));
  if (schema.value("minItems", 0) > 0) text += ", at least " + schema["minItems"].dump();
  if (schema.contains("maxItems")) text += ", at most " + schema["maxItems"].dump();
  return text;
}

std::string any_type(const json& any) {
  std::string text;
  std::set<std::string> said;
  for (const json& alternative : any) {
    const std::string type = type_of(alternative);
    if (said.insert(type).second) text += (text.empty() ? "" : " or ") + type;
  }
  return text;
}

// The plain type; "null" beside another one only says that nothing may stand there.
std::string plain_type(const json& schema) {
  if (schema.contains("pattern")) return of_pattern(schema["pattern"]) + bounds_of(schema);
  const json type = schema.value("type", json());
  const std::string name = type.is_array() ? type.front() : type.is_string() ? type : json("");
  if (name == "boolean") return "yes or no";
  if (name == "string") return "text";
  if (name == "integer") return "integer" + bounds_of(schema);
  if (name == "number") return "number" + bounds_of(schema);
  if (name == "array") return list_type(schema);
  if (name == "object") return schema.contains("additionalProperties") &&
                                       schema["additionalProperties"].is_object()
                                   ? "map of names"
                                   : "map";
  return "any";
}

std::string type_of(const json& schema) {
  if (schema.contains("const")) return "`" + schema["const"].get<std::string>() + "`";
  if (schema.contains("anyOf")) return any_type(schema["anyOf"]);
  if (!schema.contains("enum")) return plain_type(schema);
  std::string text;
  for (const json& choice : schema["enum"]) {
    text += (text.empty() ? "`" : ", `") + choice.get<std::string>() + "`";
  }
  return text;
}

std::string default_of(const json& schema) {
  if (!schema.contains("default")) return "";
  const json& value = schema["default"];
  return "`" + (value.is_string() ? value.get<std::string>() : value.dump()) + "`";
}

class Tables {
 public:
  // Rows of what is below a schema, each with its path.
  void add_below(const json& schema, const std::string& path) {
    for (const json& alternative : schema.value("anyOf", json::array())) {
      add_below(alternative, path);
    }
    if (schema.contains("items")) add_below(schema["items"], path + "[]");
    const json more = schema.value("additionalProperties", json());
    if (more.is_object()) add_below(more, path + (path.empty() ? "NAME" : ".NAME"));
    const json required = schema.value("required", json::array());
    const json properties = schema.value("properties", json::object());
    for (const bool wanted : {true, false}) {
      for (const auto& [key, property] : properties.items()) {
        const bool is_required = std::count(required.begin(), required.end(), key) > 0;
        if (is_required == wanted) add(property, path + (path.empty() ? "" : ".") + key, wanted);
      }
    }
  }

  std::string text() const {
    return rows_.empty() ? "" : "\n| key | type | default | what |\n|---|---|---|---|\n" + rows_;
  }

 private:
  void add(const json& property, const std::string& path, bool required) {
    const std::string doc = property.value("description", std::string());
    if (!said_.insert(path).second) return;
    rows_ += "| `" + path + "` | " + in_a_cell(type_of(property)) + " | " +
             (required ? "*required*" : in_a_cell(default_of(property))) + " | " + in_a_cell(doc) +
             " |\n";
    add_below(property, path);
  }

  std::string rows_;
  std::set<std::string> said_;
};

std::string page() {
  std::string text = kOpening;
  const json schema = scenario_schema();
  for (const Section& section : kSectionTable) {
    const std::string key(section.key);
    const json& property = schema.at("properties").at(key);
    text += "\n## " + key + "\n" + property.value("description", std::string()) + "\n\n";
    text += std::string(section.required ? "Required. " : "");
    text += "Type: " + type_of(property) + ".\n";
    Tables tables;
    tables.add_below(property, "");
    text += tables.text();
  }
  return text;
}

std::size_t keys_below(const json& schema) {
  std::size_t keys = 0;
  if (schema.is_object() && schema.contains("properties")) keys += schema["properties"].size();
  for (const auto& part : schema) {
    if (part.is_structured()) keys += keys_below(part);
  }
  return keys;
}

}  // namespace

TEST_CASE("the reference of scenarios is that of the schema", "[reference]") {
  const std::string expected = page();
  if (std::getenv("UPDATE_GOLDEN")) std::ofstream(kPage) << expected;
  std::ifstream file(kPage);
  std::ostringstream found;
  found << file.rdbuf();
  CHECK(found.str() == expected);
}

TEST_CASE("the reference says of every key what it is", "[reference]") {
  std::istringstream lines(page());
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `") || contains(line, "| any |")) continue;
    CAPTURE(line);
    CHECK_FALSE(line.ends_with("|  |"));
    ++rows;
  }
  CHECK(rows > 150);
  CHECK(rows <= keys_below(scenario_schema()));
}
