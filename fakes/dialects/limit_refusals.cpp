// What providers other than OpenAI say to a request that met a rate limit, each in its own words
// and with its own figures: some tell the limit and what is used of it, some only which it was.
#include <string>

#include "fakes/dialects/anthropic.hpp"
#include "fakes/dialects/cerebras.hpp"
#include "fakes/dialects/cohere.hpp"
#include "fakes/dialects/groq.hpp"
#include "fakes/dialects/mistral.hpp"

namespace fakes {
namespace {

// Of limits that count over time.
std::string_view unit_of(LimitKind kind) {
  return kind == LimitKind::tokens ? "tokens" : "requests";
}

std::string_view period_of(LimitKind kind) {
  return kind == LimitKind::requests_day ? "day" : "minute";
}

std::string_view groq_words(LimitKind kind) {
  switch (kind) {
    case LimitKind::requests: return "requests per minute (RPM)";
    case LimitKind::tokens: return "tokens per minute (TPM)";
    case LimitKind::requests_day: return "requests per day (RPD)";
    case LimitKind::concurrent: return "concurrent requests";
  }
  return "";
}

// 80,000
std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace

Refusal Anthropic::refusal_of_limit(const LimitHit& hit, std::string_view) const {
  Refusal refusal = refusal_of(429);
  if (hit.kind == LimitKind::concurrent) {
    refusal.message =
        "Number of concurrent connections has exceeded your rate limit. Please try again later or "
        "contact sales at https://www.anthropic.com/contact-sales to discuss your options for a "
        "rate limit increase.";
    return refusal;
  }
  std::string& text = refusal.message;
  text = "This request would exceed your organization's rate limit of ";
  text += with_commas(hit.limit);
  text += ' ';
  text += unit_of(hit.kind);
  text += " per ";
  text += period_of(hit.kind);
  text += ". For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the "
          "response headers for current usage. Please reduce the prompt length or the maximum "
          "tokens requested, or try again later.";
  return refusal;
}

Refusal Cohere::refusal_of_limit(const LimitHit& hit, std::string_view) const {
  Refusal refusal = refusal_of(429);
  std::string& text = refusal.message;
  if (hit.kind == LimitKind::concurrent) {
    text = "too many concurrent requests, please try again later";
    return refusal;
  }
  text = "You are using a Trial key, which is limited to ";
  text += std::to_string(hit.limit);
  text += hit.kind == LimitKind::tokens ? " tokens / " : " API calls / ";
  text += period_of(hit.kind);
  text += ". You can continue to use the Trial key for free or upgrade to a Production key with "
          "higher rate limits at 'https://dashboard.cohere.com/api-keys'.";
  return refusal;
}

// Requests are counted by its gateway, which has a form of its own; tokens by the service.
Refusal Mistral::refusal_of_limit(const LimitHit& hit, std::string_view) const {
  Refusal refusal = refusal_of(429);
  if (hit.kind == LimitKind::tokens) return refusal;
  refusal.type.clear();
  refusal.code.clear();
  refusal.message = "Requests rate limit exceeded";
  return refusal;
}

Refusal Groq::refusal_of_limit(const LimitHit& hit, std::string_view model) const {
  Refusal refusal = refusal_of(hit.too_large ? 413 : 429);
  refusal.type = unit_of(hit.kind);
  std::string& text = refusal.message;
  text = hit.too_large ? "Request too large for model `" : "Rate limit reached for model `";
  text += model;
  text += "` in organization `org_shakedown` service tier `on_demand` on ";
  text += groq_words(hit.kind);
  text += ": Limit " + std::to_string(hit.limit);
  if (!hit.too_large) text += ", Used " + std::to_string(hit.used);
  text += ", Requested " + std::to_string(hit.requested);
  if (hit.too_large) {
    text += ", please reduce your message size and try again.";
  } else if (hit.retry_after) {
    text += ". Please try again in ";
    append_go_duration(text, *hit.retry_after);
    text += '.';
  } else {
    text += ". Please try again later.";
  }
  text += " Need more tokens? Upgrade to Dev Tier today at "
          "https://console.groq.com/settings/billing";
  return refusal;
}

Refusal Cerebras::refusal_of_limit(const LimitHit& hit, std::string_view) const {
  if (hit.kind == LimitKind::concurrent) {
    Refusal queue = refusal_of(overload_status());
    queue.status = 429;
    return queue;
  }
  Refusal refusal = refusal_of(429);
  const std::string period(period_of(hit.kind));
  if (hit.kind == LimitKind::tokens) {
    refusal.type = "too_many_tokens_error";
    refusal.code = "token_quota_exceeded";
    refusal.message = "Tokens per " + period + " limit exceeded - too many tokens processed.";
  } else {
    refusal.message = "Requests per " + period + " limit exceeded - too many requests sent.";
  }
  return refusal;
}

}  // namespace fakes
