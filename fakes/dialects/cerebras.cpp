#include "fakes/dialects/cerebras.hpp"

#include "fakes/dialects/token_times.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

struct Row {
  int status;
  std::string_view type;
  std::string_view param;
  std::string_view code;
  std::string_view message;
};

constexpr Row kRows[] = {
    {400, "invalid_request_error", "messages", "context_length_exceeded",
     "Please reduce the length of the messages or completion. Current length is 8193 while limit "
     "is 8192"},
    {401, "invalid_request_error", "api_key", "wrong_api_key", "Wrong API Key"},
    {402, "payment_required_error", "quota", "payment_required",
     "Payment required to access this resource. Please visit https://cloud.cerebras.ai for "
     "billing information."},
    {403, "permission_denied_error", "api_key", "permission_denied",
     "You do not have access to this resource."},
    {404, "not_found_error", "model", "model_not_found",
     "Model does not exist or you do not have access to it."},
    {408, "timeout_error", "", "request_timeout", "Request timed out."},
    {413, "invalid_request_error", "", "request_too_large", "Request body is too large."},
    {422, "invalid_request_error", "validation_error", "wrong_api_format",
     "The request cannot be processed."},
    {429, "too_many_requests_error", "quota", "request_quota_exceeded",
     "Requests per minute limit exceeded - too many requests sent."},
    {500, "server_error", "", "", "Encountered a server error, please try again."},
    {502, "server_error", "", "", "Bad gateway."},
    {503, "too_many_requests_error", "queue", "queue_exceeded",
     "We're experiencing high traffic right now! Please try again soon."},
    {504, "server_error", "", "", "Gateway timeout."},
};

}  // namespace

Route Cerebras::route(std::string_view method, std::string_view path) const {
  if (path != "/v1/tcp_warming") return OpenAiChat::route(method, path);
  return {method == "GET" ? Call::warm : Call::wrong_method, {}};
}

std::optional<Refusal> Cerebras::parse(std::string_view body, ChatRequest& request) const {
  std::optional<Refusal> refusal = OpenAiChat::parse(body, request);
  if (!refusal) return std::nullopt;
  if (!refusal->param.empty()) {
    refusal->message = "body." + refusal->param + ": " + refusal->message;
  }
  refusal->param = "validation_error";
  refusal->code = "wrong_api_format";
  return refusal;
}

const ChatStyle& Cerebras::style() const {
  static constexpr ChatStyle kStyle = [] {
    ChatStyle style;
    style.identity = R"(,"system_fingerprint":"fp_5a4e")";
    style.first_delta = "";
    style.message = "";
    style.choice = "";
    style.usage_at_finish = true;
    return style;
  }();
  return kStyle;
}

void Cerebras::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "x-request-id: ";
  append_hex(out, facts.request_id);
  out += "\r\n";
  const bool daily = facts.requests_day.limit != 0;
  write_allowance(out, "requests-day", daily ? facts.requests_day : facts.requests, append_seconds);
  write_allowance(out, "tokens-minute", facts.tokens, append_seconds);
}

void Cerebras::write_usage(std::string& out, const Answer& answer) const {
  const std::int64_t completion = answer.units();
  out += R"("usage":{"prompt_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_integer(out, completion);
  out += R"(,"total_tokens":)";
  append_integer(out, answer.prompt_tokens + completion);
  out += R"(,"prompt_tokens_details":{"cached_tokens":0}})";
}

void Cerebras::write_further(std::string& out, const Answer& answer, Document kind) const {
  if (kind != Document::finish_chunk && kind != Document::whole) return;
  const TokenTimes times(answer);
  out += R"(,"time_info":{"queue_time":)";
  append_seconds(out, times.queue);
  out += R"(,"prompt_time":)";
  append_seconds(out, times.prompt);
  out += R"(,"completion_time":)";
  append_seconds(out, times.completion);
  out += R"(,"total_time":)";
  append_seconds(out, times.total());
  out += R"(,"created":)";
  append_integer(out, answer.created_unix_s);
  out += '}';
}

void Cerebras::write_refusal(std::string& out, const Refusal& refusal, std::uint64_t) const {
  out += R"({"message":)";
  append_json_string(out, refusal.message);
  out += R"(,"type":)";
  append_json_string(out, refusal.type);
  out += R"(,"param":)";
  append_json_string(out, refusal.param);
  out += R"(,"code":)";
  append_json_string(out, refusal.code);
  out += '}';
}

void Cerebras::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  out += "data: {\"error\":";
  write_refusal(out, refusal, 0);
  out += R"(,"status_code":)";
  append_integer(out, refusal.status);
  out += "}\n\n";
}

Refusal Cerebras::refusal_of(int status) const {
  Refusal refusal;
  refusal.status = status;
  refusal.type = status >= 500 ? "server_error" : "invalid_request_error";
  refusal.message = status >= 500 ? "Encountered a server error, please try again."
                                  : "The request was rejected.";
  for (const Row& row : kRows) {
    if (row.status != status) continue;
    refusal.type = row.type;
    refusal.param = row.param;
    refusal.code = row.code;
    refusal.message = row.message;
  }
  return refusal;
}

Refusal Cerebras::refusal_of_quota() const {
  Refusal refusal = refusal_of(429);
  refusal.type = "too_many_tokens_error";
  refusal.code = "token_quota_exceeded";
  refusal.message = "Tokens per day limit exceeded - too many tokens processed.";
  return refusal;
}

}  // namespace fakes
