#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

// As "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::int64_t unix_s) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t kDay = 86'400;
  const std::chrono::sys_days day{std::chrono::days(unix_s / kDay)};
  const std::chrono::year_month_day date(day);
  const std::chrono::weekday weekday(day);
  const std::int64_t second = unix_s % kDay;
  char text[64];
  std::snprintf(text, sizeof(text), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday.c_encoding()], unsigned{date.day()},
                kMonths[unsigned{date.month()} - 1], int{date.year()},
                static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60),
                static_cast<int>(second % 60));
  return text;
}

// What is said of a limit that the backend has not: those of a young account.
constexpr std::int64_t kRequestsPerMinute = 500;
constexpr std::int64_t kTokensPerMinute = 30'000;

// The limit, used up: so the headers say it, and the refusal with them.
LimitHit exhaust(const RateLimit& fault, Exchange& x) {
  const bool of_tokens = fault.of == LimitOf::tokens;
  LimitHit hit;
  hit.kind = of_tokens ? LimitKind::tokens : LimitKind::requests;
  hit.requested = of_tokens ? std::max<std::int64_t>(1, x.answer.prompt_tokens) : 1;
  Allowance& left = of_tokens ? x.facts.tokens : x.facts.requests;
  if (left.limit == 0) left.limit = of_tokens ? kTokensPerMinute : kRequestsPerMinute;
  left.limit = std::max(left.limit, hit.requested);
  left.remaining = 0;
  left.reset = std::max<world::Nanos>(fault.retry_after, std::chrono::minutes(1));
  hit.limit = left.limit;
  hit.used = left.limit;
  hit.retry_after = fault.retry_after;
  return hit;
}

std::string retry_header(const RateLimit& fault, const Dialect& dialect, std::int64_t unix_s) {
  const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(fault.retry_after).count();
  const std::int64_t ms = std::chrono::ceil<std::chrono::milliseconds>(fault.retry_after).count();
  switch (fault.as) {
    case RetryForm::provider: {
      std::string headers;
      dialect.write_retry_after(headers, fault.retry_after);
      return headers;
    }
    case RetryForm::seconds: return "retry-after: " + std::to_string(seconds) + "\r\n";
    case RetryForm::http_date: return "retry-after: " + http_date(unix_s + seconds) + "\r\n";
    case RetryForm::past_date: return "retry-after: " + http_date(unix_s - seconds) + "\r\n";
    case RetryForm::ms: return "retry-after-ms: " + std::to_string(ms) + "\r\n";
    case RetryForm::missing: return "";
    case RetryForm::negative: return "retry-after: -" + std::to_string(seconds) + "\r\n";
    case RetryForm::garbage: return "retry-after: soon\r\n";
  }
  return "";
}

}  // namespace

world::Task<void> strike(RateLimit fault, Exchange& x) {
  std::string headers = retry_header(fault, x.dialect, x.unix_s());
  if (fault.should_retry) {
    headers += *fault.should_retry ? "x-should-retry: true\r\n" : "x-should-retry: false\r\n";
  }
  const LimitHit hit = exhaust(fault, x);
  const std::string_view model = x.chat == nullptr ? std::string_view() : x.chat->model;
  Refusal refusal = x.dialect.refusal_of_limit(hit, model);
  co_await answer_refusal(x, std::move(refusal), headers);
}

}  // namespace fakes
