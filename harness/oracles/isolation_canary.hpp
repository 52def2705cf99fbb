// isolation_canary: what one user said or was told never reaches another. Every turn and every
// reply carries its mark, so a mark of another user in an answer, an error or a prompt is a leak,
// whatever the words around it are. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class IsolationCanary final : public Oracle {
 public:
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;

 private:
  void look(const reports::Operation& op, std::string_view text, std::string_view where);
};

}  // namespace harness
