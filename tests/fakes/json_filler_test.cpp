// Texts that fit a schema: what each keyword makes of them, and that nothing makes them large.
#include "fakes/json_filler.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "world/json_text.hpp"

using nlohmann::json;

namespace {
json filled(const std::string& schema) { return json::parse(fakes::fill_schema(schema, "word")); }
}  // namespace

TEST_CASE("filler: each type, and each keyword that narrows it", "[filler]") {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {R"({"type":"string"})", R"("word")"},
      {R"({"type":"string","maxLength":2})", R"("wo")"},
      {R"({"type":"string","minLength":6})", R"("wordxx")"},
      {R"({"type":"string","format":"date"})", R"("2025-01-01")"},
      {R"({"type":"integer"})", "0"},
      {R"({"type":"integer","minimum":3})", "3"},
      {R"({"type":"integer","exclusiveMinimum":3})", "4"},
      {R"({"type":"integer","maximum":-2})", "-2"},
      {R"({"type":"integer","exclusiveMaximum":0})", "-1"},
      {R"({"type":"integer","minimum":3,"multipleOf":5})", "5"},
      {R"({"type":"number","minimum":0.25})", "0.25"},
      {R"({"type":"number","minimum":1e999})", "0"},
      {R"({"type":"boolean"})", "true"},
      {R"({"type":"null"})", "null"},
      {R"({"type":["null","integer"]})", "0"},
      {R"({"enum":["b","a"]})", R"("b")"},
      {R"({"const":{"a" : 1}})", R"({"a":1})"},
      {R"({"type":"string","default":"d"})", R"("d")"},
      {R"({"type":"array","items":{"type":"integer"}})", "[]"},
      {R"({"type":"array","items":{"type":"integer"},"minItems":2})", "[0,0]"},
      {R"({"anyOf":[{"type":"null"},{"type":"boolean"}]})", "true"},
      {R"({"allOf":[{"type":"integer"}]})", "0"},
      {R"({"type":"object"})", "{}"},
      {R"({})", R"("word")"},
      {"", "{}"},
      {"[1]", "{}"},
  };
  for (const auto& [schema, expected] : rows) {
    CAPTURE(schema);
    CHECK(filled(schema) == json::parse(expected));
  }
}

TEST_CASE("filler: an object has its required members, and references are followed", "[filler]") {
  const json made = filled(R"({"type":"object",
    "properties":{"id":{"type":"integer"},"note":{"type":"string"},"at":{"$ref":"#/$defs/Place"}},
    "required":["at","id","unheard of"],
    "$defs":{"Place":{"type":"object","properties":{"city":{"type":"string"}},
                      "required":["city"]}}})");
  CHECK(made == json::parse(R"({"id":0,"at":{"city":"word"},"unheard of":"word"})"));
}

TEST_CASE("filler: what has no end is ended, in depth and in number", "[filler]") {
  const std::string again = R"({"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}},
                                "required":["a","b"]})";
  CHECK(fakes::fill_schema(again, "word").size() < 100'000);
  CHECK_FALSE(filled(again).empty());
  CHECK(filled(R"({"$ref":"#"})").is_string());
  const std::string many = R"({"type":"array","minItems":1000000000,"items":{"type":"integer"}})";
  CHECK(filled(many).size() <= fakes::kFillValuesMax);
  const std::string long_text = fakes::fill_schema(R"({"minLength":1000000000})", "word");
  CHECK(long_text.size() < 20'000);
  std::string large = R"({"enum":[")" + std::string(fakes::kSchemaBytesMax, 'x') + "\"]}";
  CHECK(fakes::fill_schema(large, "word") == "{}");
}

TEST_CASE("compact JSON has no white space but in its texts", "[filler]") {
  std::string out;
  world::append_compact_json(out, "{ \"a b\" :\n [1,\t\"c \\\" d\\\\\" , true ] }\r\n");
  CHECK(out == R"({"a b":[1,"c \" d\\",true]})");
}
