// The dialect of OpenAI's `POST /v1/chat/completions`: requests in, answers, stream chunks and
// errors out, as the provider's own servers write them. A row of kDialects. Pure functions; any
// thread.
#pragma once

#include "fakes/chat.hpp"
#include "fakes/words.hpp"

namespace fakes::openai_chat {

std::optional<Refusal> parse(std::string_view body, ChatRequest& request);

void write_headers(std::string& out, const HeaderFacts& facts);
void write_answer(std::string& out, const Answer& answer, Words& words);
void write_refusal(std::string& out, const Refusal& refusal);
void write_models(std::string& out, std::string_view model);

// A role chunk, a chunk per token, one with the finish reason, one with the usage if it was asked
// for, and [DONE].
std::int64_t events(const Answer& answer);
std::int64_t token_event(std::int64_t token);
void write_event(std::string& out, const Answer& answer, Words& words, std::int64_t event);

Refusal refusal_of(int status);

}  // namespace fakes::openai_chat
