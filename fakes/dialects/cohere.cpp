#include "fakes/dialects/cohere.hpp"

#include "fakes/dialects/openai_chat.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

constexpr std::string_view kPlan = "I will use a tool to answer.";  // of calls without a text
constexpr std::string_view kDocs = " For proper usage, please refer to "
                                   "https://docs.cohere.com/reference/chat";

void append_uuid(std::string& out, std::uint64_t bits) {
  std::string digits;
  append_hex(digits, bits);
  append_hex(digits, bits * 0x9E3779B97F4A7C15U);
  std::size_t at = 0;
  for (const std::size_t size : {8U, 4U, 4U, 4U, 12U}) {
    if (at > 0) out += '-';
    out.append(digits, at, size);
    at += size;
  }
}

std::string_view finish_reason(Finish finish) {
  switch (finish) {
    case Finish::stop:
    case Finish::pause: return "COMPLETE";
    case Finish::length:
    case Finish::context_window: return "MAX_TOKENS";
    case Finish::tool_calls: return "TOOL_CALL";
    case Finish::stop_sequence: return "STOP_SEQUENCE";
    case Finish::timeout: return "TIMEOUT";
    case Finish::content_filter:
    case Finish::error: return "ERROR";
  }
  return "COMPLETE";
}

void write_counts(std::string& out, std::string_view name, std::int64_t in, std::int64_t to) {
  out += '"';
  out += name;
  out += R"(":{"input_tokens":)";
  append_integer(out, in);
  out += R"(,"output_tokens":)";
  append_integer(out, to);
  out += '}';
}

// The prompt that is not billed: the provider's own words around the caller's.
constexpr std::int64_t kPreambleTokens = 66;

void write_finish(std::string& out, const Answer& answer) {
  out += R"("finish_reason":")";
  out += finish_reason(answer.finish);
  out += '"';
}

void write_usage(std::string& out, const Answer& answer) {
  const std::int64_t output = answer.units();
  out += R"("usage":{)";
  write_counts(out, "billed_units", answer.prompt_tokens, output);
  out += ',';
  write_counts(out, "tokens", answer.prompt_tokens + kPreambleTokens, output);
  out += '}';
}

// What comes before calls is their plan, not content.
bool is_plan(const Answer& answer) { return !answer.calls.empty(); }

void begin_event(std::string& out, std::string_view type) {
  out += "event: ";
  out += type;
  out += "\ndata: {\"type\":\"";
  out += type;
  out += '"';
}

void begin_indexed(std::string& out, std::string_view type, std::int64_t index) {
  begin_event(out, type);
  out += R"(,"index":)";
  append_integer(out, index);
}

void write_start(std::string& out, const Answer& answer) {
  begin_event(out, "message-start");
  out += R"(,"id":")";
  append_uuid(out, answer.id);
  out += R"(","delta":{"message":{"role":"assistant","content":[],"tool_plan":"",)";
  out += "\"tool_calls\":[],\"citations\":[]}}}\n\n";
}

// The text is the inside of a JSON string.
void write_plan(std::string& out, std::string_view text) {
  begin_event(out, "tool-plan-delta");
  out += R"(,"delta":{"message":{"tool_plan":")";
  out += text;
  out += "\"}}}\n\n";
}

void write_open(std::string& out, const Answer& answer, std::size_t part) {
  if (answer.is_text(part)) {
    begin_indexed(out, "content-start", 0);
    out += ",\"delta\":{\"message\":{\"content\":{\"type\":\"text\",\"text\":\"\"}}}}\n\n";
    return;
  }
  begin_indexed(out, "tool-call-start", index_of_call(answer, part));
  out += R"(,"delta":{"message":{"tool_calls":{)";
  write_call_head(out, answer.call(part));
  out += ",\"arguments\":\"\"}}}}}\n\n";
}

void write_unit(std::string& out, const Answer& answer, const Place& place) {
  if (!answer.is_text(place.part)) {
    begin_indexed(out, "tool-call-delta", index_of_call(answer, place.part));
    out += R"(,"delta":{"message":{"tool_calls":{"function":{"arguments":)";
    append_json_string(out, fragment(answer.call(place.part), place.step));
    out += "}}}}}\n\n";
  } else if (is_plan(answer)) {
    write_plan(out, answer.text.token(place.step));
  } else {
    begin_indexed(out, "content-delta", 0);
    out += R"(,"delta":{"message":{"content":{"text":")";
    out += answer.text.token(place.step);
    out += "\"}}}}\n\n";
  }
}

void write_calls(std::string& out, const Answer& answer) {
  out += R"("tool_plan":")";
  if (answer.has_text) {
    answer.text.append_all(out);
  } else {
    out += kPlan;
  }
  out += R"(","tool_calls":[)";
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    out += i == 0 ? "{" : ",{";
    write_call_head(out, answer.calls[i]);
    out += R"(,"arguments":)";
    append_json_string(out, answer.calls[i].arguments);
    out += "}}";
  }
  out += ']';
}

struct Row {
  int status;
  std::string_view message;
};

constexpr Row kRows[] = {
    {400, "invalid request: message must be at least 1 token long or tool results must be "
          "specified."},
    {401, "invalid api token"},
    {402, "Please add or update your payment method at https://dashboard.cohere.com/billing"},
    {403, "Your API key does not have permission to use this resource."},
    {404, "model not found, make sure the correct model ID was used and that you have access to "
          "the model."},
    {405, "method not allowed"},
    {413, "request body too large"},
    {422, "unprocessable entity: the request is well formed but cannot be followed."},
    {429, "You are using a Trial key, which is limited to 20 API calls / minute. You can continue "
          "to use the Trial key for free or upgrade to a Production key with higher rate limits "
          "at 'https://dashboard.cohere.com/api-keys'. Contact us on "
          "'https://discord.gg/XW44jPfYJu' or email us at support@cohere.com with any questions"},
    {498, "invalid token: the request or the response was blocked"},
    {499, "request cancelled by client"},
    {500, "internal server error, this has been reported to our developers."},
    {501, "not implemented"},
    {502, "bad gateway"},
    {503, "service unavailable, please try again"},
    {504, "gateway timeout"},
};

}  // namespace

std::span<const ClientMark> Cohere::client_marks() const {
  static constexpr ClientMark kMarks[] = {{"x-fern-sdk-name", "cohere"}, {"x-client-name", ""}};
  return kMarks;
}

namespace {

// The only words that `tool_choice` may be.
bool is_choice(std::string_view json) {
  return json.empty() || json == R"("REQUIRED")" || json == R"("NONE")";
}

}  // namespace

// In Cohere's words: what is missing, or that something is not of its type.
std::optional<Refusal> Cohere::parse(std::string_view body, ChatRequest& request) const {
  static const OpenAiChat alike;
  std::optional<Refusal> refusal = alike.parse(body, request);
  if (!refusal && !is_choice(request.tool_choice)) {
    refusal = Refusal{};
    refusal->param = "tool_choice";
  }
  if (!refusal) return std::nullopt;
  std::string& message = refusal->message;
  if (refusal->param.empty()) {
    message = "invalid json syntax: the body is not valid JSON.";
  } else if (refusal->code == "missing_required_parameter") {
    message = "invalid request: " + refusal->param + " is a required field.";
  } else {
    message = "invalid type: parameter " + refusal->param + " is not valid.";
  }
  message += kDocs;
  refusal->status = 400;
  return refusal;
}

void Cohere::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "x-debug-trace-id: ";
  append_hex(out, facts.request_id);
  out += "\r\nx-envoy-upstream-service-time: ";
  append_integer(out, facts.processing_ms);
  out += "\r\n";
  if (facts.requests.limit == 0) return;
  out += "x-trial-endpoint-call-limit: ";
  append_integer(out, facts.requests.limit);
  out += "\r\nx-trial-endpoint-call-remaining: ";
  append_integer(out, facts.requests.remaining);
  out += "\r\n";
}

void Cohere::write_answer(std::string& out, const Answer& answer) const {
  out += R"({"id":")";
  append_uuid(out, answer.id);
  out += R"(",)";
  write_finish(out, answer);
  out += R"(,"message":{"role":"assistant",)";
  if (is_plan(answer)) {
    write_calls(out, answer);
  } else if (answer.has_text) {
    out += R"("content":[{"type":"text","text":")";
    answer.text.append_all(out);
    out += "\"}]";
  } else {
    out += R"("content":[])";
  }
  out += "},";
  write_usage(out, answer);
  out += '}';
}

void Cohere::write_refusal(std::string& out, const Refusal& refusal,
                           std::uint64_t request_id) const {
  out += R"({"id":")";
  append_uuid(out, request_id);
  out += R"(","message":)";
  append_json_string(out, refusal.message);
  out += '}';
}

void Cohere::write_models(std::string& out, std::string_view model) const {
  out += R"({"models":[)";
  write_model(out, model);
  out += "]}";
}

void Cohere::write_model(std::string& out, std::string_view model) const {
  out += R"({"name":)";
  append_json_string(out, model);
  out += R"(,"is_deprecated":false,"endpoints":["chat"],"finetuned":false,)"
         R"("context_length":128000,"tokenizer_url":null,"default_endpoints":[],)"
         R"("features":["tools"]})";
}

std::int64_t Cohere::events_at(const Answer& answer, Stage stage, std::size_t part) const {
  const bool edges = !answer.is_text(part) || !is_plan(answer);  // a plan has none
  switch (stage) {
    case Stage::begin: return is_plan(answer) && !answer.has_text ? 2 : 1;
    case Stage::open:
    case Stage::close: return edges ? 1 : 0;
    case Stage::end: return 1;
    default: return 0;
  }
}

void Cohere::write_event(std::string& out, const Answer& answer, const Place& place,
                         std::int64_t) const {
  switch (place.stage) {
    case Stage::begin:
      if (place.step == 0) return write_start(out, answer);
      return write_plan(out, kPlan);
    case Stage::open: return write_open(out, answer, place.part);
    case Stage::unit: return write_unit(out, answer, place);
    case Stage::close:
      if (answer.is_text(place.part)) {
        begin_indexed(out, "content-end", 0);
      } else {
        begin_indexed(out, "tool-call-end", index_of_call(answer, place.part));
      }
      out += "}\n\n";
      return;
    case Stage::end:
      begin_event(out, "message-end");
      out += R"(,"delta":{)";
      write_finish(out, answer);
      out += ',';
      write_usage(out, answer);
      out += "}}\n\n";
      return;
  }
}

void Cohere::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  begin_event(out, "message-end");
  out += R"(,"delta":{"finish_reason":"ERROR","error":)";
  append_json_string(out, refusal.message);
  out += "}}\n\n";
}

Refusal Cohere::refusal_of(int status) const {
  Refusal refusal;
  refusal.status = status;
  refusal.message = status >= 500 ? "internal server error" : "invalid request";
  for (const Row& row : kRows) {
    if (row.status == status) refusal.message = row.message;
  }
  return refusal;
}

Refusal Cohere::refusal_of_quota() const {
  Refusal refusal = refusal_of(429);
  refusal.message =
      "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to "
      "use the Trial key for free or upgrade to a Production key with higher rate limits at "
      "'https://dashboard.cohere.com/api-keys'.";
  return refusal;
}

Refusal Cohere::refusal_of_route(int status, std::string_view, std::string_view target) const {
  Refusal refusal = refusal_of(status);
  if (status == 404) {
    refusal.message = "invalid request: no such endpoint: ";
    refusal.message += target;
  }
  return refusal;
}

std::string Cohere::call_id(std::uint64_t bits) const {
  std::string id = "tool_";
  append_hex(id, bits);
  return id.erase(id.size() - 4);
}

}  // namespace fakes
