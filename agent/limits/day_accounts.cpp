#include "agent/limits/day_accounts.hpp"

#include <algorithm>

namespace agent {

using world::Task;

Task<bool> DayAccounts::know(std::string key, std::int64_t day) {
  const std::string name = name_of(key, day);
  if (at(name, day).known) co_return true;
  Task<std::optional<std::int64_t>> asking = counts_.add_used(key, day, 0);
  const std::optional<std::int64_t> spent = co_await std::move(asking);
  Account& account = at(name, day);  // looked up again: others ran meanwhile
  if (spent) account.durable = std::max(account.durable, *spent);
  account.known = account.known || spent.has_value();
  co_return account.known;
}

// What is on its way to the store, and no longer so when that was cancelled.
class DayAccounts::Saving {
 public:
  Saving(DayAccounts& accounts, const std::string& name, std::int64_t day)
      : accounts_(accounts), name_(name), day_(day) {
    Account& account = accounts_.at(name_, day_);
    amount = account.unsaved - account.saving;
    account.saving += amount;
  }
  ~Saving() {
    Account& account = accounts_.at(name_, day_);
    account.saving = std::max<std::int64_t>(0, account.saving - amount);
  }
  Saving(const Saving&) = delete;
  Saving& operator=(const Saving&) = delete;

  std::int64_t amount = 0;

 private:
  DayAccounts& accounts_;
  const std::string& name_;  // of the coroutine that it stands in
  const std::int64_t day_;
};

Task<void> DayAccounts::save(std::string key, std::int64_t day) {
  const std::string name = name_of(key, day);
  Saving saving(*this, name, day);
  if (saving.amount == 0) co_return;  // it is on its way already
  Task<std::optional<std::int64_t>> adding = counts_.add_used(key, day, saving.amount);
  const std::optional<std::int64_t> spent = co_await std::move(adding);
  if (!spent) co_return;  // the next one takes it along
  Account& account = at(name, day);
  account.unsaved = std::max<std::int64_t>(0, account.unsaved - saving.amount);
  account.durable = std::max(account.durable, *spent);
  account.known = true;
}

void DayAccounts::sweep(std::int64_t today) {
  while (const Account* oldest = accounts_.oldest()) {
    if (oldest->day + 1 >= today || oldest->unsaved > 0 || oldest->reserved > 0) return;
    accounts_.drop_oldest();
  }
}

}  // namespace agent
