#include "fakes/timing.hpp"

#include <algorithm>

namespace fakes {

using world::Nanos;
using world::Purpose;

Nanos Timing::to_first_token() const {
  const std::uint64_t bits = random_.bits(Purpose("ttft"), key_.entity, key_.attempt);
  return lead_ + Nanos(backend_->ttft.sample(bits));
}

Nanos Timing::gap_before(std::int64_t token) const {
  if (token <= 1) return Nanos{0};
  if (backend_->inter_token.kind == world::Distribution::Kind::fixed) {
    return Nanos(backend_->inter_token.sample(0));
  }
  const std::uint64_t ordinal =
      std::uint64_t{key_.attempt} << 32 | static_cast<std::uint32_t>(token);
  return Nanos(
      backend_->inter_token.sample(random_.bits(Purpose("inter token"), key_.entity, ordinal)));
}

Nanos Timing::to_last_token(std::int64_t tokens) const {
  Nanos sum = to_first_token();
  if (backend_->inter_token.kind == world::Distribution::Kind::fixed) {
    return sum + gap_before(2) * std::max<std::int64_t>(0, tokens - 1);
  }
  for (std::int64_t token = 2; token <= tokens; ++token) sum += gap_before(token);
  return sum;
}

std::int64_t draw_tokens(const Backend& backend, world::Random random, AnswerKey key) {
  const std::uint64_t bits = random.bits(Purpose("output tokens"), key.entity, key.attempt);
  return std::max<std::int64_t>(1, backend.output_tokens.sample(bits));
}

}  // namespace fakes
