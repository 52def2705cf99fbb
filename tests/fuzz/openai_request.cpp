#include "fakes/dialects/openai_chat.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  fakes::ChatRequest request;
  const fakes::OpenAiChat dialect;
  const auto refusal = dialect.parse(body, request);
  if (refusal) {
    ENSURE(refusal->status >= 400 && refusal->status < 600, "a refusal without a status");
    std::string out;
    dialect.write_refusal(out, *refusal, 1);
    ENSURE(!out.empty(), "a refusal without a body");
    return 0;
  }
  ENSURE(request.messages >= 0 && request.prompt_bytes >= 0, "negative counts");
  const std::string_view last = request.last_user_message;
  ENSURE(last.empty() || (last.data() >= body.data() &&
                          last.data() + last.size() <= body.data() + body.size()),
         "the last message is outside the body");
  return 0;
}
