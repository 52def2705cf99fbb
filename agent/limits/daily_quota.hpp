// DailyQuota: how many answers a user gets in a day, by tier. A request reserves one when it comes
// and is charged, durably, when it was answered: what was turned away or failed costs nothing. Days
// are those of the wall clock (UTC), each user's a little later than midnight; a clock that jumps
// back meets the count of that day again, so nothing is lost or doubled. One clock; must outlive
// its charges.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/limits/day_accounts.hpp"
#include "agent/limits/quota.hpp"
#include "agent/limits/rate_config.hpp"
#include "world/clock.hpp"

namespace agent {

enum class Tier : std::uint8_t { free, basic, pro };
std::string_view name_of(Tier tier);

class DailyQuota {
 public:
  DailyQuota(const world::Clock& clock, const RateConfig& config, DayCounts& counts);

  Tier tier_of(const std::string& user) const;
  std::int64_t limit_of(const std::string& user) const;  // 0: no quota

  // Looks up what the user has used today, unless that is known. False: it could not be, and counts
  // as nothing. To be awaited before a charge is made; afterwards nothing waits.
  world::Task<bool> know(std::string user);

  class Charge {
   public:
    Charge(DailyQuota& quota, std::string user);  // takes nothing yet
    ~Charge();
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;

    bool allowed();  // whether there is one left
    void reserve();
    Quota quota();  // as it stands now, itself included
    // It was answered. Completes when that is durable, or could not be made so.
    world::Task<void> keep();
    // What is reserved counts as used, in memory.
    void spend();

   private:
    DailyQuota& quota_;
    const std::string user_;
    const std::int64_t limit_;
    std::int64_t day_ = 0;
    std::string account_;  // its name
    bool reserved_ = false;
  };

  Quota quota(const std::string& user);
  // Until the user's next day begins, of the wall clock as it goes now.
  world::Nanos day_left(const std::string& user) const;

  void sweep() { accounts_.sweep(clock_.unix_nanos() / kDay); }  // forgets days that are over
  std::size_t accounts() const { return accounts_.size(); }

  static constexpr std::size_t kAccountsMax = 100'000;

 private:
  Quota quota(const std::string& user, std::int64_t limit, const DayAccounts::Account& account);
  std::int64_t day_of(const std::string& user) const;
  world::Nanos jitter_of(const std::string& user) const;

  const world::Clock& clock_;
  const RateConfig& config_;
  std::map<std::string, Tier> tiers_;  // of those who are not free
  DayAccounts accounts_;
};

}  // namespace agent
