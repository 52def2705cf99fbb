#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Headers fault, Exchange& x) {
  x.head.content_type = fault.content_type;
  for (const auto& [name, value] : fault.add) x.head.further += name + ": " + value + "\r\n";
  if (fault.filler > 0) {
    x.head.further += "x-filler: ";
    x.head.further.append(static_cast<std::size_t>(fault.filler), 'f');
    x.head.further += "\r\n";
  }
  if (fault.close) x.connection.close_after();
  co_await answer_normally(x);
}

}  // namespace fakes
