#include "fakes/schedule/rhythm.hpp"

#include <algorithm>

#include "world/distribution.hpp"

namespace fakes {

using world::Instant;
using world::Nanos;

Sojourns::Place Sojourns::place_of(Nanos t) {
  while (ends_.size() < kSojournsMax && (ends_.empty() || ends_.back() <= t)) {
    const std::size_t next = ends_.size();
    const Nanos mean = next % 2 == 0 ? means_.up : means_.down;
    const std::uint64_t bits = random_.bits(world::Purpose("fault sojourn"), entity_, next);
    const std::int64_t length = world::Distribution::exponential(mean.count()).sample(bits);
    ends_.push_back((ends_.empty() ? Nanos(0) : ends_.back()) +
                    Nanos(std::max<std::int64_t>(1, length)));
  }
  Place place;
  place.repeated = ends_.size() == kSojournsMax ? t / ends_.back() * ends_.back() : Nanos(0);
  const auto found = std::upper_bound(ends_.begin(), ends_.end(), t - place.repeated);
  place.index = static_cast<std::size_t>(found - ends_.begin());
  return place;
}

bool Sojourns::down(Instant t) { return place_of(world::since_start(t)).index % 2 == 1; }

Instant Sojourns::next_edge(Instant t) {
  const Place place = place_of(world::since_start(t));
  return world::at(place.repeated + ends_[place.index]);
}

namespace {

bool wave_is_on(const Fault& fault, Instant now) {
  return (now - fault.from) % fault.wave->period < fault.wave->on;
}

Instant next_wave_edge(const Fault& fault, Instant now) {
  const SquareWave& wave = *fault.wave;
  if (wave.on >= wave.period) return world::kNever;
  const Nanos into = (now - fault.from) % wave.period;
  return now - into + (into < wave.on ? wave.on : wave.period);
}

}  // namespace

Rhythm::Rhythm(const Fault& fault, world::Random random, std::uint64_t entity) {
  if (fault.markov) sojourns_.emplace(*fault.markov, random, entity);
}

bool Rhythm::on(const Fault& fault, Instant now) {
  if (now < fault.from || now >= fault.to) return false;
  if (fault.wave && !wave_is_on(fault, now)) return false;
  return !sojourns_ || sojourns_->down(now);
}

Instant Rhythm::next_edge(const Fault& fault, Instant now) {
  if (now >= fault.to) return world::kNever;
  if (now < fault.from) return fault.from;
  Instant next = fault.to;
  if (fault.wave) next = std::min(next, next_wave_edge(fault, now));
  if (sojourns_) next = std::min(next, sojourns_->next_edge(now));
  return next;
}

}  // namespace fakes
