#include "fakes/faults/slow.hpp"

#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Slow fault, Exchange& x) {
  constexpr std::int64_t second = 1'000'000'000;
  const world::Nanos prompt = fault.prompt_token * x.answer.prompt_tokens;
  Slowness slowness{fault.ttft, fault.inter_token, fault.factor};
  slowness.once = std::min(prompt, world::Nanos(86'400 * second));
  x.timing.slow_down(slowness);
  co_await answer_normally(x);
}

}  // namespace fakes
