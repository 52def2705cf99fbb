#include "agent/api/request_reader.hpp"

#include "input.hpp"

// Of both APIs: a request that can be sent on, or a problem that says something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  agent::RequestLimits limits;
  limits.messages_max = 20;
  limits.json.explain = true;
  for (const agent::Api api : {agent::Api::chat, agent::Api::responses}) {
    agent::Request request;
    agent::Problem problem;
    if (agent::read_request(api, text, limits, request, problem)) {
      const std::string prompt = agent::render_prompt(request, "model", request.messages);
      agent::Request again;
      agent::Problem unused;
      ENSURE(agent::read_request(agent::Api::chat, prompt, {}, again, unused),
             "a rendered prompt is no valid request");
      continue;
    }
    ENSURE(!problem.errors.empty() && problem.errors.size() <= 20, "nothing is said to be wrong");
    ENSURE(agent::status_of(problem.code) == 400, "a bad body is no 400");
    ENSURE(problem.detail.size() < 2'000, "a detail without a bound");
    const std::string body = agent::body_of(problem, agent::ProblemContext{});
    world::JsonReader reader(body);
    ENSURE(reader.take() && reader.finished(), "an error that is no JSON");
  }
  return 0;
}
