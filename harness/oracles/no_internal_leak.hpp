// no_internal_leak: no answer and no error shows what is inside: the model's plan as JSON, traces
// of stacks, paths of files, keys, addresses (leak_patterns.hpp, planning_json.hpp). What the user
// said may come back. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class NoInternalLeak final : public Oracle {
 public:
  explicit NoInternalLeak(const OracleInput& input);
  void on_ended(const reports::Operation& op, const Reply& reply) override;

 private:
  std::string_view asked_by(const reports::Operation& op) const;
  std::string found_in(std::string_view text, std::string_view asked) const;

  const Scenario* scenario_;
  std::vector<std::string> hosts_;  // of the backends
  std::string unescaped_;           // scratch
};

}  // namespace harness
