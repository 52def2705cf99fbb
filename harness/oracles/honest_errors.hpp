// honest_errors: who gets an error learns what happened and what to do. Each answer with a status
// from 400 on has the members of RFC 9457 (problem details), words that name this error, and a next
// action; 429 and 503 say when to ask again. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class HonestErrors final : public Oracle {
 public:
  void on_ended(const reports::Operation& op, const Reply& reply) override;
};

// True when the words fit any error: a sentence such as "Something went wrong.", or fewer than
// three words besides such sentences.
bool is_generic(std::string_view text);

}  // namespace harness
