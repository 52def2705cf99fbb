#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike_any(const FaultAction& action, Exchange& x) {
  return std::visit(
      [&x](const auto& fault) -> world::Task<void> {
        if constexpr (requires { fault.before_request; }) {
          ENSURE(false, "a fault that strikes before requests was asked to strike one");
        } else {
          return strike(fault, x);
        }
      },
      action);
}

}  // namespace fakes
