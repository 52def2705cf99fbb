#include "fakes/dialects/openai_responses.hpp"
#include "input.hpp"

// The first line is the path of a request for a stored answer, the rest the body of a new one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::text_of(data, size);
  const std::string_view path = all.substr(0, all.find('\n'));
  const std::string_view body =
      path.size() == all.size() ? std::string_view() : all.substr(path.size() + 1);
  const fakes::OpenAiResponses dialect;
  for (const char* method : {"GET", "POST", "DELETE"}) {
    const fakes::Route route = dialect.route(method, path);
    ENSURE(path.find(route.id) != std::string_view::npos, "an id that is not in the path");
    const auto id = dialect.answer_id(route.id);
    if (!id) continue;
    fakes::Answer answer;
    answer.id = *id;
    std::string out;
    dialect.write_stored(out, answer, fakes::Progress::queued);
    ENSURE(!out.empty(), "a stored answer without a body");
  }
  fakes::ChatRequest request;
  if (const auto refusal = dialect.parse(body, request)) {
    ENSURE(refusal->status >= 400 && refusal->status < 600, "a refusal without a status");
    std::string out;
    dialect.write_refusal(out, *refusal, 1);
    ENSURE(!out.empty(), "a refusal without a body");
    return 0;
  }
  ENSURE(request.messages >= 0 && request.prompt_bytes >= 0, "negative counts");
  ENSURE(request.store || !request.background, "a background answer that is not stored");
  for (const std::string_view part : {request.last_user_message, request.last_tool_result,
                                      request.instructions, request.metadata}) {
    ENSURE(part.empty() || (part.data() >= body.data() &&
                            part.data() + part.size() <= body.data() + body.size()),
           "a part of the request is outside the body");
  }
  fakes::Answer answer;
  answer.echo = fakes::echo_of(request);
  std::string out;
  dialect.write_answer(out, answer);
  return 0;
}
