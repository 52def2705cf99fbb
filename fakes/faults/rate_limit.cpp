#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(RateLimit fault, Exchange& x) {
  std::string header;
  x.dialect.Dialect::write_retry_after(header, fault.retry_after);  // in seconds only
  Refusal refusal = x.dialect.refusal_of(429);
  co_await answer_refusal(x, std::move(refusal), header);
}

}  // namespace fakes
