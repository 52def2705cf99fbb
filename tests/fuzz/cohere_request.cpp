#include "fakes/dialects/cohere.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const fakes::Cohere dialect;
  fakes::ChatRequest request;
  if (const auto refusal = dialect.parse(body, request)) {
    ENSURE(refusal->status == 400 && !refusal->message.empty(), "a refusal without words");
    std::string out;
    dialect.write_refusal(out, *refusal, 1);
    ENSURE(!out.empty(), "a refusal without a body");
    return 0;
  }
  ENSURE(request.messages > 0 && request.prompt_bytes >= 0, "negative counts");
  for (const std::string_view last : {request.last_user_message, request.last_tool_result}) {
    ENSURE(last.empty() || (last.data() >= body.data() &&
                            last.data() + last.size() <= body.data() + body.size()),
           "a message is outside the body");
  }
  return 0;
}
