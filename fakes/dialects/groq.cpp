#include "fakes/dialects/groq.hpp"

#include "fakes/dialects/openai_parse.hpp"
#include "fakes/dialects/token_times.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;
using world::JsonType;
using world::JsonValue;

struct Row {
  int status;
  std::string_view type;
  std::string_view code;
  std::string_view message;
};

constexpr Row kRows[] = {
    {400, "invalid_request_error", "tool_use_failed",
     "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more "
     "details."},
    {401, "invalid_request_error", "invalid_api_key", "Invalid API Key"},
    {403, "invalid_request_error", "forbidden",
     "Access denied. Please check your network settings."},
    {404, "invalid_request_error", "model_not_found",
     "The model does not exist or you do not have access to it."},
    {413, "tokens", "rate_limit_exceeded",
     "Request too large for model in organization `org_shakedown` service tier `on_demand` on "
     "tokens per minute (TPM): please reduce your message size and try again."},
    {422, "invalid_request_error", "unprocessable_entity", "Unprocessable Entity"},
    {429, "tokens", "rate_limit_exceeded",
     "Rate limit reached for model in organization `org_shakedown` service tier `on_demand` on "
     "tokens per minute (TPM). Please try again later. Need more tokens? Upgrade to Dev Tier today "
     "at https://console.groq.com/settings/billing"},
    {498, "capacity_exceeded", "capacity_exceeded",
     "Flex tier capacity exceeded. Please try again later, or use another service tier."},
    {500, "internal_server_error", "", "Internal Server Error"},
    {502, "internal_server_error", "", "Bad Gateway"},
    {503, "internal_server_error", "", "Service Unavailable"},
};

constexpr std::string_view kFailedGeneration =
    R"("failed_generation":"<function=lookup>{\"id\": </function>")";

void write_error(std::string& out, const Refusal& refusal) {
  out += R"({"error":{"message":)";
  append_json_string(out, refusal.message);
  out += R"(,"type":)";
  append_json_string(out, refusal.type);
  if (!refusal.param.empty()) {
    out += R"(,"param":)";
    append_json_string(out, refusal.param);
  }
  if (!refusal.code.empty()) {
    out += R"(,"code":)";
    append_json_string(out, refusal.code);
  }
  if (refusal.code == "tool_use_failed") {
    out += ',';
    out += kFailedGeneration;
  }
}

// `reasoning_format`: parsed, raw or hidden; or else `include_reasoning`: true is parsed.
std::optional<Refusal> read_reasoning(const JsonValue& format, const JsonValue& include,
                                      ChatRequest& request) {
  const bool has_format = format && format.type != JsonType::null;
  const bool has_include = include && include.type != JsonType::null;
  if (has_format && has_include) {
    return openai::invalid("reasoning_format",
                           "`reasoning_format` and `include_reasoning` cannot be used together",
                           "");
  }
  if (has_include && include.type != JsonType::boolean) {
    return openai::wrong_type("include_reasoning", "a boolean");
  }
  if (include.is_true() || format.raw == R"("parsed")") request.thoughts = Thoughts::beside;
  if (!has_format || format.raw == R"("parsed")" || format.raw == R"("hidden")") {
    return std::nullopt;
  }
  if (format.raw != R"("raw")") {
    return openai::invalid("reasoning_format",
                           "`reasoning_format` must be one of `parsed`, `raw` or `hidden`", "");
  }
  if (request.must_be_json || !request.tools.empty()) {
    return openai::invalid("reasoning_format",
                           "`reasoning_format` must be `parsed` or `hidden` with tools or JSON",
                           "");
  }
  request.thoughts = Thoughts::inside;
  return std::nullopt;
}

}  // namespace

// Most requests do not have the words at all.
std::optional<Refusal> Groq::parse(std::string_view body, ChatRequest& request) const {
  if (auto refusal = OpenAiChat::parse(body, request)) return refusal;
  constexpr std::string_view kFormat = "reasoning_format";
  constexpr std::string_view kInclude = "include_reasoning";
  const bool asks = body.find(kFormat) != std::string_view::npos ||
                    body.find(kInclude) != std::string_view::npos;
  if (!asks) return std::nullopt;
  return read_reasoning(world::member_of(body, kFormat), world::member_of(body, kInclude), request);
}

const ChatStyle& Groq::style() const {
  static constexpr ChatStyle kStyle = [] {
    ChatStyle style;
    style.identity = R"(,"system_fingerprint":"fp_5a4e")";
    style.first_delta = "";
    style.message = "";
    style.null_usage = false;
    return style;
  }();
  return kStyle;
}

// Allowed requests are told per day, tokens per minute.
void Groq::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "x-request-id: req_01";
  append_hex(out, facts.request_id);
  out += "\r\nx-groq-region: local\r\n";
  const bool daily = facts.requests_day.limit != 0;
  write_allowance(out, "requests", daily ? facts.requests_day : facts.requests, append_go_duration);
  write_allowance(out, "tokens", facts.tokens, append_go_duration);
}

void Groq::write_usage(std::string& out, const Answer& answer) const {
  const TokenTimes times(answer);
  const std::int64_t completion = answer.units();
  out += R"("usage":{"queue_time":)";
  append_seconds(out, times.queue);
  out += R"(,"prompt_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"prompt_time":)";
  append_seconds(out, times.prompt);
  out += R"(,"completion_tokens":)";
  append_integer(out, completion);
  out += R"(,"completion_time":)";
  append_seconds(out, times.completion);
  out += R"(,"total_tokens":)";
  append_integer(out, answer.prompt_tokens + completion);
  out += R"(,"total_time":)";
  append_seconds(out, times.total());
  if (answer.reasoning) {
    out += R"(,"completion_tokens_details":{"reasoning_tokens":)";
    append_integer(out, answer.reasoning_tokens());
    out += '}';
  }
  out += '}';
}

void Groq::write_further(std::string& out, const Answer& answer, Document kind) const {
  if (kind == Document::chunk || kind == Document::usage_chunk) return;
  out += R"(,"x_groq":{"id":"req_01)";
  append_hex(out, answer.id);
  out += '"';
  if (kind == Document::finish_chunk) {
    out += ',';
    write_usage(out, answer);
  }
  out += '}';
  if (kind == Document::whole) out += R"(,"service_tier":"on_demand")";
}

void Groq::write_refusal(std::string& out, const Refusal& refusal, std::uint64_t) const {
  write_error(out, refusal);
  out += "}}";
}

void Groq::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  out += "event: error\ndata: ";
  write_error(out, refusal);
  out += R"(,"status_code":)";
  append_integer(out, refusal.status);
  out += "}}\n\n";
}

Refusal Groq::refusal_of(int status) const {
  Refusal refusal;
  refusal.status = status;
  refusal.type = status >= 500 ? "internal_server_error" : "invalid_request_error";
  refusal.message = status >= 500 ? "Internal Server Error" : "The request was rejected.";
  for (const Row& row : kRows) {
    if (row.status != status) continue;
    refusal.type = row.type;
    refusal.code = row.code;
    refusal.message = row.message;
  }
  return refusal;
}

Refusal Groq::refusal_of_quota() const {
  Refusal refusal = refusal_of(429);
  refusal.message =
      "Rate limit reached for model in organization `org_shakedown` service tier `on_demand` on "
      "tokens per day (TPD): Limit 100000, Used 100000. Please try again in 23h59m0s. Need more "
      "tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing";
  return refusal;
}

}  // namespace fakes
