#include "fakes/dialects/mistral.hpp"

#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

struct Row {
  int status;
  std::string_view type;  // empty: the gateway says it
  std::string_view code;
  std::string_view message;
};

constexpr Row kRows[] = {
    {400, "invalid_model", "1500", "Invalid model"},
    {401, "", "", "Unauthorized"},
    {403, "", "", "You cannot consume this service"},
    {404, "not_found_error", "1501", "Resource not found"},
    {405, "", "", "Method Not Allowed"},
    {413, "", "", "Request size limit exceeded"},
    {422, "invalid_request_error", "", "Input should be valid"},
    {429, "rate_limited", "1300", "Rate limit exceeded"},
    {500, "internal_server_error", "1000", "Internal server error"},
    {502, "", "", "An invalid response was received from the upstream server"},
    {503, "invalid_request_error", "", "Service tier capacity exceeded for this model."},
    {504, "", "", "The upstream server is timing out"},
};

// `messages[].role` as ["body","messages","role"].
void write_place(std::string& out, std::string_view param) {
  out += R"(["body")";
  while (!param.empty()) {
    const std::string_view member = param.substr(0, param.find_first_of("[."));
    out += ',';
    append_json_string(out, member);
    param.remove_prefix(member.size());
    param.remove_prefix(std::min(param.size(), param.find_first_not_of("[].")));
  }
  out += ']';
}

void write_detail(std::string& out, const Refusal& refusal) {
  const bool missing = refusal.code == "missing_required_parameter";
  out += R"({"detail":[{"type":)";
  const bool unread = refusal.param.empty();
  out += missing ? R"("missing")" : unread ? R"("json_invalid")" : R"("value_error")";
  out += R"(,"loc":)";
  write_place(out, refusal.param);
  out += R"(,"msg":)";
  append_json_string(out, missing ? std::string_view("Field required") : refusal.message);
  out += "}]}";
}

void write_count(std::string& out, std::string_view header, std::int64_t count) {
  out += header;
  append_integer(out, count);
  out += "\r\n";
}

}  // namespace

std::optional<Refusal> Mistral::parse(std::string_view body, ChatRequest& request) const {
  std::optional<Refusal> refusal = OpenAiChat::parse(body, request);
  if (!refusal) return std::nullopt;
  // That a tool is not on offer is no matter of types: it comes in the other form.
  const bool of_types = refusal->param != "tool_choice";
  refusal->status = of_types ? 422 : 400;
  if (!of_types) refusal->param.clear();
  return refusal;
}

const ChatStyle& Mistral::style() const {
  static constexpr ChatStyle kStyle = [] {
    ChatStyle style;
    style.id_prefix = "";
    style.identity = "";
    style.first_delta = "";
    style.message = "";
    style.choice = "";
    style.last_delta = R"({"content":""})";
    style.usage_at_finish = true;
    return style;
  }();
  return kStyle;
}

std::string_view Mistral::finish_text(Finish finish) const {
  return finish == Finish::context_window ? R"("model_length")" : OpenAiChat::finish_text(finish);
}

void Mistral::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "mistral-correlation-id: ";
  append_hex(out, facts.request_id);
  out += "\r\nx-kong-request-id: ";
  append_hex(out, facts.request_id);
  out += "\r\n";
  write_count(out, "x-envoy-upstream-service-time: ", facts.processing_ms);
  if (facts.requests.limit != 0) {
    write_count(out, "x-ratelimit-limit-req-minute: ", facts.requests.limit);
    write_count(out, "x-ratelimit-remaining-req-minute: ", facts.requests.remaining);
  }
  if (facts.tokens.limit != 0) {
    write_count(out, "x-ratelimit-limit-tokens-minute: ", facts.tokens.limit);
    write_count(out, "x-ratelimit-remaining-tokens-minute: ", facts.tokens.remaining);
  }
}

void Mistral::write_usage(std::string& out, const Answer& answer) const {
  const std::int64_t completion = answer.units();
  out += R"("usage":{"prompt_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"total_tokens":)";
  append_integer(out, answer.prompt_tokens + completion);
  out += R"(,"completion_tokens":)";
  append_integer(out, completion);
  out += '}';
}

std::int64_t Mistral::events_at(const Answer& answer, Stage stage, std::size_t part) const {
  return stage == Stage::open ? 0 : OpenAiChat::events_at(answer, stage, part);
}

// A call comes whole with its first unit; further ones, which whole calls do not have, say nothing.
void Mistral::write_event(std::string& out, const Answer& answer, const Place& place,
                          std::int64_t number) const {
  if (place.stage != Stage::unit || answer.is_text(place.part)) {
    return OpenAiChat::write_event(out, answer, place, number);
  }
  const ToolCall& call = answer.call(place.part);
  begin_chunk(out, answer);
  if (place.step == 1) {
    out += R"({"content":"","tool_calls":[{"index":)";
    append_integer(out, index_of_call(answer, place.part));
    out += ',';
    write_call_head(out, call);
    out += R"(,"arguments":)";
    append_json_string(out, call.arguments);
    out += "}}]}";
  } else {
    out += R"({"content":""})";
  }
  end_chunk(out, answer, Document::chunk);
}

void Mistral::write_refusal(std::string& out, const Refusal& refusal,
                            std::uint64_t request_id) const {
  if (refusal.status == 422) return write_detail(out, refusal);
  if (refusal.type.empty()) {
    out += R"({"message":)";
    append_json_string(out, refusal.message);
    out += R"(,"request_id":")";
    append_hex(out, request_id);
    out += "\"}";
    return;
  }
  out += R"({"object":"error","message":)";
  append_json_string(out, refusal.message);
  out += R"(,"type":)";
  append_json_string(out, refusal.type);
  out += R"(,"param":)";
  append_text_or_null(out, refusal.param);
  out += R"(,"code":)";
  append_text_or_null(out, refusal.code);
  if (!refusal.code.empty()) {
    out += R"(,"raw_status_code":)";
    append_integer(out, refusal.status);
  }
  out += '}';
}

void Mistral::write_model(std::string& out, std::string_view model) const {
  out += R"({"id":)";
  append_json_string(out, model);
  out += R"(,"object":"model","created":1700000000,"owned_by":"mistralai","capabilities":{)"
         R"("completion_chat":true,"completion_fim":false,"function_calling":true,)"
         R"("fine_tuning":false,"vision":false,"classification":false},"name":)";
  append_json_string(out, model);
  out += R"(,"description":"A fake model.","max_context_length":131072,"aliases":[],)"
         R"("deprecation":null,"default_model_temperature":0.3,"type":"base"})";
}

Refusal Mistral::refusal_of(int status) const {
  Refusal refusal;
  refusal.status = status;
  refusal.type = status >= 500 ? "internal_server_error" : "invalid_request_error";
  refusal.message = status >= 500 ? "Internal server error" : "The request was rejected.";
  for (const Row& row : kRows) {
    if (row.status != status) continue;
    refusal.type = row.type;
    refusal.code = row.code;
    refusal.message = row.message;
  }
  return refusal;
}

Refusal Mistral::refusal_of_quota() const {
  Refusal refusal = refusal_of(401);
  refusal.message = "Inactive subscription or usage limit reached";
  return refusal;
}

Refusal Mistral::refusal_of_route(int status, std::string_view, std::string_view) const {
  Refusal refusal = refusal_of(status);
  refusal.type.clear();
  refusal.code.clear();
  if (status == 404) refusal.message = "no Route matched with those values";
  return refusal;
}

// Nine letters and digits; its servers accept no others.
std::string Mistral::call_id(std::uint64_t bits) const {
  std::string id;
  append_hex(id, bits);
  return id.substr(0, 9);
}

}  // namespace fakes
