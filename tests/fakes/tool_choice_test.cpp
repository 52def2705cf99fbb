// What a request may choose of the tools on offer: in each dialect's words, and what each provider
// says to a choice that is not there.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using nlohmann::json;

namespace {

const std::string kTools =
    R"("tools":[{"type":"function","function":{"name":"time","parameters":{}}},)"
    R"({"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}])";
const std::string kFlatTools =
    R"("tools":[{"type":"function","name":"time","parameters":{}},)"
    R"({"type":"function","name":"weather","parameters":{"type":"object"}},{"type":"web_search"}])";
const std::string kBlocks = R"("tools":[{"name":"time","input_schema":{}}])";

bool is_flat(const std::string& dialect) { return dialect == "openai-responses"; }

std::string body(const std::string& dialect, const std::string& further) {
  const std::string prompt = is_flat(dialect)
                                 ? R"("input":"Hi.")"
                                 : R"("messages":[{"role":"user","content":"Hi."}])";
  return R"({"model":"m","max_tokens":50,)" + prompt + "," + further + "}";
}

// The views in it point into the text.
fakes::ChatRequest read(const std::string& dialect, const std::string& text) {
  fakes::ChatRequest request;
  REQUIRE_FALSE(dialect_named(dialect).parse(text, request).has_value());
  return request;
}

std::string chosen(const std::string& tool) {
  return R"("tool_choice":{"type":"function","function":{"name":")" + tool + "\"}}";
}

std::string flat_chosen(const std::string& tool) {
  return R"("tool_choice":{"type":"function","name":")" + tool + "\"}";
}

// The one place where the two APIs of OpenAI differ: what is allowed is nested, or not.
std::string allowed(const std::string& dialect, const std::string& mode, const std::string& tool) {
  const bool flat = is_flat(dialect);
  const std::string named =
      flat ? R"({"type":"function","name":")" + tool + "\"},{\"type\":\"web_search\"}"
           : R"({"type":"function","function":{"name":")" + tool + "\"}}";
  const std::string inner = R"("mode":")" + mode + R"(","tools":[)" + named + "]";
  return R"("tool_choice":{"type":"allowed_tools",)" +
         (flat ? inner : R"("allowed_tools":{)" + inner + "}") + "}";
}

}  // namespace

TEST_CASE("tool_choice: a tool that is not on offer is refused in the provider's words",
          "[demanded]") {
  const std::string sentence = "Tool choice 'nothing' not found in 'tools' parameter.";
  const json openai = {{"error",
                        {{"message", sentence},
                         {"type", "invalid_request_error"},
                         {"param", "tool_choice"},
                         {"code", nullptr}}}};
  const bool before = GENERATE(false, true);  // the choice stands before the tools
  const auto verdict = [before](const std::string& dialect, const std::string& choice,
                                const std::string& tools) {
    const std::string both = before ? choice + "," + tools : tools + "," + choice;
    return verdict_on(dialect_named(dialect), body(dialect, both));
  };
  for (const char* dialect : {"openai-chat", "groq", "cerebras", "mistral", "cohere"}) {
    CAPTURE(dialect);
    CHECK(verdict(dialect, chosen("nothing"), kTools).status == 400);
    CHECK(verdict(dialect, chosen("nothing"), R"("n":1)").status == 400);
    if (dialect != std::string("cohere")) {
      CHECK(verdict(dialect, chosen("weather"), kTools).status == 200);
    }
  }
  CHECK(verdict("openai-chat", chosen("nothing"), kTools).body() == openai);
  CHECK(verdict("openai-responses", flat_chosen("nothing"), kFlatTools).body() == openai);
  CHECK(verdict("openai-responses", flat_chosen("weather"), kFlatTools).status == 200);
  const json groq = {{"error",
                      {{"message", sentence},
                       {"type", "invalid_request_error"},
                       {"param", "tool_choice"}}}};
  CHECK(verdict("groq", chosen("nothing"), kTools).body() == groq);
  const json cerebras = verdict("cerebras", chosen("nothing"), kTools).body();
  CHECK(cerebras["message"] == "body.tool_choice: " + sentence);
  CHECK(cerebras["code"] == "wrong_api_format");
  const json mistral = verdict("mistral", chosen("nothing"), kTools).body();
  CHECK(mistral["object"] == "error");
  CHECK(mistral["message"] == sentence);
  CHECK(mistral["type"] == "invalid_request_error");

  const std::string tool = R"("tool_choice":{"type":"tool","name":")";
  const Verdict anthropic = verdict("anthropic", tool + "nothing\"}", kBlocks);
  CHECK(anthropic.status == 400);
  CHECK(anthropic.body()["error"]["type"] == "invalid_request_error");
  CHECK(anthropic.body()["error"]["message"] == "Tool 'nothing' not found in provided tools");
  CHECK(verdict("anthropic", tool + "time\"}", kBlocks).status == 200);
}

TEST_CASE("tool_choice: Cohere knows two words", "[demanded]") {
  const auto verdict = [](const std::string& choice) {
    return verdict_on(dialect_named("cohere"),
                      body("cohere", kTools + R"(,"tool_choice":)" + choice));
  };
  for (const char* known : {R"("REQUIRED")", R"("NONE")", "null"}) {
    CHECK(verdict(known).status == 200);
  }
  for (const char* unknown : {R"("required")", R"("auto")", "7",
                              R"({"type":"function","function":{"name":"time"}})"}) {
    CAPTURE(unknown);
    const Verdict refused = verdict(unknown);
    REQUIRE(refused.status == 400);
    CHECK(refused.body()["message"].get<std::string>().starts_with(
        "invalid type: parameter tool_choice is not valid."));
  }
}

TEST_CASE("tool_choice: of allowed tools no other is called", "[demanded]") {
  for (const std::string dialect : {"openai-chat", "openai-responses", "groq"}) {
    CAPTURE(dialect);
    const std::string& tools = is_flat(dialect) ? kFlatTools : kTools;
    const std::string asked = body(dialect, allowed(dialect, "auto", "weather") + "," + tools);
    const fakes::ChatRequest automatic = read(dialect, asked);
    CHECK(automatic.tools == std::vector<std::string>{"weather"});
    CHECK(automatic.schemas == std::vector<std::string_view>{R"({"type":"object"})"});
    CHECK_FALSE(automatic.must_call);
    const std::string urged = body(dialect, tools + "," + allowed(dialect, "required", "weather"));
    const fakes::ChatRequest required = read(dialect, urged);
    CHECK(required.tools == std::vector<std::string>{"weather"});
    CHECK(required.must_call);
    CHECK(required.must_call_tool.empty());
    const Verdict unknown =
        verdict_on(dialect_named(dialect),
                   body(dialect, tools + "," + allowed(dialect, "auto", "nothing")));
    REQUIRE(unknown.status == 400);
    CHECK(unknown.body()["error"]["param"] == "tool_choice");
  }
}
