#include "agent/providers/backoff.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace agent {

using world::Nanos;

namespace {

__extension__ typedef __int128 Wide;

constexpr world::Purpose kJitter{"agent.retry.jitter"};
constexpr world::Purpose kSpread{"agent.retry.spread"};
constexpr std::uint64_t kParts = 1'000'000;

Nanos part_of(Nanos whole, std::uint64_t parts) {
  return Nanos(static_cast<std::int64_t>(static_cast<Wide>(whole.count()) * parts / kParts));
}

// Digits; a number that is too large for the type is the largest one.
std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.starts_with('-') || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return INT64_MAX;
  if (error != std::errc()) return std::nullopt;
  return n;
}

// Days from 1970-01-01 (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970; nothing for the obsolete forms.
std::optional<std::int64_t> date_of(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = number_of(text.substr(5, 2));
  const std::size_t month = kMonths.find(text.substr(8, 3));
  const auto year = number_of(text.substr(12, 4));
  const auto hour = number_of(text.substr(17, 2));
  const auto minute = number_of(text.substr(20, 2));
  const auto second = number_of(text.substr(23, 2));
  if (!day || month == std::string_view::npos || month % 3 != 0 || !year || !hour || !minute ||
      !second) {
    return std::nullopt;
  }
  const std::int64_t days = days_of(*year, static_cast<std::int64_t>(month / 3) + 1, *day);
  return days * 86'400 + *hour * 3'600 + *minute * 60 + *second;
}

constexpr std::int64_t kWaitMax = kDay / 1'000'000'000;  // s; longer waits are as long

}  // namespace

Nanos jittered(Nanos wait, const world::Random& random, std::string_view request, int attempt) {
  const std::uint64_t draw = random.below(kParts / 2 + 1, kJitter, world::entity_of(request),
                                          static_cast<std::uint64_t>(attempt));
  return part_of(wait, kParts / 2 + draw);
}

Nanos spread_behind(Nanos wait, const world::Random& random, std::string_view request,
                    int attempt) {
  const std::uint64_t draw = random.below(kParts, kSpread, world::entity_of(request),
                                          static_cast<std::uint64_t>(attempt));
  return part_of(std::max(wait / 2, Nanos(std::chrono::seconds(1))), draw);
}

std::optional<Nanos> retry_after_of(const world::HttpHeaders& headers, std::int64_t unix_nanos) {
  if (const auto ms = number_of(headers.get("retry-after-ms"))) {
    return std::chrono::milliseconds(std::min(*ms, kWaitMax * 1'000));
  }
  const std::string_view value = headers.get("retry-after");
  if (const auto seconds = number_of(value)) {
    return std::chrono::seconds(std::min(*seconds, kWaitMax));
  }
  const auto date = date_of(value);
  const std::int64_t now_s = unix_nanos / 1'000'000'000;
  if (!date || *date < now_s) return std::nullopt;
  if (*date - now_s > kWaitMax) return Nanos(kDay);  // in ns it might be too large for the type
  const Nanos wait(*date * 1'000'000'000 - unix_nanos);
  if (wait <= Nanos{0}) return std::nullopt;
  return std::min(wait, Nanos(kDay));
}

RetryBudget::RetryBudget(const world::Clock& clock, const RetryConfig& config)
    : clock_(clock),
      percent_(config.budget_percent),
      floor_max_(config.budget_floor * kOne),
      floor_(floor_max_),
      refilled_(clock.now()) {}

void RetryBudget::on_call() { saved_ = std::min(saved_ + percent_, kSavedMax * kOne); }

void RetryBudget::refill() {
  const auto seconds = (clock_.now() - refilled_) / std::chrono::seconds(1);
  refilled_ += std::chrono::seconds(seconds);
  floor_ = std::min(floor_max_, floor_ + std::min<std::int64_t>(seconds, 1'000'000) * kOne);
}

bool RetryBudget::take() {
  if (percent_ == 0) return true;
  refill();
  std::int64_t& purse = saved_ >= kOne ? saved_ : floor_;
  if (purse < kOne) return false;
  purse -= kOne;
  return true;
}

}  // namespace agent
