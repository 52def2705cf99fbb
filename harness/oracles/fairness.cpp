#include "harness/oracles/fairness.hpp"

#include "reports/text.hpp"

namespace harness {

using reports::Outcome;

void Fairness::on_ended(const reports::Operation& op, const Reply&) {
  const bool judged = op.outcome == Outcome::ok || op.outcome == Outcome::error ||
                      op.outcome == Outcome::timeout;
  if (!judged || op.user >= kUsersMax) return;
  if (op.user >= users_.size()) users_.resize(std::size_t{op.user} + 1);
  ++users_[op.user].asked;
  if (op.outcome == Outcome::ok) ++users_[op.user].good;
  last_ = op.last_event;
}

std::string Fairness::row(std::size_t user, double fair) const {
  const UserTally& u = users_[user];
  return "u" + std::to_string(user) + " had " + std::to_string(u.good) + " of " +
         std::to_string(u.asked) + " requests answered, where " + reports::human_number(fair) +
         " would have been fair";
}

void Fairness::finish(bool) {
  for (UserTally& user : users_) {
    if (user.asked < kRequestsMin) user = UserTally{};
  }
  const std::optional<double> index = jain_index(users_);
  if (!index || *index <= 0) return;  // one user, or nobody was answered: nothing to compare
  const std::vector<double> fair = fair_shares(users_);
  for (std::size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].asked > 0 && fair[i] < kRequestsMin) return;
  }
  check();
  if (*index >= ratio_) return;
  std::optional<std::size_t> worst, best;
  const auto x = [&](std::size_t i) { return static_cast<double>(users_[i].good) / fair[i]; };
  std::size_t judged = 0;
  for (std::size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].asked == 0 || fair[i] <= 0) continue;
    ++judged;
    if (!worst || x(i) < x(*worst)) worst = i;
    if (!best || x(i) > x(*best)) best = i;
  }
  violate(last_, "u" + std::to_string(*worst),
          "Jain's index over " + std::to_string(judged) + " users is " +
              reports::human_number(*index) + ", less than " + reports::human_number(ratio_) +
              ": " + row(*worst, fair[*worst]) + ", while " + row(*best, fair[*best]));
}

}  // namespace harness
