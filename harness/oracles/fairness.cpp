#include "harness/oracles/fairness.hpp"

#include "reports/text.hpp"

namespace harness {

using reports::Outcome;

void Fairness::on_ended(const reports::Operation& op, const Reply&) {
  const bool judged = op.outcome == Outcome::ok || op.outcome == Outcome::error ||
                      op.outcome == Outcome::timeout;
  if (!judged || op.user >= kUsersMax) return;
  if (op.user >= users_.size()) users_.resize(std::size_t{op.user} + 1);
  ++users_[op.user].requests;
  if (op.outcome == Outcome::ok) ++users_[op.user].ok;
  last_ = op.last_event;
}

std::string Fairness::row(std::size_t user) const {
  const User& u = users_[user];
  return "u" + std::to_string(user) + " had " + std::to_string(u.ok) + " of " +
         std::to_string(u.requests) + " requests answered (" + reports::human_share(u.share()) +
         ")";
}

void Fairness::finish(bool) {
  double sum = 0, squares = 0;
  std::size_t judged = 0, worst = 0, best = 0;
  for (std::size_t user = 0; user < users_.size(); ++user) {
    if (users_[user].requests < kRequestsMin) continue;
    const double share = users_[user].share();
    if (judged == 0 || share < users_[worst].share()) worst = user;
    if (judged == 0 || share > users_[best].share()) best = user;
    ++judged;
    sum += share;
    squares += share * share;
  }
  if (judged < 2 || sum <= 0) return;  // one user, or nobody was answered: nothing to compare
  check();
  const double index = sum * sum / (static_cast<double>(judged) * squares);
  if (index >= ratio_) return;
  violate(last_, "u" + std::to_string(worst),
          "Jain's index over " + std::to_string(judged) + " users is " +
              reports::human_number(index) + ", less than " + reports::human_number(ratio_) +
              ": " + row(worst) + ", while " + row(best));
}

}  // namespace harness
