// explains_bad_input: who sends a bad body (load.X.bodies) gets a 4xx that names the field, says
// what was expected and what was got, and gives the remedy where the corpus knows one; and nothing
// of the body comes to a provider. It looks for the words anywhere in the error's body: an agent
// may have a form of its own. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class ExplainsBadInput final : public Oracle {
 public:
  explicit ExplainsBadInput(const OracleInput& input);
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;

 private:
  const Scenario* scenario_;
  std::vector<std::uint32_t> users_end_;  // of each class: one behind its last user
  std::string text_;                      // scratch
};

// What the words of an error lack of a row of a corpus, as "the field 'stream' and what was got";
// empty: nothing.
std::string lacks(std::string_view error_body, const CorpusRow& row);

}  // namespace harness
