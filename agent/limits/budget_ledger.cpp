#include "agent/limits/budget_ledger.hpp"

#include <algorithm>
#include <array>

#include "world/deadline.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::Nanos;
using world::Task;

namespace {

__extension__ typedef __int128 Wide;

constexpr std::array<std::string_view, kBudgetScopes> kScopeNames = {"task", "session", "user_day",
                                                                     "global_day"};
constexpr std::array<BudgetScope, kBudgetScopes> kScopes = {
    BudgetScope::task, BudgetScope::session, BudgetScope::user_day, BudgetScope::global_day};

constexpr std::int64_t kCostMax = std::int64_t{1} << 60;  // far above any limit

// The names under which money is counted beside the quotas of a day.
const std::string kCostOfAll = "cost";
std::string cost_key(const std::string& user) { return "cost of " + user; }

}  // namespace

std::string_view name_of(BudgetScope scope) {
  return kScopeNames[static_cast<std::size_t>(scope)];
}

BudgetLedger::BudgetLedger(world::Clock& clock, const BudgetConfig& config, std::int64_t users_max,
                           DayCounts& counts, Defect defect, OnAlert on_alert)
    : clock_(clock),
      config_(config),
      defect_(defect),
      on_alert_(std::move(on_alert)),
      on_money_(config.task_usd > 0 || config.session_usd > 0 || config.user_day_usd > 0 ||
                config.global_day_usd > 0),
      users_(clock, config, users_max, defect),
      counts_(counts),
      days_(counts_, static_cast<std::size_t>(users_max) + 1),
      freed_(clock) {}

std::int64_t BudgetLedger::cost(const std::string& model, Tokens tokens) const {
  const auto of = [tokens](const PriceConfig& price) {
    const Wide picos = static_cast<Wide>(std::max<std::int64_t>(0, tokens.input)) *
                           price.input_usd +
                       static_cast<Wide>(std::max<std::int64_t>(0, tokens.output)) *
                           price.output_usd;
    return static_cast<std::int64_t>(std::min<Wide>((picos + 999'999) / 1'000'000, kCostMax));
  };
  std::int64_t dearest = 0;
  for (const PriceConfig& price : config_.prices) {
    if (price.model == model) return of(price);
    dearest = std::max(dearest, of(price));
  }
  return dearest;
}

std::int64_t BudgetLedger::limit_of(BudgetScope scope) const {
  switch (scope) {
    case BudgetScope::task: return config_.task_usd;
    case BudgetScope::session: return config_.session_usd;
    case BudgetScope::user_day: return config_.user_day_usd;
    case BudgetScope::global_day: return config_.global_day_usd;
  }
  return 0;
}

std::string BudgetLedger::key_of(BudgetScope scope, const Who& who) const {
  switch (scope) {
    case BudgetScope::task: return who.task;
    // A session's name is its user's choice: another user's may be the same.
    case BudgetScope::session: return who.session.empty() ? "" : who.user + "/" + who.session;
    case BudgetScope::user_day: return who.user;
    case BudgetScope::global_day: break;
  }
  return "all";
}

BudgetLedger::Names BudgetLedger::names_of(const Who& who, std::int64_t day) const {
  Names names;
  for (const BudgetScope scope : kScopes) {
    std::string& name = names[static_cast<std::size_t>(scope)];
    if (limit_of(scope) == 0) continue;
    if (scope == BudgetScope::user_day) name = DayAccounts::name_of(cost_key(who.user), day);
    if (scope == BudgetScope::global_day) name = DayAccounts::name_of(kCostOfAll, day);
    if (scope < BudgetScope::user_day) name = key_of(scope, who);
  }
  return names;
}

BudgetLedger::Accounts BudgetLedger::accounts(const Names& names, std::int64_t day) {
  Accounts found{};
  if (!names[0].empty()) found[0] = &tasks_.at(names[0]);
  if (!names[1].empty()) found[1] = &sessions_.at(names[1]);
  if (!names[2].empty()) found[2] = &days_.at(names[2], day);
  if (!names[3].empty()) found[3] = &days_.at(names[3], day);
  return found;
}

Task<bool> BudgetLedger::know(std::string user) {
  bool known = true;
  const std::int64_t day = today();
  if (config_.user_day_usd > 0) {
    Task<bool> asking = days_.know(cost_key(user), day);
    known = co_await std::move(asking);
  }
  if (config_.global_day_usd > 0) {
    Task<bool> asking = days_.know(kCostOfAll, day);
    const bool known_of_all = co_await std::move(asking);
    known = known && known_of_all;
  }
  co_return known;
}

BudgetLedger::Charge::Charge(BudgetLedger& ledger, Who who, Tokens estimate)
    : ledger_(ledger),
      who_(std::move(who)),
      estimate_(estimate),
      cost_(ledger.cost(who_.model, estimate)),
      day_(ledger.today()),
      names_(ledger.names_of(who_, day_)) {
  reserve();
}

// All scopes are asked before anything is taken of any.
void BudgetLedger::Charge::reserve() {
  refused_ = false;
  refused_by_ = {};
  may_wait_ = true;
  retry_after_ = Nanos{0};
  const Accounts accounts = ledger_.accounts(names_, day_);
  for (const BudgetScope scope : kScopes) {
    const DayAccounts::Account* account = accounts[static_cast<std::size_t>(scope)];
    if (account == nullptr) continue;
    const std::int64_t limit = ledger_.limit_of(scope);
    if (account->used() + cost_ <= limit) continue;
    refused_ = true;
    refused_by_ = name_of(scope);
    may_wait_ = may_wait_ && account->spent() + cost_ <= limit;
    if (scope >= BudgetScope::user_day) retry_after_ = ledger_.day_left();
  }
  if (refused_) return;
  user_.emplace(ledger_.users_, who_.user,
                estimate_.output < 0 ? ledger_.config_.tokens_guess
                                     : estimate_.input + estimate_.output);
  if (user_->refused()) {
    refused_ = true;
    refused_by_ = user_->refused_by();
    may_wait_ = user_->may_wait();
    retry_after_ = user_->retry_after();
    user_.reset();
    return;
  }
  if (ledger_.defect_ == Defect::overspends) return;  // planted bug: nothing reserved
  for (DayAccounts::Account* account : accounts) {
    if (account != nullptr) account->reserved += cost_;
  }
}

Task<bool> BudgetLedger::Charge::wait(world::Instant deadline) {
  while (may_wait() && ledger_.clock_.now() < deadline) {
    Task<bool> freeing = freed(ledger_);
    auto waiting = world::with_deadline(ledger_.clock_, deadline, std::move(freeing));
    const std::optional<bool> freed = co_await waiting;
    static_cast<void>(freed);
    reserve();
  }
  co_return !refused_;
}

Task<bool> BudgetLedger::freed(BudgetLedger& ledger) {
  co_await ledger.freed_.wait();
  co_return true;
}

void BudgetLedger::Charge::give_back(const Accounts& accounts) const {
  if (ledger_.defect_ == Defect::overspends) return;
  for (DayAccounts::Account* account : accounts) {
    if (account == nullptr) continue;
    account->reserved = std::max<std::int64_t>(0, account->reserved - cost_);
  }
}

void BudgetLedger::Charge::settle(const std::string& model, Tokens used) {
  if (refused_ || settled_) return;
  settled_ = true;
  const bool known = used.output >= 0;
  const std::int64_t cost = known ? ledger_.cost(model, used) : cost_;
  const Accounts accounts = ledger_.accounts(names_, day_);
  give_back(accounts);
  for (const BudgetScope scope : kScopes) {
    DayAccounts::Account* account = accounts[static_cast<std::size_t>(scope)];
    if (account != nullptr) ledger_.spend(*account, scope, who_, cost);
  }
  user_->settle(known ? used.input + used.output : -1);
  ledger_.freed_.notify_all();
}

void BudgetLedger::spend(DayAccounts::Account& account, BudgetScope scope, const Who& who,
                         std::int64_t cost) {
  account.unsaved += cost;
  const std::int64_t limit = limit_of(scope);
  const Wide alert_at = static_cast<Wide>(limit) * config_.alert_at_ppm / 1'000'000;
  if (account.alerted || account.spent() < alert_at) return;
  account.alerted = true;
  if (on_alert_) on_alert_({scope, key_of(scope, who), account.spent(), limit});
}

Task<void> BudgetLedger::Charge::save() {
  if (!settled_) co_return;
  if (ledger_.config_.user_day_usd > 0) {
    Task<void> saving = ledger_.days_.save(cost_key(who_.user), day_);
    co_await std::move(saving);
  }
  if (ledger_.config_.global_day_usd > 0) {
    Task<void> saving = ledger_.days_.save(kCostOfAll, day_);
    co_await std::move(saving);
  }
}

BudgetLedger::Charge::~Charge() {
  if (refused_ || settled_) return;
  give_back(ledger_.accounts(names_, day_));
  user_.reset();
  ledger_.freed_.notify_all();
}

std::vector<BudgetLedger::Standing> BudgetLedger::standings(const Who& who) {
  std::vector<Standing> all;
  const Accounts found = accounts(names_of(who, today()), today());
  for (const BudgetScope scope : kScopes) {
    const DayAccounts::Account* known = found[static_cast<std::size_t>(scope)];
    if (known == nullptr) continue;
    Standing standing;
    standing.scope = scope;
    standing.key = key_of(scope, who);
    standing.spent = known->spent();
    standing.reserved = known->reserved;
    standing.limit = limit_of(scope);
    if (scope >= BudgetScope::user_day) standing.resets_in = day_left();
    all.push_back(std::move(standing));
  }
  return all;
}

void BudgetLedger::end_task(const std::string& task) { tasks_.erase(task); }

void BudgetLedger::sweep() { days_.sweep(today()); }

}  // namespace agent
