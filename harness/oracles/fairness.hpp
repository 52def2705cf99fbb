// fairness: Jain's index (sum x)^2 / (n sum x^2) over the users is at least `ratio`, where x is the
// share of a user's own requests that were answered ok. (Jain, Chiu, Hawe: A Quantitative Measure of
// Fairness and Discrimination, DEC-TR-301, 1984.) Shares, not counts: who asks more may get more.
// Users with fewer than kRequestsMin requests are not judged, nor are requests that their user
// cancelled. Memory: two counters per user.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class Fairness final : public Oracle {
 public:
  static constexpr std::uint32_t kRequestsMin = 5;
  static constexpr std::uint32_t kUsersMax = 4'000'000;

  explicit Fairness(double ratio) : ratio_(ratio) {}

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  struct User {
    std::uint32_t ok = 0;
    std::uint32_t requests = 0;
    double share() const { return static_cast<double>(ok) / static_cast<double>(requests); }
  };

  std::string row(std::size_t user) const;

  double ratio_;
  std::vector<User> users_;  // by number
  world::Instant last_{};
};

}  // namespace harness
