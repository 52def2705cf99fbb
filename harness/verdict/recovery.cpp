#include "harness/verdict/recovery.hpp"

#include <algorithm>

namespace harness {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool is_good(std::uint64_t bad, std::uint64_t requests) {
  return bad * 1'000'000 <= requests * kRecoveryBadPpm;
}

}  // namespace

Recovery recovery_after(world::Instant healed, std::span<const reports::Second> seconds) {
  const std::int64_t heal_ns = std::max<std::int64_t>(0, world::since_start(healed).count());
  const auto first = static_cast<std::size_t>((heal_ns + kSecond - 1) / kSecond);
  std::size_t end = seconds.size();
  while (end > 0 && seconds[end - 1].requests == 0) --end;

  Recovery recovery;
  const auto since_heal = [&](std::size_t second) {
    return world::Nanos(static_cast<std::int64_t>(second) * kSecond - heal_ns);
  };
  if (first >= end) return recovery;
  recovery.observed = since_heal(end);
  for (std::size_t s = first; s < end; ++s) {
    recovery.requests += seconds[s].requests;
    recovery.bad += seconds[s].bad;
  }

  // Backwards over full windows: the earliest second from which every window is good.
  std::size_t recovered = end;
  std::uint64_t requests = 0, bad = 0;
  for (std::size_t s = end; s-- > first;) {
    requests += seconds[s].requests;
    bad += seconds[s].bad;
    if (s + kRecoveryWindow < end) {
      requests -= seconds[s + kRecoveryWindow].requests;
      bad -= seconds[s + kRecoveryWindow].bad;
    }
    if (s + kRecoveryWindow > end) continue;  // not yet a full window
    if (!is_good(bad, requests)) break;
    if (seconds[s].requests > 0 && is_good(seconds[s].bad, seconds[s].requests)) recovered = s;
  }
  if (recovered < end) recovery.at_most = since_heal(recovered);

  for (std::size_t s = first; s < recovered; ++s)
    if (seconds[s].requests > 0 && !is_good(seconds[s].bad, seconds[s].requests))
      recovery.at_least = since_heal(s + 1);
  return recovery;
}

}  // namespace harness
