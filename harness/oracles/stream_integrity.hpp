// stream_integrity: an answer that counts as good is whole, and the events of a numbered stream
// come each once, over however many connections it was followed. Text of the fakes is numbered and
// ends in a checksum, so lost, doubled, reordered and cut tokens show; other text is judged by how
// its stream ended only. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class StreamIntegrity final : public Oracle {
 public:
  void on_ended(const reports::Operation& op, const Reply& reply) override;

 private:
  void judge_numbers(const reports::Operation& op, const Reply& reply);
  void judge_text(const reports::Operation& op, const Reply& reply);
};

}  // namespace harness
