// What objectives are judged by beside the recorder: the fakes' ledger (calls to providers), users
// compared with one another, the memory of the target. Whatever is not there was not measured, and
// an objective on it is INVALID. The formulas are here, pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "world/units.hpp"

namespace harness {

struct LedgerFacts {
  std::optional<std::uint64_t> provider_calls;  // that reached a fake, for turns of this run
  std::optional<std::uint64_t> turns_asked;     // distinct turns that were sent to the target
  std::optional<double> jain_index;
  std::uint64_t users = 0;                      // that the index is over: those who asked
  std::optional<double> memory_slope_bytes_per_hour;
  std::uint64_t memory_samples = 0;
};

// One user's part of a run.
struct UserTally {
  std::uint64_t asked = 0;
  std::uint64_t good = 0;  // ok, and within Layout::good_within
};

// What each user would have got, had the good answers there were been given out max-min fairly:
// nobody more than asked for, and nobody less than anybody who got more. (Water filling.)
std::vector<double> fair_shares(std::span<const UserTally> users);

// Jain's index (sum x)^2 / (n sum x^2) of x = good / fair share over all users who asked (Jain,
// Chiu, Hawe 1984, with the max-min allocation as the fair one): 1 when it was fair, 1/n when one
// user got all and the others starved. Nothing when fewer than two asked; 0 when nobody got a good
// answer, which is fair but of no use.
std::optional<double> jain_index(std::span<const UserTally> users);

struct MemorySample {
  world::Instant at{};
  std::uint64_t bytes = 0;
};

// The slope in bytes per hour of scenario time, as the median of the slopes between all pairs
// (Theil 1950, Sen 1968), so that one spike or a first allocation does not make a leak. Of at most
// kSlopeSamplesMax samples, evenly chosen. Nothing with fewer than kSlopeSamplesMin.
inline constexpr std::size_t kSlopeSamplesMin = 5;
inline constexpr std::size_t kSlopeSamplesMax = 500;
std::optional<double> memory_slope(std::span<const MemorySample> samples);

}  // namespace harness
