#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Padding fault, Exchange& x) {
  const world::Instant due = co_await await_plain(x);
  x.body.append(static_cast<std::size_t>(fault.bytes), ' ');
  x.add_response(200, "application/json", x.body);
  x.body = std::string();  // of a connection that may live long
  const bool sent = co_await x.send(due);
  x.out = std::string();
  if (!sent) co_return;
  x.record.tokens = x.answer.units();
  x.record.end = End::completed;
}

}  // namespace fakes
