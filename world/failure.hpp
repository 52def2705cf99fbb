// What can go wrong with one exchange on the network, as data. A closed enum: code that handles
// failures switches over all of them.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace world {

enum class Failure : std::uint8_t {
  refused,      // nobody listens there
  unresolved,   // the name has no address, or nobody says which
  unreachable,  // no route
  reset,        // the peer aborted the connection
  tls,          // the certificate is not right, or what came is not TLS
  closed,       // the peer closed in the middle of a message
  timed_out,    // a deadline passed
  malformed,    // bytes that are not the protocol
  too_large,    // a bound was reached (header, body, line)
  unavailable,  // a local resource is exhausted (descriptors, ports)
};

constexpr std::string_view name_of(Failure f) {
  switch (f) {
    case Failure::refused: return "refused";
    case Failure::unresolved: return "unresolved";
    case Failure::unreachable: return "unreachable";
    case Failure::reset: return "reset";
    case Failure::tls: return "tls";
    case Failure::closed: return "closed";
    case Failure::timed_out: return "timed_out";
    case Failure::malformed: return "malformed";
    case Failure::too_large: return "too_large";
    case Failure::unavailable: return "unavailable";
  }
  return "unknown";
}

template <class T>
using Result = boost::system::result<T, Failure>;

// Found by boost::system::result when value() is asked of a failure: a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(Failure f, const boost::source_location&) {
  throw std::logic_error("value() of a failed result: " + std::string(name_of(f)));
}

}  // namespace world
