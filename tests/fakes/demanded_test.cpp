// What a request demands of its answer, in each dialect, plain and streamed: a tool call, and JSON.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kSchema =
    R"({"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer",)"
    R"("minimum":1},"unit":{"enum":["C","F"]},"note":{"type":"string"}},)"
    R"("required":["unit","city","days"]})";
const json kFilled = {{"city", "example"}, {"days", 1}, {"unit", "C"}};

std::string in_function(const std::string& name, const std::string& schema) {
  return R"({"type":"function","function":{"name":")" + name + R"(","parameters":)" + schema + "}}";
}

struct Form {
  std::string dialect;
  std::string tools;  // `time` and then `weather`
  std::string any;    // demands a call
  std::string named;  // demands `weather`
  std::string json;   // demands JSON that fits the schema; empty: nothing does
  std::string any_json = {};
};

const std::string kTools = "[" + in_function("time", "{}") + "," +
                           in_function("weather", kSchema) + "]";
const std::string kNamed = R"("tool_choice":{"type":"function","function":{"name":"weather"}})";
const std::string kFormat =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"x","schema":)" + kSchema +
    "}}";
const std::string kAnyJson = R"("response_format":{"type":"json_object"})";

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"openai-chat", kTools, R"("tool_choice":"required")", kNamed, kFormat, kAnyJson},
      {"groq", kTools, R"("tool_choice":"required")", kNamed, kFormat, kAnyJson},
      {"cerebras", kTools, R"("tool_choice":"required")", kNamed, kFormat, kAnyJson},
      {"mistral", kTools, R"("tool_choice":"any")", kNamed, kFormat, kAnyJson},
      {"cohere", "[" + in_function("weather", kSchema) + "]", R"("tool_choice":"REQUIRED")",
       R"("tool_choice":"REQUIRED")",
       R"("response_format":{"type":"json_object","json_schema":)" + kSchema + "}", kAnyJson},
      {"openai-responses",
       R"([{"type":"function","name":"time","parameters":{}},)"
       R"({"type":"function","name":"weather","parameters":)" + kSchema + "}]",
       R"("tool_choice":"required")", R"("tool_choice":{"type":"function","name":"weather"})",
       R"("text":{"format":{"type":"json_schema","name":"x","schema":)" + kSchema + "}}",
       R"("text":{"format":{"type":"json_object"}})"},
      {"anthropic",
       R"([{"name":"time","input_schema":{}},{"name":"weather","input_schema":)" + kSchema + "}]",
       R"("tool_choice":{"type":"any"})", R"("tool_choice":{"type":"tool","name":"weather"})",
       R"("output_config":{"format":{"type":"json_schema","schema":)" + kSchema + "}}"},
  };
  return all;
}

std::string asking(const Form& form, bool stream, const std::string& further) {
  const std::string say = "[turn u1.s0.t0] Hi.";
  const std::string prompt = form.dialect == "openai-responses"
                                 ? R"("input":")" + say + "\""
                                 : R"("messages":[{"role":"user","content":")" + say + "\"}]";
  const std::string limit = form.dialect == "anthropic" ? R"(,"max_tokens":50)" : "";
  const std::string streamed = stream ? R"(,"stream":true)" : "";
  const std::string body = R"({"model":"m",)" + prompt + limit + streamed + "," + further + "}";
  const fakes::Dialect& dialect = dialect_named(form.dialect);
  std::string request = post(dialect.chat_path(), body);
  return request.insert(request.find("host: x"), "anthropic-version: 1\r\nx-api-key: k\r\n"
                                                 "connection: close\r\n");
}

// What was called and said, wherever it stands in a document.
struct Said {
  std::vector<std::string> names;
  std::string arguments;
  std::string text;
};

void look_into(const json& at, Said& said) {
  if (at.is_object()) {
    if (at.contains("name") && at["name"].is_string()) said.names.push_back(at["name"]);
    for (const char* key : {"arguments", "partial_json"}) {
      if (at.contains(key)) said.arguments += at[key].get<std::string>();
    }
    if (at.contains("input") && !at["input"].empty()) said.arguments += at["input"].dump();
    for (const char* key : {"text", "content"}) {
      if (at.contains(key) && at[key].is_string()) said.text += at[key].get<std::string>();
    }
    const bool delta = at.contains("delta") && at["delta"].is_string();
    const bool of_call = delta && at.value("type", "").find("arguments") != std::string::npos;
    if (delta) (of_call ? said.arguments : said.text) += at["delta"].get<std::string>();
  }
  for (const auto& [key, value] : at.items()) {
    if (value.is_structured() && key != "tools" && key != "tool_choice") look_into(value, said);
  }
}

Said said_by(const Form& form, bool stream, const std::string& further,
             std::vector<fakes::ReplyRule> rules = {}) {
  fakes::Backend backend = steady_backend();
  backend.dialect = form.dialect;
  backend.replies = std::move(rules);
  FakeWorld<InSim> fake({}, backend);
  const Body body = body_of(fake.talk(asking(form, stream, further), 60s).bytes);
  REQUIRE(body.status == 200);
  Said said;
  if (!stream) {
    json whole = json::parse(body.text);
    if (form.dialect == "openai-responses") whole = whole["output"];
    look_into(whole, said);
    return said;
  }
  for (const DialectEvent& event : events_in(body.text)) {
    // Of what is told again when a part is done, the first time counts.
    const std::string type = event.name;
    const bool again = type.ends_with(".done") || type == "response.completed" ||
                       type == "response.created" || type == "response.in_progress";
    if (!again && event.data().is_object()) look_into(event.data(), said);
  }
  return said;
}

}  // namespace

TEST_CASE("demanded: a call of any tool is one of the first", "[demanded]") {
  const bool stream = GENERATE(false, true);
  for (const Form& form : forms()) {
    CAPTURE(form.dialect, stream);
    const Said said = said_by(form, stream, R"("tools":)" + form.tools + "," + form.any);
    const bool cohere = form.dialect == "cohere";
    CHECK(said.names == std::vector<std::string>{cohere ? "weather" : "time"});
    // As a whole object of Anthropic's, which is empty, they leave no trace.
    const std::string arguments = said.arguments.empty() ? "{}" : said.arguments;
    CHECK(json::parse(arguments) == (cohere ? kFilled : json::object()));
    CHECK(said.text.empty());
  }
}

TEST_CASE("demanded: a tool that is named gets arguments that fit", "[demanded]") {
  const bool stream = GENERATE(false, true);
  for (const Form& form : forms()) {
    CAPTURE(form.dialect, stream);
    const Said said = said_by(form, stream, form.named + R"(,"tools":)" + form.tools);
    CHECK(said.names == std::vector<std::string>{"weather"});
    CHECK(json::parse(said.arguments) == kFilled);
  }
}

TEST_CASE("demanded: rules win; without tools there is a text", "[demanded]") {
  fakes::ReplyRule rule;
  rule.text = "by rule";
  for (const Form& form : forms()) {
    CAPTURE(form.dialect);
    const std::string tools = R"("tools":)" + form.tools + ",";
    CHECK(said_by(form, false, tools + form.any, {rule}).text.ends_with("by rule"));
    CHECK(said_by(form, false, form.any).text.find("[end ") != std::string::npos);
    if (form.dialect == "cohere") continue;
    CHECK(said_by(form, false, tools + R"("tool_choice":"none")").names.empty());
  }
}

TEST_CASE("demanded: JSON that fits, and says whose it is", "[demanded]") {
  const bool stream = GENERATE(false, true);
  json fitting = kFilled;
  fitting["city"] = "[reply u1.s0.t0]";
  for (const Form& form : forms()) {
    CAPTURE(form.dialect, stream);
    CHECK(json::parse(said_by(form, stream, form.json).text) == fitting);
    if (form.any_json.empty()) continue;
    CHECK(json::parse(said_by(form, stream, form.any_json).text) ==
          json{{"reply", "[reply u1.s0.t0]"}});
  }
}

TEST_CASE("demanded: a plain text is none of JSON's", "[demanded]") {
  const Form& form = forms().front();
  const std::string text = R"("response_format":{"type":"text"})";
  CHECK(said_by(form, false, text).text.starts_with("[reply u1.s0.t0] t2"));
}

TEST_CASE("a rule may look at headers", "[replies]") {
  fakes::ReplyRule rule;
  rule.text = "for {{model}}";
  rule.match.header = {{"Anthropic-Version", "1"}, {"x-api-key", ""}};
  const Form& form = forms().front();
  CHECK(said_by(form, false, R"("n":1)", {rule}).text == "[reply u1.s0.t0] for m");
  rule.match.header["x-api-key"] = "other";
  CHECK(said_by(form, false, R"("n":1)", {rule}).text.find("for m") == std::string::npos);
  rule.match.header = {{"x-absent", ""}};
  CHECK(said_by(form, false, R"("n":1)", {rule}).text.find("for m") == std::string::npos);
}
