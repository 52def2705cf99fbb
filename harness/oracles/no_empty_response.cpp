#include "harness/oracles/no_empty_response.hpp"

namespace harness {

void NoEmptyResponse::on_ended(const reports::Operation& op, const Reply& reply) {
  const bool empty = op.failure == reports::Failure::empty_response;
  if ((op.outcome != reports::Outcome::ok || op.was_refused()) && !empty) return;
  check();
  const bool blank = reply.text.find_first_not_of(" \t\r\n") == std::string::npos;
  if (empty || blank) {
    violate(op.last_event, reports::turn_text(op),
            "status " + std::to_string(op.http_status) + " came with " +
                (reply.text.empty() ? "an empty answer" : "only blanks as the answer"));
  }
}

}  // namespace harness
