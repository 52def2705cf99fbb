#include "fakes/faults/dns.hpp"

#include "fakes/faults/strike.hpp"

namespace fakes {

world::NameOutcome outcome_of(const Dns& fault) {
  switch (fault.how) {
    case DnsHow::nxdomain: return world::NameOutcome::nxdomain;
    case DnsHow::servfail: return world::NameOutcome::servfail;
    case DnsHow::timeout: return world::NameOutcome::timeout;
    case DnsHow::slow: return world::NameOutcome::slow;
  }
  return world::NameOutcome::found;
}

// The network does it, as the gate says; who has a connection has a name behind it.
world::Task<void> strike(Dns, Exchange& x) { co_await answer_normally(x); }

}  // namespace fakes
