#include "fakes/dialect.hpp"

#include "fakes/openai_chat.hpp"

namespace fakes {

const std::array<Dialect, 1> kDialects = {{
    {"openai-chat", "OpenAI chat completions, plain and streamed.", "/v1/chat/completions",
     "/v1/models", openai_chat::parse, openai_chat::write_headers, openai_chat::write_answer,
     openai_chat::write_refusal, openai_chat::write_models, openai_chat::events,
     openai_chat::token_event, openai_chat::write_event, openai_chat::refusal_of},
}};

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect& dialect : kDialects) {
    if (dialect.name == name) return &dialect;
  }
  return nullptr;
}

}  // namespace fakes
