// What a model thought before it spoke: only for those who ask, in each provider's form, plain and
// streamed the same; the answer behind it is what it is without.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kSay = "[turn u1.s0.t0] Hi.";
const std::string kChat = R"({"model":"m","max_tokens":2000,"messages":[{"role":"user",)"
                          R"("content":")" + kSay + "\"}]";
const std::string kInput = R"({"model":"m","max_output_tokens":6,"input":")" + kSay + "\"";

std::string asking(const std::string& dialect, bool stream, const std::string& further) {
  std::string body = dialect == "openai-responses" ? kInput : kChat;
  if (!further.empty()) body += "," + further;
  if (stream) body += R"(,"stream":true)";
  std::string request = post(dialect_named(dialect).chat_path(), body + "}");
  return request.insert(request.find("host: x"), "anthropic-version: 1\r\nconnection: close\r\n");
}

Talk talk_with(const std::string& dialect, bool stream, const std::string& further) {
  fakes::Backend backend = steady_backend();
  backend.dialect = dialect;
  backend.output_tokens_max = 6;
  FakeWorld<InSim> fake({}, backend);
  Talk talk = fake.talk(asking(dialect, stream, further), 60s);
  REQUIRE(body_of(talk.bytes).status == 200);
  return talk;
}

json plain(const std::string& dialect, const std::string& further) {
  return json::parse(body_of(talk_with(dialect, false, further).bytes).text);
}

std::vector<DialectEvent> streamed(const std::string& dialect, const std::string& further) {
  return events_in(body_of(talk_with(dialect, true, further).bytes).text);
}

Verdict refused(const std::string& dialect, const std::string& further) {
  return verdict_on(dialect_named(dialect),
                    (dialect == "openai-responses" ? kInput : kChat) + "," + further + "}");
}

// The words of text that one of some members of the events' deltas say.
std::string said(const std::vector<DialectEvent>& events, const json::json_pointer& where) {
  std::string all;
  for (const DialectEvent& event : events) {
    const json& data = event.data();
    if (data.is_object() && data.contains(where) && data[where].is_string()) {
      all += data[where].get<std::string>();
    }
  }
  return all;
}

const std::string kThinking = R"("thinking":{"type":"enabled","budget_tokens":1024})";
const std::string kSummary = R"("reasoning":{"effort":"low","summary":"auto"})";

}  // namespace

TEST_CASE("reasoning: Anthropic thinks before it speaks", "[reasoning]") {
  const json usual = plain("anthropic", "");
  CHECK(usual["content"].size() == 1);
  const json whole = plain("anthropic", kThinking);
  REQUIRE(whole["content"].size() == 2);
  const json& block = whole["content"][0];
  CHECK(block["type"] == "thinking");
  CHECK(block["thinking"].get<std::string>().size() > 20);
  CHECK(block["signature"].get<std::string>().size() > 20);
  CHECK(whole["content"][1] == usual["content"][0]);
  CHECK(whole["usage"]["output_tokens"] > usual["usage"]["output_tokens"]);
  CHECK(plain("anthropic", R"("thinking":{"type":"adaptive"})")["content"] == whole["content"]);
  CHECK(plain("anthropic", R"("thinking":{"type":"disabled"})")["content"] == usual["content"]);

  const auto events = streamed("anthropic", kThinking);
  REQUIRE(events.size() > 8);
  CHECK(events[1].data()["content_block"] ==
        json{{"type", "thinking"}, {"thinking", ""}, {"signature", ""}});
  CHECK(events[2].name == "ping");
  CHECK(said(events, json::json_pointer("/delta/thinking")) == block["thinking"]);
  CHECK(said(events, json::json_pointer("/delta/signature")) == block["signature"]);
  CHECK(said(events, json::json_pointer("/delta/text")) == usual["content"][0]["text"]);
  std::size_t at = 0;
  while (events[at].data().value(json::json_pointer("/delta/type"), "") != "signature_delta") ++at;
  CHECK(events[at].data()["index"] == 0);
  CHECK(events[at + 1].name == "content_block_stop");
  CHECK(events[at + 2].name == "content_block_start");
  CHECK(events[at + 2].data()["index"] == 1);
  CHECK(events[at + 2].data()["content_block"]["type"] == "text");
}

TEST_CASE("reasoning: Anthropic refuses budgets, and takes thoughts back", "[reasoning]") {
  const auto message = [](const std::string& thinking, const std::string& further = {}) {
    const Verdict verdict = refused("anthropic", R"("thinking":)" + thinking + further);
    REQUIRE(verdict.status == 400);
    CHECK(verdict.body()["error"]["type"] == "invalid_request_error");
    return verdict.body()["error"]["message"].get<std::string>();
  };
  CHECK(message(R"({"type":"enabled","budget_tokens":1023})") ==
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  CHECK(message(R"({"type":"enabled","budget_tokens":2000})")
            .starts_with("`max_tokens` must be greater than `thinking.budget_tokens`."));
  CHECK(message(R"({"type":"enabled"})") == "thinking.enabled.budget_tokens: Field required");
  CHECK(message(R"({"type":"enabled","budget_tokens":"x"})") ==
        "thinking.enabled.budget_tokens: Input should be a valid integer");
  CHECK(message(R"({"type":"much"})").starts_with("thinking: Input tag 'much' found using 'type'"));
  CHECK(message(R"({"type":"enabled","budget_tokens":1024})",
                R"(,"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"})") ==
        "Thinking may not be enabled when tool_choice forces tool use.");
  CHECK(refused("anthropic", kThinking).status == 200);
  const std::string again =
      R"({"model":"m","max_tokens":2000,)" + kThinking + R"(,"messages":[)"
      R"({"role":"user","content":"Hi."},{"role":"assistant","content":[)"
      R"({"type":"thinking","thinking":"So.","signature":"abc="},)"
      R"({"type":"redacted_thinking","data":"x"},{"type":"text","text":"Yes."}]},)"
      R"({"role":"user","content":"And?"}]})";
  CHECK(verdict_on(dialect_named("anthropic"), again).status == 200);
}

TEST_CASE("reasoning: OpenAI's responses have an item for it", "[reasoning]") {
  const json usual = plain("openai-responses", "");
  CHECK(usual["usage"]["output_tokens_details"]["reasoning_tokens"] == 0);
  const json whole = plain("openai-responses", kSummary);
  REQUIRE(whole["output"].size() == 2);
  const json& item = whole["output"][0];
  CHECK(item["type"] == "reasoning");
  CHECK(item["id"].get<std::string>().starts_with("rs_"));
  REQUIRE(item["summary"].size() == 1);
  CHECK(item["summary"][0]["type"] == "summary_text");
  CHECK_FALSE(item.contains("encrypted_content"));
  CHECK(whole["output"][1] == usual["output"][0]);
  const std::int64_t thought = whole["usage"]["output_tokens_details"]["reasoning_tokens"];
  CHECK(thought > 5);
  CHECK(whole["usage"]["output_tokens"] == 6 + thought);

  const auto events = streamed("openai-responses", kSummary);
  std::vector<std::string> names;
  for (const DialectEvent& event : events) {
    if (names.empty() || names.back() != event.name) names.push_back(event.name);
  }
  CHECK(names == std::vector<std::string>{
                     "response.created", "response.in_progress", "response.output_item.added",
                     "response.reasoning_summary_part.added",
                     "response.reasoning_summary_text.delta",
                     "response.reasoning_summary_text.done",
                     "response.reasoning_summary_part.done", "response.output_item.done",
                     "response.output_item.added", "response.content_part.added",
                     "response.output_text.delta", "response.output_text.done",
                     "response.content_part.done", "response.output_item.done",
                     "response.completed"});
  std::string summary;
  std::string text;
  for (const DialectEvent& event : events) {
    const json& data = event.data();
    if (event.name == "response.reasoning_summary_text.delta") {
      CHECK(data["item_id"] == item["id"]);
      CHECK(data["output_index"] == 0);
      CHECK(data["summary_index"] == 0);
      summary += data["delta"].get<std::string>();
    }
    if (event.name == "response.output_text.delta") text += data["delta"].get<std::string>();
    if (event.name == "response.reasoning_summary_text.done") CHECK(data["text"] == summary);
    if (event.name == "response.reasoning_summary_part.done") {
      CHECK(data["part"] == item["summary"][0]);
    }
  }
  CHECK(summary == item["summary"][0]["text"]);
  CHECK(text == usual["output"][0]["content"][0]["text"]);
  CHECK(events.back().data()["response"]["output"] == whole["output"]);
}

TEST_CASE("reasoning: unseen it is an item and a count; sealed, it has a copy", "[reasoning]") {
  const std::string effort = R"("reasoning":{"effort":"low"})";
  const json whole = plain("openai-responses",
                           effort + R"(,"include":["reasoning.encrypted_content"])");
  REQUIRE(whole["output"].size() == 2);
  CHECK(whole["output"][0]["summary"] == json::array());
  CHECK(whole["output"][0]["encrypted_content"].get<std::string>().starts_with("gAAAA"));
  const std::int64_t thought = whole["usage"]["output_tokens_details"]["reasoning_tokens"];
  CHECK(thought > 5);
  CHECK(whole["usage"]["output_tokens"] == 6 + thought);
  const auto events = streamed("openai-responses", effort);
  CHECK(events[2].data()["item"]["type"] == "reasoning");
  CHECK(events[3].name == "response.output_item.done");
  CHECK(events[4].data()["item"]["type"] == "message");

  for (const char* none : {R"("reasoning":{})", R"("reasoning":null)",
                           R"("reasoning":{"effort":"none","summary":"auto"})",
                           R"("include":["reasoning.encrypted_content"])"}) {
    CAPTURE(none);
    CHECK(plain("openai-responses", none)["output"].size() == 1);
  }
  const json wrong = refused("openai-responses", R"("reasoning":{"effort":"huge"})").body();
  CHECK(wrong["error"]["param"] == "reasoning.effort");
  CHECK(wrong["error"]["code"] == "invalid_value");
  CHECK(refused("openai-responses", R"("reasoning":{"summary":"long"})").status == 400);
  CHECK(refused("openai-responses", R"("reasoning":7)").status == 400);
}

TEST_CASE("reasoning: Groq tells it beside the content, or within it", "[reasoning]") {
  const json usual = plain("groq", "")["choices"][0]["message"];
  CHECK_FALSE(usual.contains("reasoning"));
  for (const char* how : {R"("reasoning_format":"parsed")", R"("include_reasoning":true)"}) {
    CAPTURE(how);
    const json whole = plain("groq", how);
    const json& message = whole["choices"][0]["message"];
    CHECK(message["content"] == usual["content"]);
    CHECK(message["reasoning"].get<std::string>().size() > 20);
    CHECK(whole["usage"]["completion_tokens_details"]["reasoning_tokens"] > 5);
    const auto events = streamed("groq", how);
    const json::json_pointer delta("/choices/0/delta");
    CHECK(said(events, delta / "reasoning") == message["reasoning"]);
    CHECK(said(events, delta / "content") == usual["content"]);
    CHECK(events[1].data()[delta].contains("reasoning"));
  }
  const std::string raw = R"("reasoning_format":"raw")";
  const std::string content = plain("groq", raw)["choices"][0]["message"]["content"];
  CHECK(content.starts_with("<think>\n"));
  CHECK(content.ends_with("\n</think>\n\n" + usual["content"].get<std::string>()));
  CHECK(said(streamed("groq", raw), json::json_pointer("/choices/0/delta/content")) == content);
  for (const char* none : {R"("reasoning_format":"hidden")", R"("include_reasoning":false)"}) {
    CHECK(plain("groq", none)["choices"][0]["message"] == usual);
  }
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"f"}}])";
  CHECK(refused("groq", raw + tools).status == 400);
  CHECK(refused("groq", R"("reasoning_format":"parsed")" + tools).status == 200);
  CHECK(refused("groq", R"("reasoning_format":"parsed","include_reasoning":true)").status == 400);
  CHECK(refused("groq", R"("reasoning_format":"long")").status == 400);
}

TEST_CASE("reasoning: it comes with the first token, and the text at the same pace behind it",
          "[reasoning]") {
  const auto lasts = [](const std::string& dialect, bool stream, const std::string& further) {
    const Talk talk = talk_with(dialect, stream, further);
    return std::pair(talk.first_byte, talk.last_byte);
  };
  const auto usual = lasts("openai-responses", true, "");
  const auto seen = lasts("openai-responses", true, kSummary);
  const auto unseen = lasts("openai-responses", true, R"("reasoning":{"effort":"low"})");
  CHECK(unseen == usual);
  CHECK(seen.first == usual.first);
  CHECK(seen.second > usual.second);
  CHECK(lasts("openai-responses", false, kSummary).second == seen.second);
  CHECK(lasts("anthropic", false, kThinking).second == lasts("anthropic", true, kThinking).second);
}
