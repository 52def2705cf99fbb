// Recovery time: from the end of the last fault window to the first second from which service is
// good and stays so. A second's service is that of the requests planned in it. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "reports/timeline.hpp"
#include "world/units.hpp"

namespace harness {

inline constexpr std::size_t kRecoveryWindow = 10;         // seconds
inline constexpr std::uint32_t kRecoveryBadPpm = 50'000;   // at most 5 % of a window may be bad

struct Recovery {
  std::uint64_t requests = 0;  // planned after the heal
  std::uint64_t bad = 0;       // of these
  // From the heal. `at_least` is the end of the last second that was bad by itself, `at_most` the
  // beginning of the first good second; nothing when service had not recovered when the run ended.
  world::Nanos at_least{0};
  std::optional<world::Nanos> at_most;
  world::Nanos observed{0};    // from the heal to the end of the last second with requests
};

// A second is good when at most 5 % of its requests are bad. Service has recovered at the first
// good second s at or after the heal such that, from s on, every window of 10 seconds holds at most
// 5 % bad requests. Seconds without requests are neither good nor bad.
Recovery recovery_after(world::Instant healed, std::span<const reports::Second> seconds);

}  // namespace harness
