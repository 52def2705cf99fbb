// DayAccounts: counters of a key and a day, in memory, with a durable count behind them
// (DayCounts). What is reserved is known here alone, so that a crash frees it; what is spent is
// written when its owner says so, and while that fails it goes on in memory and is written later. A
// day that is met again, because a clock was set back, meets its own count. One clock; must outlive
// its waits.
#pragma once

#include <string>

#include "agent/limits/day_counts.hpp"
#include "world/lru_map.hpp"

namespace agent {

class DayAccounts {
 public:
  DayAccounts(DayCounts& counts, std::size_t accounts_max)
      : counts_(counts), accounts_(accounts_max < 2 ? 2 : accounts_max) {}

  struct Account {  // of one key on one day
    std::int64_t day = 0;
    bool known = false;
    std::int64_t durable = 0;
    std::int64_t unsaved = 0;   // spent, and not yet known to be durable
    std::int64_t saving = 0;    // of that, on its way
    std::int64_t reserved = 0;  // not yet spent
    bool alerted = false;
    std::int64_t spent() const { return durable + unsaved; }
    std::int64_t used() const { return spent() + reserved; }
  };

  // The name of a key's account on a day: who looks it up often makes it once.
  static std::string name_of(const std::string& key, std::int64_t day) {
    return key + '\n' + std::to_string(day);
  }
  // Valid until the next call but one.
  Account& at(const std::string& name, std::int64_t day) {
    Account& account = accounts_.at(name);
    account.day = day;
    return account;
  }

  // Looks up what was spent, unless that is known. False: it could not be, and counts as nothing.
  world::Task<bool> know(std::string key, std::int64_t day);
  // Completes when what was spent is durable, or could not be made so now.
  world::Task<void> save(std::string key, std::int64_t day);

  void sweep(std::int64_t today);  // forgets days before yesterday
  std::size_t size() const { return accounts_.size(); }

 private:
  class Saving;

  DayCounts& counts_;
  world::LruMap<std::string, Account> accounts_;
};

}  // namespace agent
