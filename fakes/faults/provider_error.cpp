#include "fakes/faults/provider_error.hpp"

#include "fakes/faults/strike.hpp"
#include "fakes/faults/suits.hpp"

namespace fakes {
namespace {

using How = ProviderErrorHow;

struct Row {
  How how;
  std::string_view provider;  // empty: all others
  int status;
  std::string_view type;
  std::string_view code;
  std::string_view param;
  std::string_view message;
};

// The first row that fits. What is not here the dialect says by itself.
// clang-format off
constexpr Row kRows[] = {
  {How::insufficient_quota, "anthropic", 400, "invalid_request_error", "", "",
   "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
   "upgrade or purchase credits."},
  {How::insufficient_quota, "openai", 429, "insufficient_quota", "insufficient_quota", "",
   "You exceeded your current quota, please check your plan and billing details."},
  {How::credit_balance, "anthropic", 402, "billing_error", "credit_balance_exhausted", "",
   "Your credit balance is exhausted."},
  {How::credit_balance, "openai", 429, "insufficient_quota", "credit_balance_exhausted", "",
   "Your credit balance is exhausted. Add credits to go on."},
  {How::spend_limit, "anthropic", 429, "rate_limit_error", "enforced_spend_limit_reached", "",
   "You have reached your specified API usage limits."},
  {How::spend_limit, "openai", 429, "insufficient_quota", "enforced_spend_limit_reached", "",
   "You have reached the spend limit that is enforced for this project."},
  {How::context_length, "anthropic", 400, "invalid_request_error", "", "",
   "prompt is too long: 214503 tokens > 200000 maximum"},
  {How::context_length, "cohere", 400, "", "", "",
   "too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 214503. "
   "Try using a shorter prompt, or enable prompt truncating."},
  {How::context_length, "mistral", 400, "invalid_request_error", "3051", "",
   "Prompt contains 214503 tokens and 0 draft tokens, too large for model with 131072 maximum "
   "context length"},
  {How::context_length, "groq", 400, "invalid_request_error", "context_length_exceeded",
   "messages", "Please reduce the length of the messages or completion."},
  {How::context_length, "cerebras", 400, "invalid_request_error", "context_length_exceeded",
   "messages",
   "Please reduce the length of the messages or completion. Current length is 214503 while limit "
   "is 131072"},
  {How::context_length, "", 400, "invalid_request_error", "context_length_exceeded", "messages",
   "This model's maximum context length is 128000 tokens. However, your messages resulted in "
   "214503 tokens. Please reduce the length of the messages."},
  {How::content_filter, "anthropic", 400, "invalid_request_error", "", "",
   "Output blocked by content filtering policy"},
  {How::content_filter, "cohere", 498, "", "", "",
   "invalid token: the request or the response was blocked"},
  {How::content_filter, "", 400, "invalid_request_error", "content_filter", "prompt",
   "The response was filtered due to the prompt triggering the content management policy."},
  {How::tool_use_failed, "", 400, "invalid_request_error", "tool_use_failed", "",
   "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more "
   "details."},
  {How::ramp_limit, "", 429, "rate_limit_error", "ramp_limit_exceeded", "",
   "This request would exceed the rate at which your organization's usage may grow. Please ramp up "
   "your traffic more gradually."},
};
// clang-format on

// What has no row: the dialect knows how its provider says it.
Refusal otherwise(How how, const Dialect& dialect) {
  if (how == How::overloaded) return dialect.refusal_of(dialect.overload_status());
  if (how == How::key_revoked) return dialect.refusal_of(401);
  const bool pays_first = dialect.provider() == "cohere" || dialect.provider() == "cerebras";
  if (how == How::credit_balance && pays_first) return dialect.refusal_of(402);
  return dialect.refusal_of_quota();
}

Refusal refusal_of(How how, const Dialect& dialect) {
  for (const Row& row : kRows) {
    if (row.how != how || (!row.provider.empty() && row.provider != dialect.provider())) continue;
    Refusal refusal;
    refusal.status = row.status;
    refusal.type = row.type;
    refusal.code = row.code;
    refusal.param = row.param;
    refusal.message = row.message;
    return refusal;
  }
  return otherwise(how, dialect);
}

// What the model wrote stands in a member that no other error has.
void add_failed_generation(std::string& body) {
  if (body.find(R"("failed_generation":)") != std::string::npos) return;  // the dialect has said it
  const std::size_t end = body.rfind("}}");
  if (end == std::string::npos) return;
  body.insert(end, R"(,"failed_generation":"<function=lookup{\"city\": \"Berlin\"</function>")");
}

}  // namespace

world::Task<void> strike(ProviderError fault, Exchange& x) {
  if (!why_unfit(fault, x.dialect).empty()) {
    x.had_effect = false;
    co_await answer_normally(x);
    co_return;
  }
  const Refusal refusal = refusal_of(fault.how, x.dialect);
  x.body.clear();
  x.note_error(refusal);
  x.dialect.write_refusal(x.body, refusal, x.facts.request_id);
  if (fault.how == How::tool_use_failed) add_failed_generation(x.body);
  x.add_response(refusal.status, "application/json", x.body);
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);  // the record says so
}

}  // namespace fakes
