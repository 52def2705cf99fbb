#include "harness/oracles/daily_quota.hpp"

#include <algorithm>
#include <charconv>

namespace harness {

using reports::Outcome;
using world::Instant;

namespace {

constexpr std::int64_t kDay = ClockAgent::kDay;
constexpr std::string_view kQuotaCode = "\"daily_quota_exceeded\"";

// The number of a user of the load generator's: 17 of "u17".
std::optional<std::uint32_t> number_of(std::string_view user) {
  std::uint32_t number = 0;
  if (!user.starts_with('u')) return std::nullopt;
  const char* end = user.data() + user.size();
  const auto read = std::from_chars(user.data() + 1, end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

DailyQuota::DailyQuota(const OracleInput& input) {
  if (input.scenario == nullptr) return;
  config_ = &input.scenario->agent.rate;
  const auto set = [this](const std::vector<std::string>& users, std::int64_t limit) {
    for (const std::string& user : users) {
      if (const auto number = number_of(user)) limits_[*number] = limit;
    }
  };
  set(config_->basic_users, config_->daily_basic);
  set(config_->pro_users, config_->daily_pro);
}

void DailyQuota::on_life(const AgentLife& life) {
  if (life.event == AgentLife::Event::clock_set) steps_.push_back({life.at, life.wall});
}

// False: nobody knows.
bool DailyQuota::days_of(Instant at, Days& days) const {
  const auto next = std::find_if(steps_.begin(), steps_.end(),
                                 [&](const Step& step) { return step.at > at; });
  if (next == steps_.begin()) return false;
  const auto day_at = [](const Step& step, Instant when) {
    return (step.wall + (when - step.at).count()) / kDay;
  };
  const Step& now = *(next - 1);
  days.last = day_at(now, at + kDoubt);
  days.first = day_at(now, std::max(now.at, at - kDoubt - config_->daily_jitter));
  const auto doubt = [&](const Step& other) {
    const std::int64_t day = day_at(other, std::max(at, other.at));
    days.first = std::min(days.first, day);
    days.last = std::max(days.last, day);
  };
  if (at - now.at < kDoubt && now.at != steps_.front().at) doubt(*(next - 2));
  if (next != steps_.end() && next->at - at < kDoubt) doubt(*next);
  return true;
}

std::int64_t DailyQuota::limit_of(std::uint32_t user) const {
  const auto found = limits_.find(user);
  return found == limits_.end() ? config_->daily_free : found->second;
}

bool DailyQuota::was_for_quota(const reports::Operation& op, const Reply& reply) const {
  return op.http_status == 429 && reply.error_body.find(kQuotaCode) != std::string::npos;
}

void DailyQuota::on_sent(const reports::Operation& op) { ++open_[op.user]; }

void DailyQuota::on_ended(const reports::Operation& op, const Reply& reply) {
  const auto open = open_.find(op.user);
  if (open != open_.end() && --open->second == 0) open_.erase(open);
  Days days;
  if (config_ == nullptr || !days_of(op.sent, days)) return;
  const std::int64_t limit = limit_of(op.user);
  if (limit == 0) return;
  check();
  const std::string who = world::to_text(turn_of(op));
  const bool refused = op.outcome == Outcome::error && op.http_status >= 400;
  if (refused) {
    if (!was_for_quota(op, reply)) return;
    std::int64_t most = 0;  // that may have been used of one of these days
    for (std::int64_t day = days.first; day <= days.last; ++day) {
      const Count& count = counts_[{op.user, day}];
      most = std::max(most, count.answered + count.perhaps);
    }
    const auto others = open_.find(op.user);
    most += others == open_.end() ? 0 : others->second;
    if (most >= limit) return;
    violate(op.last_event, who,
            "was refused for the quota of the day, which is " + std::to_string(limit) +
                ", after " + counted(static_cast<std::uint64_t>(most), "request"));
    return;
  }
  const bool certain = op.outcome == Outcome::ok && !reply.degraded && days.first == days.last;
  for (std::int64_t day = days.first; day <= days.last; ++day) {
    Count& count = counts_[{op.user, day}];
    ++(certain ? count.answered : count.perhaps);
    if (!certain || count.answered <= limit) continue;
    violate(op.last_event, who,
            "was answer " + std::to_string(count.answered) +
                " to its user on one day; the quota is " + std::to_string(limit));
  }
}

}  // namespace harness
