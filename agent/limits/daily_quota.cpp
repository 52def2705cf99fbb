#include "agent/limits/daily_quota.hpp"

#include <algorithm>
#include <array>

#include "world/random.hpp"

namespace agent {

using world::Nanos;
using world::Task;

namespace {

constexpr std::array<std::string_view, 3> kTierNames = {"free", "basic", "pro"};
constexpr world::Purpose kDayBegins("begin of a user's day");

}  // namespace

std::string_view name_of(Tier tier) { return kTierNames[static_cast<std::size_t>(tier)]; }

DailyQuota::DailyQuota(const world::Clock& clock, const RateConfig& config, DayCounts& counts)
    : clock_(clock), config_(config), accounts_(counts, kAccountsMax) {
  for (const std::string& user : config_.basic_users) tiers_[user] = Tier::basic;
  for (const std::string& user : config_.pro_users) tiers_[user] = Tier::pro;
}

Tier DailyQuota::tier_of(const std::string& user) const {
  const auto found = tiers_.find(user);
  return found == tiers_.end() ? Tier::free : found->second;
}

std::int64_t DailyQuota::limit_of(const std::string& user) const {
  const Tier tier = tier_of(user);
  if (tier == Tier::pro) return config_.daily_pro;
  return tier == Tier::basic ? config_.daily_basic : config_.daily_free;
}

// Of the user alone, not of a run's seed: a restart must not move anybody's day.
Nanos DailyQuota::jitter_of(const std::string& user) const {
  if (config_.daily_jitter <= Nanos{0}) return Nanos{0};
  const auto span = static_cast<std::uint64_t>(config_.daily_jitter.count());
  const world::Random random(0);
  return Nanos(static_cast<std::int64_t>(
      random.below(span, kDayBegins, world::entity_of(user), 0)));
}

std::int64_t DailyQuota::day_of(const std::string& user) const {
  return (clock_.unix_nanos() - jitter_of(user).count()) / kDay;
}

Nanos DailyQuota::day_left(const std::string& user) const {
  return Nanos(kDay - (clock_.unix_nanos() - jitter_of(user).count()) % kDay);
}

Task<bool> DailyQuota::know(std::string user) {
  if (limit_of(user) == 0) co_return true;
  Task<bool> asking = accounts_.know(user, day_of(user));
  co_return co_await std::move(asking);
}

DailyQuota::Charge::Charge(DailyQuota& quota, std::string user)
    : quota_(quota), user_(std::move(user)), limit_(quota.limit_of(user_)) {
  if (limit_ == 0) return;
  day_ = quota_.day_of(user_);
  account_ = DayAccounts::name_of(user_, day_);
}

bool DailyQuota::Charge::allowed() {
  return limit_ == 0 || quota_.accounts_.at(account_, day_).used() < limit_;
}

void DailyQuota::Charge::reserve() {
  if (reserved_ || limit_ == 0) return;
  reserved_ = true;
  ++quota_.accounts_.at(account_, day_).reserved;
}

DailyQuota::Charge::~Charge() {
  if (!reserved_) return;
  DayAccounts::Account& account = quota_.accounts_.at(account_, day_);
  account.reserved = std::max<std::int64_t>(0, account.reserved - 1);
}

void DailyQuota::Charge::spend() {
  if (!reserved_) return;
  reserved_ = false;
  DayAccounts::Account& account = quota_.accounts_.at(account_, day_);
  account.reserved = std::max<std::int64_t>(0, account.reserved - 1);
  ++account.unsaved;
}

Task<void> DailyQuota::Charge::keep() {
  if (!reserved_) co_return;
  spend();
  Task<void> saving = quota_.accounts_.save(user_, day_);
  co_await std::move(saving);
}

Quota DailyQuota::Charge::quota() {
  if (limit_ == 0) return {};
  return quota_.quota(user_, limit_, quota_.accounts_.at(account_, day_));
}

Quota DailyQuota::quota(const std::string& user) {
  const std::int64_t limit = limit_of(user);
  if (limit == 0) return {};
  const std::int64_t day = day_of(user);
  return quota(user, limit, accounts_.at(DayAccounts::name_of(user, day), day));
}

Quota DailyQuota::quota(const std::string& user, std::int64_t limit,
                        const DayAccounts::Account& account) {
  Quota quota;
  quota.on = true;
  quota.quota = limit;
  quota.window = Nanos(kDay);
  quota.remaining = std::max<std::int64_t>(0, limit - account.used());
  quota.reset = day_left(user);
  return quota;
}

}  // namespace agent
