#include "harness/plan/arrivals/ramp.hpp"

#include <algorithm>

namespace harness {
namespace {

__extension__ typedef __int128 Wide;

constexpr Wide kEvent = 1'000'000'000'000'000;  // one arrival, in uHz x ns

// A stretch on which the rate goes linearly from r0 to r1 (uHz) in `length` ns.
struct Stretch {
  std::int64_t r0, r1, length;

  // The integral of the rate over the first t ns, in uHz x ns, rounded down: r0 t + (r1-r0) t^2 /
  // 2L. The quotient of (r1-r0) t by 2L comes first, so that no product leaves 128 bits.
  Wide integral(std::int64_t t) const {
    const Wide slope = static_cast<Wide>(r1 > r0 ? r1 - r0 : r0 - r1) * t;
    const Wide twice = static_cast<Wide>(length) * 2;
    const Wide whole = slope / twice * t, part = slope % twice * t;
    if (r1 >= r0) return static_cast<Wide>(r0) * t + whole + part / twice;
    return static_cast<Wide>(r0) * t - whole - (part + twice - 1) / twice;
  }

  // The first t in [from, length] whose integral reaches the target, which integral(length) does.
  std::int64_t reach(Wide target, std::int64_t from) const {
    std::int64_t low = from, high = length;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (integral(middle) >= target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
};

}  // namespace

std::vector<world::Instant> arrivals(const Ramp& shape, const ArrivalWindow& window) {
  std::vector<Stretch> stretches;
  const std::int64_t length = (window.to - window.from).count();
  std::int64_t used = 0, rate = shape.from.micro_hz;
  for (const RampStep& step : shape.steps) {
    if (step.over.count() > 0) stretches.push_back({rate, step.to.micro_hz, step.over.count()});
    rate = step.to.micro_hz;
    used += step.over.count();
  }
  if (used < length) stretches.push_back({rate, rate, length - used});

  std::vector<world::Instant> instants;
  std::int64_t start = 0;  // of the stretch, from the window's start
  Wide before = 0;         // the integral up to it
  Wide target = kEvent / 2;
  for (const Stretch& stretch : stretches) {
    const Wide whole = stretch.integral(stretch.length);
    std::int64_t t = 0;
    for (; before + whole >= target; target += kEvent) {
      t = stretch.reach(target - before, t);
      if (start + t >= length) return instants;
      instants.push_back(window.from + world::Nanos(start + t));
    }
    before += whole;
    start += stretch.length;
    if (start >= length) break;
  }
  return instants;
}

}  // namespace harness
