#include "fakes/faults/connection.hpp"

namespace fakes {
namespace {

// `refuse` and `black_hole` also take what was connected when they began.
bool strikes(const Refuse&, const ConnectionFacts& facts) {
  return facts.moment == Moment::accepted || facts.moment == Moment::request;
}
bool strikes(const BlackHole&, const ConnectionFacts& facts) {
  return facts.moment == Moment::accepted || facts.moment == Moment::request;
}
bool strikes(const Accept&, const ConnectionFacts& facts) {
  return facts.moment == Moment::accepted;
}
bool strikes(const Idle& fault, const ConnectionFacts& facts) {
  const bool silent = fault.then == IdleThen::silence;
  const Moment moment = silent ? Moment::reading : Moment::idle;
  return facts.moment == moment && facts.requests > 0 && facts.idle >= fault.after;
}
bool strikes(const StopReading&, const ConnectionFacts& facts) {
  return facts.moment == Moment::reading;
}
bool strikes(const NoContinue&, const ConnectionFacts& facts) {
  return facts.moment == Moment::expect;
}
bool strikes(const Reuse& fault, const ConnectionFacts& facts) {
  return facts.moment == Moment::request &&
         facts.requests >= static_cast<std::uint64_t>(fault.request);
}

}  // namespace

bool strikes_now(const FaultAction& action, const ConnectionFacts& facts) {
  return std::visit(
      [&facts](const auto& fault) {
        if constexpr (requires { strikes(fault, facts); }) return strikes(fault, facts);
        return false;
      },
      action);
}

}  // namespace fakes
