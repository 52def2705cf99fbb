#include "fakes/dialects/anthropic.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const fakes::Anthropic dialect;
  fakes::ChatRequest request;
  const auto refusal = dialect.parse(body, request);
  std::string out;
  const auto uncounted = dialect.write_token_count(out, body);
  if (refusal) {
    ENSURE(refusal->status == 400, "a refusal without a status");
    out.clear();
    dialect.write_refusal(out, *refusal, 1);
    ENSURE(!out.empty(), "a refusal without a body");
    return 0;
  }
  ENSURE(!uncounted && !out.empty(), "what can be answered can be counted");
  ENSURE(request.messages > 0 && request.prompt_bytes >= 0, "negative counts");
  ENSURE(request.max_tokens && *request.max_tokens > 0, "no limit");
  for (const std::string_view last : {request.last_user_message, request.last_tool_result}) {
    ENSURE(last.empty() || (last.data() >= body.data() &&
                            last.data() + last.size() <= body.data() + body.size()),
           "a message is outside the body");
  }
  return 0;
}
