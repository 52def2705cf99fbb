#include "fakes/timing.hpp"

#include <algorithm>

namespace fakes {

using world::Nanos;
using world::Purpose;

namespace {
std::uint64_t ordinal_of(AnswerKey key, std::int64_t token) {
  return std::uint64_t{key.attempt} << 32 | static_cast<std::uint32_t>(token);
}

bool is_fixed(const world::Distribution& d) { return d.kind == world::Distribution::Kind::fixed; }

Nanos times(std::int64_t ns, std::int64_t micro) {
  if (micro == 1'000'000) return Nanos(ns);
  // Whole microseconds of the product are exact enough, and nothing overflows below a day.
  return Nanos(ns / 1'000 * (micro / 1'000) + ns % 1'000 * micro / 1'000'000);
}

}  // namespace

Nanos Timing::Steps::at(std::int64_t token) const {
  return step > Nanos{0} && token < whole / step ? step * token : whole;
}

Nanos Timing::to_first_token() const {
  const std::uint64_t bits = random_.bits(Purpose("ttft"), key_.entity, key_.attempt);
  std::int64_t ns = steps_ ? std::min(steps_->step, steps_->whole).count()
                           : backend_->ttft.sample(bits);
  if (slowness_.ttft != world::Distribution{}) {
    ns += slowness_.ttft.sample(random_.bits(Purpose("further ttft"), key_.entity, key_.attempt));
  }
  return times(ns, slowness_.factor_micro) + slowness_.once + lead_ + latency_ + jitter_of(1);
}

Nanos Timing::pause_before(std::int64_t token) const {
  if (token <= 1) return Nanos{0};
  const std::uint64_t ordinal = ordinal_of(key_, token);
  const auto sample = [&](const world::Distribution& gap, Purpose purpose) {
    return gap.sample(is_fixed(gap) ? 0 : random_.bits(purpose, key_.entity, ordinal));
  };
  const std::int64_t own = steps_ ? (steps_->at(token) - steps_->at(token - 1)).count()
                                  : sample(backend_->inter_token, Purpose("inter token"));
  const std::int64_t ns = own + sample(slowness_.inter_token, Purpose("further inter token"));
  return times(ns, slowness_.factor_micro);
}

Nanos Timing::jitter_of(std::int64_t token) const {
  if (jitter_ <= Nanos{0}) return Nanos{0};
  const auto choices = static_cast<std::uint64_t>(jitter_.count()) + 1;
  const std::uint64_t drawn = random_.below(choices, Purpose("network jitter"), key_.entity,
                                            ordinal_of(key_, token));
  return Nanos(static_cast<std::int64_t>(drawn));
}

// The sum of the gaps must not drift: each takes back the jitter of the token before.
Nanos Timing::gap_before(std::int64_t token) const {
  if (token <= 1) return Nanos{0};
  return pause_before(token) + jitter_of(token) - jitter_of(token - 1);
}

Nanos Timing::to_last_token(std::int64_t tokens) const {
  const std::int64_t last = std::max<std::int64_t>(1, tokens);
  Nanos sum = to_first_token() + jitter_of(last) - jitter_of(1);
  if (!steps_ && is_fixed(backend_->inter_token) && is_fixed(slowness_.inter_token)) {
    return sum + pause_before(2) * (last - 1);
  }
  for (std::int64_t token = 2; token <= last; ++token) sum += pause_before(token);
  return sum;
}

std::int64_t draw_tokens(const Backend& backend, world::Random random, AnswerKey key) {
  const std::uint64_t bits = random.bits(Purpose("output tokens"), key.entity, key.attempt);
  return std::max<std::int64_t>(1, backend.output_tokens.sample(bits));
}

}  // namespace fakes
