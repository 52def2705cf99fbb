#include "tests/wire/wire.hpp"

namespace wire {
const std::vector<Case>& json_cases() {
  static const std::vector<Case> cases = {

  };
  return cases;
}

}  // namespace wire
