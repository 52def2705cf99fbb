#include "agent/limits/user_budget.hpp"

namespace agent {

UserBudget::UserBudget(const world::Clock& clock, const BudgetConfig& config,
                       std::int64_t users_max, Defect defect)
    : clock_(clock),
      config_(config),
      defect_(defect),
      accounts_(static_cast<std::size_t>(users_max)) {}

world::Nanos UserBudget::window_left() const {
  return config_.window - world::since_start(clock_.now()) % config_.window;
}

UserBudget::Account& UserBudget::account_of(const std::string& user) {
  Account& account = accounts_.at(user);
  if (account.window != window_now()) account = {window_now(), {}};
  return account;
}

UserBudget::State UserBudget::state_of(const std::string& user) { return account_of(user).state; }

std::int64_t UserBudget::spent(const std::string& user) {
  const State state = state_of(user);
  return config_.tokens > 0 ? state.tokens : state.requests;
}

UserBudget::Charge::Charge(UserBudget& budget, std::string user, std::int64_t tokens)
    : budget_(budget), user_(std::move(user)), tokens_(tokens), window_(budget.window_now()) {
  if (!budget_.on()) return;
  State& state = budget_.account_of(user_).state;
  const BudgetConfig& config = budget_.config_;
  const auto fits = [&](std::int64_t requests_so_far, std::int64_t tokens_so_far) {
    return (config.requests == 0 || requests_so_far < config.requests) &&
           (config.tokens == 0 || tokens_so_far + tokens_ <= config.tokens);
  };
  refused_ = !fits(state.requests, state.tokens);
  const bool no_requests = config.requests > 0 && state.requests >= config.requests;
  if (refused_) refused_by_ = no_requests ? "requests" : "tokens";
  may_wait_ = refused_ && fits(state.requests - state.reserved_requests,
                               state.tokens - state.reserved_tokens);
  if (refused_ || budget_.defect_ == Defect::overspends) return;  // planted bug: nothing reserved
  ++state.requests;
  state.tokens += tokens_;
  ++state.reserved_requests;
  state.reserved_tokens += tokens_;
}

void UserBudget::Charge::settle(std::int64_t tokens) {
  settled_ = true;
  if (!budget_.on()) return;
  Account& account = budget_.account_of(user_);
  if (budget_.defect_ == Defect::overspends) {
    ++account.state.requests;
    account.state.tokens += tokens < 0 ? tokens_ : tokens;
    return;
  }
  if (account.window != window_) return;  // that window is over
  --account.state.reserved_requests;
  account.state.reserved_tokens -= tokens_;
  if (tokens >= 0) account.state.tokens += tokens - tokens_;
}

UserBudget::Charge::~Charge() {
  if (refused_ || settled_ || !budget_.on() || budget_.defect_ == Defect::overspends) return;
  Account& account = budget_.account_of(user_);
  if (account.window != window_) return;  // that window is over
  --account.state.requests;
  account.state.tokens -= tokens_;
  --account.state.reserved_requests;
  account.state.reserved_tokens -= tokens_;
}

}  // namespace agent
