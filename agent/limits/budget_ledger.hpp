// BudgetLedger: what may be spent, and what is. What a call may cost is reserved before it in every
// scope, or in none; settled at what it did cost, or given back, however it ends. So parallel calls
// cannot overspend together, and a crash frees what was reserved. Money is counted in whole
// millionths of a dollar, each call rounded up. Requests and tokens of a user are UserBudget's.
// Days are UTC; what a user and all have spent in one outlives the process. One clock; must outlive
// its charges.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/limits/day_accounts.hpp"
#include "agent/limits/user_budget.hpp"
#include "world/signal.hpp"

namespace agent {

enum class BudgetScope : std::uint8_t { task, session, user_day, global_day };
inline constexpr std::size_t kBudgetScopes = 4;
std::string_view name_of(BudgetScope scope);

class BudgetLedger {
 public:
  // Told once of each budget of money when nearly all of it is spent: the ledger's `budget_alert`.
  struct Alert {
    BudgetScope scope;
    std::string key;
    std::int64_t spent;
    std::int64_t limit;
  };
  using OnAlert = std::function<void(const Alert&)>;

  BudgetLedger(world::Clock& clock, const BudgetConfig& config, std::int64_t users_max,
               DayCounts& counts, Defect defect, OnAlert on_alert);

  struct Who {
    std::string task;
    std::string session;  // empty: none
    std::string user;
    std::string model;
  };
  struct Tokens {
    std::int64_t input = 0;
    std::int64_t output = 0;  // negative: unknown
  };

  bool on() const { return users_.on() || on_money_; }

  // Millionths of a dollar, rounded up.
  std::int64_t cost(const std::string& model, Tokens tokens) const;

  // To be awaited before a charge is made: what was spent today before the process began.
  world::Task<bool> know(std::string user);

  // By scope; empty, or null: the scope has no limit, or the call is not in one.
  using Names = std::array<std::string, kBudgetScopes>;
  using Accounts = std::array<DayAccounts::Account*, kBudgetScopes>;

  class Charge {
   public:
    // Reserves the estimate: input tokens, and as many output tokens as it may use at most.
    Charge(BudgetLedger& ledger, Who who, Tokens estimate);
    ~Charge();
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;

    bool refused() const { return refused_; }
    // It did not fit only because of what others have reserved, which may come to less: wait().
    bool may_wait() const { return refused_ && may_wait_; }
    // Completes when it could be reserved (true), cannot be, or the deadline has come.
    world::Task<bool> wait(world::Instant deadline);
    // Why it was refused: "tokens", "requests" or the name of a scope. Empty: it was not.
    std::string_view refused_by() const { return refused_by_; }
    world::Nanos retry_after() const { return retry_after_; }

    // What it did cost, by which model. Unknown tokens: what was reserved. save() makes it durable.
    void settle(const std::string& model, Tokens used);
    world::Task<void> save();

   private:
    friend class BudgetLedger;
    void reserve();
    void give_back(const Accounts& accounts) const;

    BudgetLedger& ledger_;
    const Who who_;
    const Tokens estimate_;
    const std::int64_t cost_;
    const std::int64_t day_;
    const Names names_;
    std::optional<UserBudget::Charge> user_;
    std::string_view refused_by_;
    world::Nanos retry_after_{0};
    bool refused_ = false;
    bool may_wait_ = false;
    bool settled_ = false;
  };

  // A budget of money as it stands, for the ledger's `spent` and for GET /v1/budgets.
  struct Standing {
    BudgetScope scope;
    std::string key;
    std::int64_t spent = 0;
    std::int64_t reserved = 0;
    std::int64_t limit = 0;
    world::Nanos resets_in{0};  // 0: it does not
  };
  std::vector<Standing> standings(const Who& who);
  UserBudget& users() { return users_; }  // in requests and tokens

  void end_task(const std::string& task);  // frees its account
  void sweep();                            // forgets days that are over

  static constexpr std::size_t kTasksMax = 100'000;
  static constexpr std::size_t kSessionsMax = 100'000;

 private:
  std::int64_t limit_of(BudgetScope scope) const;
  std::string key_of(BudgetScope scope, const Who& who) const;
  Names names_of(const Who& who, std::int64_t day) const;
  Accounts accounts(const Names& names, std::int64_t day);  // valid until the next call
  std::int64_t today() const { return clock_.unix_nanos() / kDay; }
  world::Nanos day_left() const { return world::Nanos(kDay - clock_.unix_nanos() % kDay); }
  void spend(DayAccounts::Account& account, BudgetScope scope, const Who& who, std::int64_t cost);
  static world::Task<bool> freed(BudgetLedger& ledger);

  world::Clock& clock_;
  const BudgetConfig& config_;
  const Defect defect_;
  const OnAlert on_alert_;
  const bool on_money_;
  UserBudget users_;
  DayCounts& counts_;
  DayAccounts days_;  // of users and of all
  world::LruMap<std::string, DayAccounts::Account> tasks_{kTasksMax};
  world::LruMap<std::string, DayAccounts::Account> sessions_{kSessionsMax};
  world::Signal freed_;
};

// The body of GET /v1/budgets, of the user who asks: tokens, requests and money.
std::string budgets_json(BudgetLedger& ledger, const BudgetConfig& config,
                         const BudgetLedger::Who& who);

}  // namespace agent
