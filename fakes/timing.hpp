// When the tokens of one answer leave: the first after a lead and the time to first token, the
// others after a gap each. Every figure is a keyed draw on (what, backend and turn, attempt,
// token), so an answer takes the same time in sim and live, streamed or not, whatever the order of
// arrival. Values; any thread.
#pragma once

#include <cstdint>

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

class Timing {
 public:
  Timing(const Backend& backend, world::Random random, AnswerKey key)
      : backend_(&backend), random_(random), key_(key) {}

  // What comes before the model begins to think: reading the prompt, loading the model.
  void set_lead(world::Nanos lead) { lead_ = lead; }

  world::Nanos to_first_token() const;
  world::Nanos gap_before(std::int64_t token) const;  // tokens count from 1; the first has none

  // From the request to the last token of so many. One multiplication when all gaps are alike.
  world::Nanos to_last_token(std::int64_t tokens) const;

 private:
  const Backend* backend_;
  world::Random random_;
  AnswerKey key_;
  world::Nanos lead_{0};
};

// The length of an answer to a request that asks for none; at least one token.
std::int64_t draw_tokens(const Backend& backend, world::Random random, AnswerKey key);

}  // namespace fakes
