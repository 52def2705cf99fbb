#include "fakes/dialects/openai_chat.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

std::string_view words_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::requests: return "requests per min (RPM)";
    case LimitKind::tokens: return "tokens per min (TPM)";
    case LimitKind::requests_day: return "requests per day (RPD)";
    case LimitKind::concurrent: return "concurrent requests";
  }
  return "";
}

void append_number(std::string& out, std::string_view name, std::int64_t number) {
  out += name;
  world::append_integer(out, number);
}

}  // namespace

Refusal OpenAiChat::refusal_of_limit(const LimitHit& hit, std::string_view model) const {
  Refusal refusal = refusal_of(429);
  refusal.type = hit.kind == LimitKind::tokens ? "tokens" : "requests";
  std::string& text = refusal.message;
  text = hit.too_large ? "Request too large for " : "Rate limit reached for ";
  text += model;
  text += " in organization org-shakedown on ";
  text += words_of(hit.kind);
  append_number(text, ": Limit ", hit.limit);
  if (!hit.too_large) append_number(text, ", Used ", hit.used);
  append_number(text, ", Requested ", hit.requested);
  if (hit.too_large) {
    text += ". The input or output tokens must be reduced in order to run successfully.";
  } else if (hit.retry_after) {
    text += ". Please try again in ";
    append_go_duration(text, *hit.retry_after);
    text += '.';
  } else {
    text += ". Please try again later.";
  }
  return refusal;
}

void OpenAiChat::write_retry_after(std::string& out, world::Nanos wait) const {
  Dialect::write_retry_after(out, wait);
  append_number(out, "retry-after-ms: ", (wait.count() + 999'999) / 1'000'000);
  out += "\r\n";
}

}  // namespace fakes
