#include "agent/queue/adaptive_limit.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

AdaptiveLimit::AdaptiveLimit(std::int64_t start, std::int64_t min, std::int64_t max)
    : min_(std::min(min, max)), max_(max), micro_(std::min(std::max(start, min), max) * kMicro) {}

void AdaptiveLimit::note(Load load, Instant began, Instant now, std::int64_t calls) {
  if (load == Load::fine) {
    const Nanos took = now - began;
    takes_ = takes_ == Nanos{0} ? took : takes_ + (took - takes_) / 8;
    fine_since_ = true;
    if (2 * calls >= limit()) grow();
  } else if (load == Load::overloaded) {
    // A call that began before the last decrease knows nothing of it, and refusals come at once.
    const bool known = ceiling_ > 0 && (began < fell_at_ || now - fell_at_ < takes_);
    if (known || !fine_since_) return;
    fell_at_ = now;
    fine_since_ = false;
    shrink(calls);
  }
}

void AdaptiveLimit::grow() {
  const std::int64_t before = limit();
  const bool careful = ceiling_ > 0 && before >= ceiling_;
  const std::int64_t step = careful ? step_ : kMicro;
  micro_ += ceiling_ > 0 ? step / std::max<std::int64_t>(1, before) : kMicro;
  micro_ = std::min(micro_, max_ * kMicro);
  if (careful && limit() > before) step_ = std::min(step_ * 2, kProbesMax * kMicro);
}

// All but the one that was refused went well.
void AdaptiveLimit::shrink(std::int64_t calls) {
  ceiling_ = std::max(std::min(limit(), calls) - 1, min_);
  step_ = kMicro / kProbeRounds;
  micro_ = std::clamp((calls - 1) * kMicro, micro_ / 100 * kKeptPercentMin,
                      micro_ / 100 * kKeptPercentMax);
  micro_ = std::max(micro_, min_ * kMicro);
}

}  // namespace agent
