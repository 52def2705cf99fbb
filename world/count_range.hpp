// CountRange: which counts are meant, as `3`, `1..2` or `3..` in a scenario.
// Plain data; any thread.
#pragma once

#include <cstdint>
#include <limits>

namespace world {

struct CountRange {  // inclusive at both ends
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();

  bool contains(std::int64_t n) const { return first <= n && n <= last; }
  friend bool operator==(const CountRange&, const CountRange&) = default;
};

}  // namespace world
