// fairness: Jain's index over the users is at least `ratio`, where x is what a user got answered ok
// against the max-min fair share of all that was answered (verdict/slo_facts.hpp): who asks for
// little is served in full before who asks for much gets more. Users with fewer than kRequestsMin
// requests are not judged, nor is a run with fewer answers for each user than that (they cannot be
// dealt out evenly), nor requests that their user cancelled. Memory: two counters a user.
#pragma once

#include "harness/oracles/oracle.hpp"
#include "harness/verdict/slo_facts.hpp"

namespace harness {

class Fairness final : public Oracle {
 public:
  static constexpr std::uint32_t kRequestsMin = 5;
  static constexpr std::uint32_t kUsersMax = 4'000'000;

  explicit Fairness(double ratio) : ratio_(ratio) {}

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  std::string row(std::size_t user, double fair) const;

  double ratio_;
  std::vector<UserTally> users_;  // by number
  world::Instant last_{};
};

}  // namespace harness
