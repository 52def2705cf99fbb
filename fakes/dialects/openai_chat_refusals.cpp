#include "fakes/dialects/openai_chat.hpp"

namespace fakes {
namespace {

struct StatusRow {
  int status;
  const char* type;
  const char* code;  // empty: null
  const char* message;
};

// clang-format off
constexpr StatusRow kRequestError =
    {400, "invalid_request_error", "", "The request was rejected."};
constexpr StatusRow kServerError =
    {500, "server_error", "",
     "The server had an error while processing your request. Sorry about that!"};
constexpr StatusRow kStatusRows[] = {
    {401, "invalid_request_error", "invalid_api_key",
     "Incorrect API key provided. You can find your API key in the settings of your account."},
    {403, "request_forbidden", "unsupported_country_region_territory",
     "Country, region, or territory not supported"},
    {404, "invalid_request_error", "model_not_found",
     "The model does not exist or you do not have access to it."},
    {408, "server_error", "request_timeout", "The request took too long to arrive."},
    {409, "invalid_request_error", "conflict",
     "The resource was updated by another request. Please try again."},
    {413, "invalid_request_error", "request_too_large",
     "The request is larger than this server accepts."},
    {422, "invalid_request_error", "unprocessable_entity",
     "The request is well formed, but cannot be processed."},
    {429, "requests", "rate_limit_exceeded",
     "Rate limit reached on requests per min (RPM). Please try again later."},
    {502, "cf_bad_gateway", "502", "Bad gateway."},
    {503, "server_error", "server_is_overloaded",
     "The engine is currently overloaded, please try again later."},
    {504, "server_error", "gateway_timeout", "The upstream server did not answer in time."},
};
// clang-format on

}  // namespace

Refusal OpenAiChat::refusal_of(int status) const {
  const StatusRow* found = status >= 500 ? &kServerError : &kRequestError;
  for (const StatusRow& row : kStatusRows) {
    if (row.status == status) found = &row;
  }
  Refusal refusal;
  refusal.status = status;
  refusal.type = found->type;
  refusal.code = found->code;
  refusal.message = found->message;
  return refusal;
}

Refusal OpenAiChat::refusal_of_quota() const {
  Refusal refusal;
  refusal.status = 429;
  refusal.type = "insufficient_quota";
  refusal.code = "insufficient_quota";
  refusal.message =
      "You exceeded your current quota, please check your plan and billing details.";
  return refusal;
}

}  // namespace fakes
