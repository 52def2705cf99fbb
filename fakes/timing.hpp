// When the tokens of one answer leave: the first after a lead and the time to first token, the
// others after a gap each. Every figure is a keyed draw on (what, backend and turn, attempt,
// token), so an answer takes the same time in sim and live, streamed or not, whatever the order of
// arrival. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "fakes/config.hpp"
#include "world/random.hpp"
#include "world/units.hpp"

namespace fakes {

// What an answer's draws are keyed by: the backend and the turn (or the request's ordinal, when a
// foreign client sends no turn), and which attempt this is.
struct AnswerKey {
  std::uint64_t entity = 0;
  std::uint32_t attempt = 1;
};

// What a fault adds to a backend's own times.
struct Slowness {
  world::Distribution ttft;         // ns, further
  world::Distribution inter_token;  // ns, further
  std::int64_t factor_micro = 1'000'000;  // of all, the further ones included
  world::Nanos once{0};                   // before the first token
};

class Timing {
 public:
  Timing(const Backend& backend, world::Random random, AnswerKey key)
      : backend_(&backend), random_(random), key_(key) {}

  // What comes before the model begins to think: reading the prompt, loading the model.
  void set_lead(world::Nanos lead) { lead_ = lead; }
  // Work of a known length, which tells of itself after each step: token n leaves after n steps,
  // the last one when all is done. In place of the backend's times to and between tokens.
  void set_steps(world::Nanos whole, world::Nanos step) { steps_ = Steps{whole, step}; }
  void slow_down(const Slowness& by) { slowness_ = by; }

  world::Nanos to_first_token() const;
  world::Nanos gap_before(std::int64_t token) const;  // tokens count from 1; the first has none

  // How far apart tokens may be due that leave in one write.
  world::Nanos coalesce() const { return backend_->coalesce; }

  // From the request to the last token of so many. One multiplication when all gaps are alike.
  world::Nanos to_last_token(std::int64_t tokens) const;

  // A slow way: every token arrives so much later, and further by a draw of its own, at most
  // `jitter`; never before the token ahead of it.
  void lengthen(world::Nanos latency, world::Nanos jitter) {
    latency_ = latency;
    jitter_ = jitter;
  }

  // How much later an answer comes by such a way, when its own times are known already.
  world::Nanos of_the_way() const { return latency_ + jitter_of(1); }

 private:
  world::Nanos jitter_of(std::int64_t token) const;
  world::Nanos pause_before(std::int64_t token) const;  // as the model makes it

  struct Steps {
    world::Nanos whole{0};
    world::Nanos step{0};
    world::Nanos at(std::int64_t token) const;
  };

  const Backend* backend_;
  std::optional<Steps> steps_;
  world::Random random_;
  AnswerKey key_;
  world::Nanos lead_{0};
  world::Nanos latency_{0};
  world::Nanos jitter_{0};
  Slowness slowness_;
};

// The length of an answer to a request that asks for none; at least one token.
std::int64_t draw_tokens(const Backend& backend, world::Random random, AnswerKey key);

}  // namespace fakes
