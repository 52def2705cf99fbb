#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Redirect fault, Exchange& x) {
  std::string framing = "content-length: 0\r\nlocation: ";
  framing += fault.to.empty() ? std::string(x.path) : fault.to;
  framing += "\r\n";
  x.add_head(fault.code, "text/plain", framing);
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);  // the record says so
}

}  // namespace fakes
