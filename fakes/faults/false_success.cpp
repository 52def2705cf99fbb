#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(FalseSuccess fault, Exchange& x) {
  x.body = fault.body;
  if (x.body.empty()) {
    const Refusal refusal = x.dialect.refusal_of(fault.error);
    x.dialect.write_refusal(x.body, refusal, x.facts.request_id);
  }
  std::string type = fault.content_type;
  if (type.empty()) type = x.body.front() == '<' ? "text/html" : "application/json";
  x.add_response(200, type, x.body);
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);  // the record says so
}

}  // namespace fakes
