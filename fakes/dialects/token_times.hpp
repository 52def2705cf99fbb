// How long an answer took by its provider's own account, which Groq and Cerebras put into it: made
// up from the numbers of tokens, so that the same answer always says the same. Pure; any thread.
#pragma once

#include "fakes/chat.hpp"

namespace fakes {

struct TokenTimes {
  world::Nanos queue{1'000'000};
  world::Nanos prompt;
  world::Nanos completion;
  world::Nanos total() const { return prompt + completion; }

  explicit TokenTimes(const Answer& answer)
      : prompt(20'000 * answer.prompt_tokens), completion(2'000'000 * answer.units()) {}
};

}  // namespace fakes
