#include "agent/pipeline.hpp"

#include "agent/stream_relay.hpp"

namespace agent {

using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

Pipeline::Pipeline(world::Clock& clock, const Config& config, ProviderClient& provider)
    : clock_(clock),
      config_(config),
      provider_(provider),
      limiter_(config),
      conversations_(config) {
  limits_.messages_max = config.history_messages_max;
}

Task<void> Pipeline::handle(HttpServerConnection& connection, world::HttpRequest http) {
  Request request;
  if (!read_request(http.body, limits_, request)) {
    co_await answer_error(connection, kBadRequest, nullptr);
    co_return;
  }
  if (!limiter_.admit(request.user, clock_.now())) {
    co_await answer_error(connection, kRateLimited, nullptr);
    co_return;
  }
  History prompt = prompt_of(request);
  const std::string& own = provider_.provider().model;
  std::string body = render_prompt(request, own.empty() ? request.model : own, prompt);
  Asked asked = co_await ask_with_retries(clock_, provider_, config_, std::move(body));
  if (!asked.call) {
    const AgentError error = error_of(asked);
    co_await answer_error(connection, error, &asked);
  } else if (request.stream) {
    co_await answer_stream(connection, request, std::move(prompt), std::move(asked));
  } else {
    co_await answer_whole(connection, request, std::move(prompt), std::move(asked));
  }
}

History Pipeline::prompt_of(const Request& request) {
  History prompt;
  if (!request.conversation.empty()) {
    prompt = conversations_.read(request.user, request.conversation);
  }
  prompt.add(request.messages);
  return prompt;
}

// Only turns that were answered are remembered. This comes before the answer, so that a user who
// waits for each answer never overtakes the memory of it.
void Pipeline::remember(const Request& request, History prompt, std::string_view content) {
  if (request.conversation.empty()) return;
  std::string reply;
  reply.reserve(content.size() + 40);
  reply += R"({"role":"assistant","content":")";
  reply += content;
  reply += "\"}";
  prompt.add(reply);
  conversations_.write(request.user, request.conversation, std::move(prompt));
}

Task<void> Pipeline::answer_error(HttpServerConnection& connection, AgentError error,
                                  const Asked* asked) {
  HttpResponse response = error_response(error);
  if (asked != nullptr) add_origin(response.headers, provider_.provider(), asked->attempts);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

Task<void> Pipeline::answer_whole(HttpServerConnection& connection, const Request& request,
                                  History prompt, Asked asked) {
  Result<std::string> body = co_await provider_.read_all(*asked.call);
  if (!body) {
    const AgentError error = error_of(body.error());
    co_await answer_error(connection, error, &asked);
    co_return;
  }
  std::string content;
  if (!read_answer(*body, content)) {
    co_await answer_error(connection, kFailed, &asked);
    co_return;
  }
  asked.call.reset();  // the connection to the provider is free again
  remember(request, std::move(prompt), content);
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  add_origin(response.headers, provider_.provider(), asked.attempts);
  response.body = std::move(*body);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// Passes events on as they come. Once the head is out there is no error to give: when the provider
// breaks off, the user's stream is closed without its terminal event.
Task<void> Pipeline::answer_stream(HttpServerConnection& connection, const Request& request,
                                   History prompt, Asked asked) {
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  add_origin(head.headers, provider_.provider(), asked.attempts);
  Result<void> sent = co_await connection.begin_stream(std::move(head));
  StreamRelay relay(static_cast<std::size_t>(config_.response_bytes_max));
  while (sent && !relay.done()) {
    const Result<std::string_view> bytes = co_await provider_.read_some(*asked.call);
    if (!bytes || bytes->empty()) break;
    std::string events;
    const Result<void> fed = relay.feed(*bytes, events);
    if (!fed) break;
    if (!events.empty()) sent = co_await connection.send_chunk(std::move(events));
  }
  if (!sent || !relay.done()) {
    connection.close_after();
    co_return;
  }
  const Result<std::string> rest = co_await provider_.read_all(*asked.call);
  static_cast<void>(rest);  // to its end, so that the connection can be used again
  asked.call.reset();
  remember(request, std::move(prompt), relay.content());
  std::string terminal;
  relay.add_terminal_event(terminal);
  sent = co_await connection.send_chunk(std::move(terminal));
  if (sent) sent = co_await connection.end_stream();
  if (!sent) connection.close_after();
}

}  // namespace agent
