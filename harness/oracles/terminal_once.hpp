// terminal_once: every request that was sent ends exactly once. A stream that ends twice, or goes
// on after its end, an answer that was given twice, and a request that never ends, are violations.
// Memory: the open requests.
#pragma once

#include <map>
#include <memory_resource>

#include "harness/oracles/oracle.hpp"

namespace harness {

class TerminalOnce final : public Oracle {
 public:
  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  struct Unfinished {
    world::Instant at;
    world::TurnId turn;
  };

  std::pmr::unsynchronized_pool_resource pool_;  // no allocation for what was open before
  std::pmr::map<std::uint64_t, world::TurnId> open_{&pool_};
  std::vector<Unfinished> unfinished_;  // what was open when the run ended
  world::Instant last_{};
};

}  // namespace harness
