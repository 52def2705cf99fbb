// terminal_once: every request that was sent ends exactly once. A stream that ends twice, or goes
// on after its end, and a request that never ends, are violations. Memory: the open requests.
#pragma once

#include <map>

#include "harness/oracles/oracle.hpp"

namespace harness {

class TerminalOnce final : public Oracle {
 public:
  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  std::map<std::uint64_t, world::TurnId> open_;
  std::vector<std::pair<world::Instant, std::string>> unfinished_;
  world::Instant last_{};
};

}  // namespace harness
