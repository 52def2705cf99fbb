#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike_any(const FaultAction& action, Exchange& x) {
  return std::visit([&x](const auto& fault) { return strike(fault, x); }, action);
}

}  // namespace fakes
