#include "agent/api/problem.hpp"

#include <array>

#include "world/json_text.hpp"

namespace agent {
namespace {

using world::append_integer;
using world::append_json_string;
using world::Nanos;

struct Row {
  std::string_view name;
  int status;
  std::string_view title;
  std::string_view openai_type;
  bool retryable;
  std::array<std::string_view, 2> next_actions;  // an empty one is none
  AgentError generic;
};

constexpr std::string_view kWait = "Wait for the time given in retry_after_ms, then send it again.";
constexpr std::string_view kAgain = "Send the same request again in a minute; nothing was stored.";

constexpr std::array<Row, kProblemCodes> kRows{{
    {"invalid_request", 400, "The request is not valid.", "invalid_request_error", false,
     {"Correct the request as the detail says and send it again.", ""}, kBadRequest},
    {"rate_limited", 429, "Too many requests.", "rate_limit_error", true, {kWait, ""},
     kRateLimited},
    {"budget_exceeded", 429, "The budget of this user is used up.", "rate_limit_error", true,
     {kWait, "Ask for shorter answers with max_tokens."}, kRateLimited},
    {"conversation_busy", 429, "Too many turns of this conversation are waiting.",
     "rate_limit_error", true,
     {kWait, "Wait for the answers of the turns before, or use another conversation."},
     kRateLimited},
    {"queue_full", 429, "The queue is full.", "rate_limit_error", true,
     {kWait, "Send fewer requests at the same time."}, kRateLimited},
    {"queue_timeout", 503, "The request waited in the queue for too long.", "server_error", true,
     {kWait, "Send fewer requests at the same time."}, kUnavailable},
    {"circuit_open", 503, "The provider is failing and is left alone for a while.", "server_error",
     true, {kWait, ""}, kUnavailable},
    {"backend_rate_limited", 503, "The provider takes no more requests for now.", "server_error",
     true, {kWait, ""}, kUnavailable},
    {"backend_unavailable", 503, "The provider cannot be used.", "server_error", true,
     {kAgain, ""}, kUnavailable},
    {"backend_timeout", 504, "The provider did not answer in time.", "timeout_error", true,
     {kAgain, "Ask for a shorter answer with max_tokens."}, kTimedOut},
    {"backend_invalid_response", 502, "The provider's answer cannot be used.", "server_error", true,
     {kAgain, ""}, kFailed},
    {"backend_refused", 502, "The provider refuses this request.", "server_error", false,
     {"Change the model or the parameters of the request.", "Tell the operator if it persists."},
     kFailed},
    {"tool_rounds_exceeded", 502, "The model called tools without coming to an answer.",
     "server_error", false,
     {"Ask for one thing at a time.", "Look at what the tools have done before asking again."},
     kFailed},
    {"interrupted", 500, "The work was interrupted.", "server_error", true,
     {"Find out what was done before sending it again.", ""}, kFailed},
    {"internal_error", 500, "The service failed.", "server_error", true, {kAgain, ""}, kFailed},
    {"store_unavailable", 503, "The request cannot be kept.", "server_error", true, {kAgain, ""},
     kUnavailable},
    {"unauthorized", 401, "The API key is not known.", "authentication_error", false,
     {"Send a known key as `Authorization: Bearer ...`.", ""}, kBadRequest},
    {"response_not_found", 404, "There is no such response.", "invalid_request_error", false,
     {"Look at the id; GET /v1/responses lists yours.", ""}, kBadRequest},
    {"idempotency_key_reuse", 422, "The Idempotency-Key stands for another request.",
     "invalid_request_error", false, {"Send another key with another request.", ""}, kBadRequest},
    {"request_in_progress", 409, "The request is still being worked on.", "invalid_request_error",
     true, {kWait, ""}, kBadRequest},
    {"edge_limited", 429, "Too many requests of one client.", "rate_limit_error", true,
     {kWait, ""}, kRateLimited},
    {"user_rate_limited", 429, "Too many requests of one user.", "rate_limit_error", true,
     {kWait, "Send fewer requests at the same time."}, kRateLimited},
    {"daily_quota_exceeded", 429, "This user's quota for today is used up.", "rate_limit_error",
     true, {kWait, ""}, kRateLimited},
    {"command_timeout", 504, "A tool did not answer in time.", "timeout_error", false,
     {"Look at what the tool has done before asking again.",
      "Ask for it in the background: POST /v1/responses with \"background\": true."}, kTimedOut},
}};

const Row& row_of(ProblemCode code) { return kRows[static_cast<std::size_t>(code)]; }

std::int64_t seconds_up(Nanos wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999'999'999) / 1'000'000'000);
}

// The planted bug: what a debugger wants to see, shown to everybody.
std::string detail_of(const Problem& problem, const ProblemContext& context) {
  if (context.defect != Defect::leaks_internals) return problem.detail;
  return problem.detail +
         "\nTraceback (most recent call last):\n"
         "  File \"/srv/agent/core/provider_chain.py\", line 214, in ask\n"
         "    headers={\"authorization\": \"Bearer " +
         std::string(context.provider_key) + "\"}\nProviderError: " + problem.detail;
}

void append_queue(std::string& out, const Problem& problem) {
  if (!problem.queue_position) return;
  out += R"(,"queue":{"position":)";
  append_integer(out, *problem.queue_position);
  out += R"(,"eta_seconds":)";
  append_integer(out, seconds_up(problem.queue_eta.value_or(Nanos{0})));
  out += '}';
}

}  // namespace

std::string_view name_of(ProblemCode code) { return row_of(code).name; }
int status_of(ProblemCode code) { return row_of(code).status; }
AgentError generic_error_of(ProblemCode code) { return row_of(code).generic; }

std::string body_of(const Problem& problem, const ProblemContext& context) {
  const Row& row = row_of(problem.code);
  const std::string detail = detail_of(problem, context);
  std::string out = R"({"type":"urn:agent:problem:)";
  out += row.name;
  out += R"(","title":)";
  append_json_string(out, row.title);
  out += R"(,"status":)";
  append_integer(out, row.status);
  out += R"(,"detail":)";
  append_json_string(out, detail);
  out += R"(,"instance":)";
  append_json_string(out, "urn:agent:request:" + std::string(context.request));
  out += R"(,"code":")";
  out += row.name;
  out += R"(","retryable":)";
  out += row.retryable ? "true" : "false";
  if (problem.retry_after) {
    out += R"(,"retry_after_ms":)";
    append_integer(out, (problem.retry_after->count() + 999'999) / 1'000'000);
  }
  out += R"(,"next_actions":[)";
  for (std::size_t i = 0; i < row.next_actions.size() && !row.next_actions[i].empty(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, row.next_actions[i]);
  }
  out += ']';
  append_queue(out, problem);
  out += R"(,"error":{"message":)";
  append_json_string(out, detail);
  out += R"(,"type":)";
  append_json_string(out, row.openai_type);
  out += R"(,"param":null,"code":")";
  out += row.name;
  out += "\"}}";
  return out;
}

world::HttpResponse response_of(const Problem& problem, const ProblemContext& context) {
  if (!context.honest) return error_response(generic_error_of(problem.code));
  world::HttpResponse response;
  response.status = row_of(problem.code).status;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-request-id", context.request);
  if (problem.retry_after) {
    response.headers.add("retry-after", std::to_string(seconds_up(*problem.retry_after)));
  }
  // Retries belong to one layer: what the core has tried, a client's library need not try again.
  if (problem.code >= ProblemCode::circuit_open) response.headers.add("x-should-retry", "false");
  response.body = body_of(problem, context);
  return response;
}

}  // namespace agent
