// What Anthropic says when it refuses (platform.claude.com/docs/en/api/errors).
#include "fakes/dialects/anthropic.hpp"

namespace fakes {
namespace {

struct Row {
  int status;
  std::string_view type;
  std::string_view message;
};

constexpr Row kRows[] = {
    {400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"},
    {401, "authentication_error", "invalid x-api-key"},
    {402, "billing_error",
     "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
     "upgrade or purchase credits."},
    {403, "permission_error",
     "Your API key does not have permission to use the specified resource."},
    {404, "not_found_error", "The requested resource could not be found."},
    {405, "invalid_request_error", "Method Not Allowed"},
    {409, "conflict_error", "The request conflicts with the current state of the resource."},
    {413, "request_too_large", "Request exceeds the maximum size"},
    {429, "rate_limit_error",
     "This request would exceed your organization's rate limit. For details, refer to: "
     "https://docs.claude.com/en/api/rate-limits. You can see the response headers for current "
     "usage. Please reduce the prompt length or the maximum tokens requested, or try again later."},
    {500, "api_error", "Internal server error"},
    {502, "api_error", "Bad gateway"},
    {503, "api_error", "Service unavailable"},
    {504, "timeout_error", "Request timed out"},
    {529, "overloaded_error", "Overloaded"},
};

}  // namespace

Refusal Anthropic::refusal_of(int status) const {
  Refusal refusal;
  refusal.status = status;
  for (const Row& row : kRows) {
    if (row.status != status) continue;
    refusal.type = row.type;
    refusal.message = row.message;
    return refusal;
  }
  refusal.type = status >= 500 ? "api_error" : "invalid_request_error";
  refusal.message = status >= 500 ? "Internal server error" : "The request was rejected.";
  return refusal;
}

Refusal Anthropic::refusal_of_quota() const {
  Refusal refusal = refusal_of(429);
  refusal.code = "enforced_spend_limit_reached";
  refusal.message =
      "You have reached your specified API usage limits. You will regain access on the first day "
      "of next month at 00:00 UTC.";
  return refusal;
}

Refusal Anthropic::refusal_of_route(int status, std::string_view, std::string_view) const {
  Refusal refusal = refusal_of(status);
  if (status == 404) refusal.message = "Not Found";
  return refusal;
}

std::optional<Refusal> Anthropic::check_headers(const world::HttpHeaders& headers) const {
  if (headers.contains("anthropic-version")) return std::nullopt;
  Refusal refusal;
  refusal.message = "anthropic-version: header is required";
  return refusal;
}

}  // namespace fakes
