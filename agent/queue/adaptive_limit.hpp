// AdaptiveLimit: how many requests the providers stand at once, found out as TCP finds its window
// (additive increase, multiplicative decrease). One more for each success until the first overload
// (429, 503, a timeout), then one more for each limit's worth of them, and where it failed last in
// kProbeRounds, faster as that goes well. An overload takes a tenth away, more if less was under
// way; once in the time of an answer, and never twice without a success between: that is an outage,
// the breaker's business. It grows only while half of it is used. One thread.
#pragma once

#include <cstdint>

#include "world/units.hpp"

namespace agent {

// What the end of a call to a provider says of its load. Neutral: a refusal for another reason, or
// the user left.
enum class Load : std::uint8_t { fine, overloaded, neutral };

class AdaptiveLimit {
 public:
  static constexpr std::int64_t kProbeRounds = 8;
  static constexpr std::int64_t kProbesMax = 4;  // above what is known, in one limit's worth
  static constexpr std::int64_t kKeptPercentMin = 70;  // in one decrease
  static constexpr std::int64_t kKeptPercentMax = 90;

  // Of start, min and max the last one has the last word.
  AdaptiveLimit(std::int64_t start, std::int64_t min, std::int64_t max);

  std::int64_t limit() const { return micro_ / kMicro; }

  // A call has ended that began at `began`; `calls`: under way until now, this one too.
  void note(Load load, world::Instant began, world::Instant now, std::int64_t calls);

 private:
  static constexpr std::int64_t kMicro = 1'000'000;
  void grow();
  void shrink(std::int64_t calls);

  std::int64_t min_;
  std::int64_t max_;
  std::int64_t micro_;        // millionths of a request
  std::int64_t ceiling_ = 0;  // what went well before the last overload; 0: there was none
  std::int64_t step_ = kMicro / kProbeRounds;  // above the ceiling, in one limit's worth
  world::Nanos takes_{0};     // an answer, the mean of late
  world::Instant fell_at_{};
  bool fine_since_ = true;  // it fell
};

}  // namespace agent
