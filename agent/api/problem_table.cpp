#include "agent/api/problem_table.hpp"

namespace agent {
namespace {

constexpr std::string_view kQuota =
    "https://iana.org/assignments/http-problem-types#quota-exceeded";
constexpr std::string_view kReduced =
    "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
constexpr std::string_view kAbnormal =
    "https://iana.org/assignments/http-problem-types#abnormal-usage-detected";

constexpr NextAction kWait{"Wait for the time given in retry_after_ms, then send it again."};
constexpr NextAction kAgain{"Send the same request again in a minute; nothing was stored."};
constexpr NextAction kLater{
    "Send it with \"background\": true, and fetch the answer when it is there.", "POST",
    "/v1/responses"};
constexpr NextAction kShorter{"Ask for a shorter answer with max_tokens."};
constexpr NextAction kSeeSchema{"See what a request may hold.", "GET", "/v1/schemas/{schema}"};
constexpr NextAction kSeeModels{"See which models there are.", "GET", "/v1/models"};
constexpr NextAction kSeeLimits{"See what is left of your limits.", "GET", "/v1/limits"};
constexpr NextAction kSeeBudgets{"See what is left of your budget.", "GET", "/v1/budgets"};
constexpr NextAction kSeeQueue{"See your place in the queue.", "GET", "/v1/queue"};
constexpr NextAction kListResponses{"See which responses are yours.", "GET", "/v1/responses"};

// What legacy says where it has no word of its own.
constexpr AgentError kNoSuchThing{404, "invalid_request_error", "Not found."};
constexpr AgentError kNotAllowed{405, "invalid_request_error", "Method not allowed."};
constexpr AgentError kTooLarge{413, "invalid_request_error", "Request too large."};
constexpr AgentError kTooSlow{408, "invalid_request_error", "Request timeout."};
constexpr AgentError kUnauthorized{401, "authentication_error", "Unauthorized."};
constexpr AgentError kForbidden{403, "permission_error", "Forbidden."};
constexpr AgentError kGone{410, "invalid_request_error", "Gone."};
constexpr AgentError kConflict{409, "invalid_request_error", "Conflict."};
constexpr AgentError kUnprocessable{422, "invalid_request_error", "Unprocessable request."};

constexpr std::array<ProblemRow, kProblemCodes> kRows{{
    {"not_found", 404, "There is nothing at this path.", "invalid_request_error", "route", false, 0,
     {{kSeeModels}}, kNoSuchThing},
    {"method_not_allowed", 405, "This path does not take this method.",
     "invalid_request_error", "route", false, 0,
     {{{"Use a method that the Allow header names."}}}, kNotAllowed},
    {"invalid_http", 400, "The request is not valid HTTP/1.1.",
     "invalid_request_error", "parse", false, 0,
     {{{"Correct the request's head and send it again."}}}, kBadRequest},
    {"payload_too_large", 413, "The request is larger than this server takes.",
     "invalid_request_error", "parse", false, 0,
     {{{"Send a smaller body: the latest messages only, or a shorter input."},
       kSeeLimits}},
     kTooLarge},
    {"request_timeout", 408, "The request was too long in coming.",
     "invalid_request_error", "parse", true, 0,
     {{{"Send the whole request again, without pauses, on a new connection."}}}, kTooSlow},
    {"unauthorized", 401, "The API key is not known.",
     "authentication_error", "authenticate", false, 0,
     {{{"Send a known key as `Authorization: Bearer ...`."}}}, kUnauthorized},
    {"forbidden", 403, "This key may not do that.",
     "permission_error", "authenticate", false, 0,
     {{{"Send a key of agent.admin_keys."}}}, kForbidden},
    {"invalid_request", 400, "The request is not valid.",
     "invalid_request_error", "validate", false, 0,
     {{{"Correct the fields that `errors` names and send it again."},
       kSeeSchema}},
     kBadRequest},
    {"invalid_json", 400, "The body is not valid JSON.", "invalid_request_error", "parse", false, 0,
     {{{"Correct the JSON at the place that `detail` names and send it again."},
       kSeeSchema}},
     kBadRequest},
    {"empty_body", 400, "The body is empty.", "invalid_request_error", "parse", false, 0,
     {{{"Send a JSON object, with content-length or chunked."},
       kSeeSchema}},
     kBadRequest},
    {"not_an_object", 400, "The body is not a JSON object.",
     "invalid_request_error", "parse", false, 0,
     {{{"Send one JSON object."}, kSeeSchema}}, kBadRequest},
    {"byte_order_mark", 400, "The body begins with a byte order mark.",
     "invalid_request_error", "parse", false, 0,
     {{{"Encode the body as UTF-8 without a byte order mark."},
       kSeeSchema}},
     kBadRequest},
    {"too_deep", 400, "The JSON is nested too deeply.", "invalid_request_error", "parse", false, 0,
     {{{"Flatten the value that `errors` names, or send it as a string."},
       kSeeSchema}},
     kBadRequest},
    {"too_many_values", 400, "The JSON has too many values.",
     "invalid_request_error", "parse", false, 0,
     {{{"Send less at once."}, kSeeSchema}}, kBadRequest},
    {"duplicate_key", 400, "A key stands twice in one object.",
     "invalid_request_error", "parse", false, 0,
     {{{"Leave one of the two out."}, kSeeSchema}}, kBadRequest},
    {"invalid_utf8", 400, "The body is not valid UTF-8.",
     "invalid_request_error", "parse", false, 0,
     {{{"Encode the body as UTF-8."}, kSeeSchema}}, kBadRequest},
    {"lone_surrogate", 400, "A string holds half of a surrogate pair.",
     "invalid_request_error", "parse", false, 0,
     {{{"Write the character itself in UTF-8, or both halves of the pair."},
       kSeeSchema}},
     kBadRequest},
    {"control_character", 400, "A string holds a bare control character.",
     "invalid_request_error", "parse", false, 0,
     {{{"Escape it, as \\n or \\u0001."}, kSeeSchema}}, kBadRequest},
    {"not_a_json_number", 400, "JSON has no NaN and no Infinity.",
     "invalid_request_error", "parse", false, 0,
     {{{"Write null or a number, or leave the field out."}, kSeeSchema}}, kBadRequest},
    {"number_out_of_range", 400, "A number is too large or too small.",
     "invalid_request_error", "parse", false, 0,
     {{{"Send a number that a double holds."}, kSeeSchema}}, kBadRequest},
    {"truncated_json", 400, "The JSON ends too early.", "invalid_request_error", "parse", false, 0,
     {{{"Send the whole body, and its true content-length."}, kSeeSchema}}, kBadRequest},
    {"trailing_data", 400, "There is more behind the JSON.",
     "invalid_request_error", "parse", false, 0,
     {{{"Send one JSON value and nothing behind it."}, kSeeSchema}}, kBadRequest},
    {"response_not_found", 404, "There is no such response.",
     "invalid_request_error", "lookup", false, 0,
     {{kListResponses}}, kNoSuchThing},
    {"response_expired", 404, "The response was kept for a time that is over.",
     "invalid_request_error", "lookup", false, 0,
     {{{"Ask the same again.", "POST", "/v1/responses"}, kListResponses}}, kNoSuchThing},
    {"cursor_too_old", 410, "The events asked for are no longer kept.",
     "invalid_request_error", "lookup", false, 0,
     {{{"Read the response as it is now.", "GET", "/v1/responses/{id}"}}}, kGone},
    {"agent_not_found", 404, "There is no such agent.", "invalid_request_error", "lookup", false, 0,
     {{kSeeModels}}, kNoSuchThing},
    {"idempotency_key_reuse", 422, "The Idempotency-Key stands for another request.",
     "invalid_request_error", "idempotency", false, 0,
     {{{"Send another key with another request, or the first request again with this one."},
       {}}},
     kUnprocessable},
    {"request_in_progress", 409, "A request with this Idempotency-Key is at work.",
     "invalid_request_error", "idempotency", true, 1,
     {{kWait, kListResponses}}, kConflict},
    {"cycle", 422, "The steps wait for one another in a circle.",
     "invalid_request_error", "validate", false, 0,
     {{{"Take out one of the dependencies that `cycle` names."}}}, kUnprocessable},
    {"rate_limited", 429, "Too many requests.", "rate_limit_error", "limit", true, 1,
     {{kWait, kSeeLimits}}, kRateLimited, kQuota},
    {"edge_limited", 429, "Too many requests from this client.",
     "rate_limit_error", "limit", true, 1,
     {{kWait, kSeeLimits}}, kRateLimited, kQuota},
    {"user_rate_limited", 429, "Too many requests of this user.",
     "rate_limit_error", "limit", true, 1,
     {{kWait, kSeeLimits}}, kRateLimited, kQuota},
    {"daily_quota_exceeded", 429, "This user's requests of the day are used up.",
     "rate_limit_error", "limit", true, 60,
     {{kWait, kSeeLimits}}, kRateLimited, kQuota},
    {"abnormal_usage_detected", 429, "These requests do not look like those of a user.",
     "rate_limit_error", "limit", true, 60,
     {{kWait,
       {"Send fewer requests, and none again that was refused."}}},
     kRateLimited, kAbnormal},
    {"budget_exceeded", 429, "The budget of this user is used up.",
     "rate_limit_error", "reserve", true, 60,
     {{kWait, kSeeBudgets}}, kRateLimited},
    {"store_unavailable", 503, "The request cannot be kept.", "server_error", "store", true, 5,
     {{kAgain}}, kUnavailable},
    {"shutting_down", 503, "This server is about to stop.", "server_error", "accept", true, 5,
     {{{"Send it again: another server will take it."}}}, kUnavailable},
    {"reduced_capacity", 503, "The service takes less than usual for now.",
     "server_error", "queue", true, 5,
     {{kWait, kLater}}, kUnavailable, kReduced},
    {"conversation_busy", 409, "Too many turns of this conversation are waiting.",
     "rate_limit_error", "queue", true, 1,
     {{kWait,
       {"Wait for the answers of the turns before, or use another conversation."}}},
     kRateLimited},
    {"queue_full", 429, "The queue is full.", "rate_limit_error", "queue", true, 1,
     {{kWait, kSeeQueue}}, kRateLimited},
    {"queue_timeout", 503, "The request waited in the queue for too long.",
     "server_error", "queue", true, 1,
     {{kLater, kSeeQueue}}, kUnavailable},
    {"circuit_open", 503, "The provider is failing and is left alone for a while.",
     "server_error", "provider", true, 5,
     {{kWait, kLater}}, kUnavailable, {}, true},
    {"backend_rate_limited", 503, "The provider takes no more requests for now.",
     "server_error", "provider", true, 5,
     {{kWait, kLater}}, kUnavailable, kReduced, true},
    {"backend_unavailable", 503, "The provider cannot be used.",
     "server_error", "provider", true, 5,
     {{kAgain, kLater}}, kUnavailable, {}, true},
    {"backend_timeout", 504, "The provider did not answer in time.",
     "timeout_error", "provider", true, 0,
     {{kShorter, kLater}}, kTimedOut, {}, true},
    {"backend_invalid_response", 502, "The provider's answer cannot be used.",
     "server_error", "provider", true, 0,
     {{kAgain, kSeeModels}}, kFailed, {}, true},
    {"backend_refused", 502, "The provider refuses this request.",
     "server_error", "provider", false, 0,
     {{{"Change the model or the parameters of the request."}, kSeeModels}}, kFailed, {}, true},
    {"tool_rounds_exceeded", 502, "The model called tools without coming to an answer.",
     "server_error", "tool", false, 0,
     {{{"Ask for one thing at a time."},
       {"Look at what the tools have done before asking again."}}},
     kFailed, {}, true},
    {"command_timeout", 504, "The command did not end in time.", "timeout_error", "tool", false, 0,
     {{{"Look at what the command has done before asking again."}, kLater}}, kTimedOut, {}, true},
    {"interrupted", 500, "The work was interrupted.", "server_error", "recovery", true, 0,
     {{{"Find out what was done before sending it again."}, kListResponses}}, kFailed, {}, true},
    {"internal_error", 500, "The service failed.", "server_error", "core", true, 0,
     {{kAgain, {"Tell the operator the request_id if it persists."}}}, kFailed, {}, true},
    {"workflow_invalid", 400, "The workflow is not valid.",
     "invalid_request_error", "validate", false, 0,
     {{{"Correct the fields that `errors` names and send it again."}}}, kBadRequest},
    {"workflow_failed", 500, "The workflow failed.", "server_error", "workflow", false, 0,
     {{{"Look at the workflow's events for the step that failed, and at what was undone."},
       {}}},
     kFailed},
    {"task_execution_failed", 502, "A task of the workflow failed.",
     "server_error", "workflow", false, 0,
     {{{"Look at the workflow's events for the task's own error."}}}, kFailed},
    {"workflow_timeout", 504, "The workflow did not end in time.",
     "timeout_error", "workflow", false, 0,
     {{{"Give it more time, or split it."}}}, kTimedOut},
    {"workflow_limited", 429, "As many workflows of this type run as may.",
     "rate_limit_error", "queue", true, 1,
     {{kWait, kSeeQueue}}, kRateLimited},
    {"workflow_capacity", 503, "As many workflows run as may, over all types.",
     "server_error", "queue", true, 1,
     {{kWait, kSeeQueue}}, kUnavailable, kReduced},
}};

}  // namespace

const ProblemRow& row_of(ProblemCode code) { return kRows[static_cast<std::size_t>(code)]; }

std::string_view name_of(ProblemCode code) { return row_of(code).name; }
int status_of(ProblemCode code) { return row_of(code).status; }

}  // namespace agent
