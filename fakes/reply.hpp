// What a fake says: the text, the tool calls and the end of an answer, as the backend's rules and
// keyed draws decide. Pure functions of their arguments; any thread.
#pragma once

#include "fakes/chat.hpp"
#include "fakes/config.hpp"
#include "fakes/dialect.hpp"
#include "fakes/timing.hpp"

namespace fakes {

struct ReplyContext {
  const Backend& config;
  const Dialect& dialect;
  const ChatRequest& chat;
  const world::HttpHeaders& headers;
  world::Random random;
  AnswerKey key;
  Words& words;
};

// Fills in the reasoning, the text, the calls and the finish.
void plan_reply(Answer& answer, const ReplyContext& context);

}  // namespace fakes
