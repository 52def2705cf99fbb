// budget_respected: (1) no user is charged more units than the budget (`spent` entries of the
// core's ledger: value <= limit). (2) By the clients' own count, no user gets more answers than
// twice budget.requests (or user_rate x user_rate_window, where that is a hard limit) for requests
// that were both sent and answered within one window: each of these was admitted in it. Memory: the
// answers of one window.
#pragma once

#include <deque>
#include <map>

#include "harness/oracles/oracle.hpp"

namespace harness {

class BudgetRespected final : public Oracle {
 public:
  explicit BudgetRespected(const OracleInput& input);

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_agent(const agent::LedgerEntry& entry) override;

 private:
  struct Answered {
    world::Instant at{};
    std::uint32_t user = 0;
  };

  void forget(world::Instant before);

  std::int64_t budget_ = 0;  // requests in a window; 0: none is known
  std::string budget_text_;
  world::Nanos window_{};
  std::map<std::uint32_t, std::deque<world::Instant>> sent_;  // of the answered, by user, ascending
  std::deque<Answered> answered_;
};

}  // namespace harness
