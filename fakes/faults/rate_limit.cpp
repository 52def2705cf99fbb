#include "fakes/faults/strike.hpp"
#include "world/json_text.hpp"

namespace fakes {

world::Task<void> strike(RateLimit fault, Exchange& x) {
  constexpr std::int64_t second = 1'000'000'000;
  std::string header = "retry-after: ";
  world::append_integer(header, (fault.retry_after.count() + second - 1) / second);
  header += "\r\n";
  Refusal refusal = x.dialect.refusal_of(429);
  co_await answer_refusal(x, std::move(refusal), header);
}

}  // namespace fakes
