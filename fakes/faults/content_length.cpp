#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "world/json_text.hpp"

namespace fakes {

world::Task<void> strike(ContentLength fault, Exchange& x) {
  const world::Instant due = co_await await_plain(x);
  const auto size = static_cast<std::int64_t>(x.body.size());
  const bool too_long = fault.how == LengthLie::too_long;
  const std::int64_t said = too_long ? size + fault.by : std::max<std::int64_t>(0, size - fault.by);
  std::string framing = "content-length: ";
  world::append_integer(framing, said);
  framing += "\r\n";
  x.add_head(200, "application/json", framing);
  x.out += x.body;
  const bool sent = co_await x.send(due);
  if (!sent || !too_long) co_return;
  x.connection.close_after();
  if (fault.then == AfterBody::silence) co_await x.stay_silent();
}

}  // namespace fakes
