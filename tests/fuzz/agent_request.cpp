#include "agent/api/request.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  agent::RequestLimits limits;
  limits.messages_max = 20;
  agent::Request request;
  if (!agent::read_request(fuzz::text_of(data, size), limits, request)) return 0;
  ENSURE(request.messages.size() <= 20, "more messages than the bound");
  // What was accepted is rendered as a request that is accepted, with the same messages.
  const std::string prompt = agent::render_prompt(request, "model", request.messages);
  agent::Request again;
  ENSURE(agent::read_request(prompt, limits, again), "a rendered prompt is no valid request");
  ENSURE(again.messages.text() == request.messages.text(), "messages changed on their way");
  return 0;
}
