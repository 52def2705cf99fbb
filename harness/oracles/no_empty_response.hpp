// no_empty_response: an answer that claims success says something. An empty or blank text behind a
// 2xx is a violation, also when the client already counted it as an error.
#pragma once

#include "harness/oracles/oracle.hpp"

namespace harness {

class NoEmptyResponse final : public Oracle {
 public:
  void on_ended(const reports::Operation& op, const Reply& reply) override;
};

}  // namespace harness
