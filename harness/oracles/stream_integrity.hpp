// stream_integrity: an answer that counts as good is whole. Text of the fakes is numbered and ends
// in a checksum, so lost, doubled, reordered and cut tokens show; other text is judged by how its
// stream ended only. Memory: none.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class StreamIntegrity final : public Oracle {
 public:
  void on_ended(const reports::Operation& op, const Reply& reply) override;

 private:
  void judge_text(const reports::Operation& op, const Reply& reply);
};

}  // namespace harness
