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

bool is_in(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::string_view name_of(Tier tier) { return kTierNames[static_cast<std::size_t>(tier)]; }

DailyQuota::DailyQuota(const world::Clock& clock, const RateConfig& config, DayCounts& counts)
    : clock_(clock), config_(config), counts_(counts) {}

Tier DailyQuota::tier_of(const std::string& user) const {
  if (is_in(config_.pro_users, user)) return Tier::pro;
  return is_in(config_.basic_users, user) ? Tier::basic : Tier::free;
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

DailyQuota::Account& DailyQuota::account(const std::string& user, std::int64_t day) {
  Account& account = accounts_.at(user + '\n' + std::to_string(day));
  account.day = day;
  return account;
}

Task<bool> DailyQuota::know(std::string user) {
  if (limit_of(user) == 0) co_return true;
  const std::int64_t day = day_of(user);
  if (account(user, day).known) co_return true;
  Task<std::optional<std::int64_t>> asking = counts_.add_used(user, day, 0);
  const std::optional<std::int64_t> used = co_await std::move(asking);
  Account& known = account(user, day);  // looked up again: others ran meanwhile
  if (used) known.durable = std::max(known.durable, *used);
  known.known = known.known || used.has_value();
  co_return known.known;
}

DailyQuota::Charge::Charge(DailyQuota& quota, std::string user)
    : quota_(quota), user_(std::move(user)), day_(quota.day_of(user_)) {}

bool DailyQuota::Charge::allowed() {
  const std::int64_t limit = quota_.limit_of(user_);
  return limit == 0 || quota_.account(user_, day_).used() < limit;
}

void DailyQuota::Charge::reserve() {
  if (reserved_ || quota_.limit_of(user_) == 0) return;
  reserved_ = true;
  ++quota_.account(user_, day_).reserved;
}

DailyQuota::Charge::~Charge() {
  if (!reserved_) return;
  Account& account = quota_.account(user_, day_);
  account.reserved = std::max<std::int64_t>(0, account.reserved - 1);
}

Task<void> DailyQuota::Charge::keep() {
  if (!reserved_) co_return;
  reserved_ = false;
  Account& account = quota_.account(user_, day_);
  account.reserved = std::max<std::int64_t>(0, account.reserved - 1);
  ++account.unsaved;
  Task<void> saving = quota_.save(user_, day_);
  co_await std::move(saving);
}

// What is on its way to the store, which is no longer so when it was cancelled.
class DailyQuota::Saving {
 public:
  Saving(DailyQuota& quota, const std::string& user, std::int64_t day)
      : quota_(quota), user_(user), day_(day) {
    Account& account = quota_.account(user_, day_);
    amount = account.unsaved - account.saving;
    account.saving += amount;
  }
  ~Saving() {
    Account& account = quota_.account(user_, day_);
    account.saving = std::max<std::int64_t>(0, account.saving - amount);
  }
  Saving(const Saving&) = delete;
  Saving& operator=(const Saving&) = delete;

  std::int64_t amount = 0;

 private:
  DailyQuota& quota_;
  const std::string& user_;  // of the coroutine that it stands in
  const std::int64_t day_;
};

Task<void> DailyQuota::save(std::string user, std::int64_t day) {
  Saving saving(*this, user, day);
  if (saving.amount == 0) co_return;  // it is on its way already
  Task<std::optional<std::int64_t>> adding = counts_.add_used(user, day, saving.amount);
  const std::optional<std::int64_t> used = co_await std::move(adding);
  if (!used) co_return;  // the next one takes it along
  Account& account = this->account(user, day);
  account.unsaved = std::max<std::int64_t>(0, account.unsaved - saving.amount);
  account.durable = std::max(account.durable, *used);
  account.known = true;
}

Quota DailyQuota::quota(const std::string& user) {
  Quota quota;
  quota.quota = limit_of(user);
  quota.on = quota.quota > 0;
  if (!quota.on) return quota;
  quota.window = Nanos(kDay);
  quota.remaining = std::max<std::int64_t>(
      0, quota.quota - account(user, day_of(user)).used());
  quota.reset = day_left(user);
  return quota;
}

void DailyQuota::sweep() {
  const std::int64_t today = (clock_.unix_nanos()) / kDay;
  while (const Account* oldest = accounts_.oldest()) {
    // Yesterday's stay for a clock that is set back.
    if (oldest->day + 1 >= today || oldest->unsaved > 0 || oldest->reserved > 0) return;
    accounts_.drop_oldest();
  }
}

}  // namespace agent
