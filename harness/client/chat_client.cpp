#include "harness/client/chat_client.hpp"

#include <algorithm>

#include "harness/client/chat_json.hpp"
#include "harness/client/reply_headers.hpp"
#include "world/json_text.hpp"
#include "world/sse.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::HttpExchange;
using world::Result;
using world::Task;

reports::Failure failure_of(world::Failure failure) {
  switch (failure) {
    case world::Failure::refused: return reports::Failure::connect_refused;
    case world::Failure::unresolved: return reports::Failure::unresolved;
    case world::Failure::unreachable: return reports::Failure::unresolved;
    case world::Failure::reset: return reports::Failure::reset;
    case world::Failure::tls: return reports::Failure::tls;
    case world::Failure::closed: return reports::Failure::closed_early;
    case world::Failure::timed_out: return reports::Failure::connect_timeout;
    case world::Failure::malformed: return reports::Failure::bad_response;
    case world::Failure::too_large: return reports::Failure::too_large;
    case world::Failure::unavailable: return reports::Failure::no_capacity;
  }
  return reports::Failure::bad_response;
}

namespace {

bool fail(Operation& op, reports::Failure failure) {
  op.outcome = Outcome::error;
  op.failure = failure;
  return true;
}

bool succeed(Operation& op) {
  op.outcome = Outcome::ok;
  op.failure = reports::Failure::none;
  return true;
}

bool only_blanks(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// Shorter texts may well say the same twice.
constexpr std::size_t kRepeatedMin = 32;

bool stands_twice(std::string_view text) {
  const std::size_t half = text.size() / 2;
  // With at most one byte between the two.
  return half >= kRepeatedMin && text.substr(0, half) == text.substr(text.size() - half);
}

void keep_error(Reply& reply, std::string body) {
  if (body.size() > Reply::kErrorBytesMax) body.resize(Reply::kErrorBytesMax);
  reply.error_body = std::move(body);
}

void keep_notice(Reply& reply, QueueNotice notice, world::Instant now) {
  notice.at = now;
  if (reply.notices.size() < Reply::kNoticesMax) reply.notices.push_back(notice);
}

struct StreamState {
  std::size_t text_bytes_max;
  world::Instant last_content = world::kNever;
};

// Takes one event of a stream. Events of the target's own, `agent.queue` and what else it names
// `agent.*`, are no chunks and carry no tokens.
std::optional<reports::Failure> take_event(world::SseEvent& event, world::Instant now,
                                           StreamState& state, Operation& op, Reply& reply) {
  if (event.data == "[DONE]") {
    ++reply.terminals;
    return std::nullopt;
  }
  if (event.type.starts_with("agent.")) {
    if (event.type != "agent.queue") return std::nullopt;
    if (const auto notice = read_queue_notice(event.data)) keep_notice(reply, *notice, now);
    return std::nullopt;
  }
  ChatPiece piece = read_chat_chunk(event.data);
  if (event.type == "error" || !piece.valid || piece.has_error) {
    keep_error(reply, std::move(event.data));
    return reports::Failure::bad_response;
  }
  if (reply.terminals > 0) ++reply.after_terminal;
  if (!piece.finish_reason.empty()) {
    reply.finished = true;
    reply.cut_off = piece.finish_reason == "length";
  }
  if (piece.completion_tokens) {
    op.output_tokens = static_cast<std::uint32_t>(*piece.completion_tokens);
  }
  if (!piece.content || piece.content->empty()) return std::nullopt;
  if (op.first_event == world::kNever) op.first_event = now;
  if (state.last_content != world::kNever) {
    const world::Nanos gap = now - state.last_content;
    op.stall = std::max(op.stall, gap);
    if (reply.gaps.size() < Reply::kGapsMax) reply.gaps.push_back(gap);
  }
  state.last_content = now;
  if (reply.text.size() + piece.content->size() > state.text_bytes_max) {
    return reports::Failure::too_large;
  }
  reply.text += *piece.content;
  if (!piece.completion_tokens) ++op.output_tokens;
  return std::nullopt;
}

world::HttpClientOptions options_of(const Client& client) {
  world::HttpClientOptions options;
  options.limits.body_bytes_max = static_cast<std::uint64_t>(client.response_bytes_max);
  options.idle_max = static_cast<std::size_t>(client.connections_max);
  return options;
}

}  // namespace

ChatClient::ChatClient(world::Clock& clock, world::Network& network, world::Endpoint target,
                       const Scenario& scenario)
    : clock_(clock),
      scenario_(scenario),
      target_(std::move(target)),
      http_(clock, network, options_of(scenario.client)),
      head_("POST /v1/chat/completions HTTP/1.1\r\nhost: " + world::to_string(target_) +
            "\r\ncontent-type: application/json\r\ncontent-length: ") {}

std::string ChatClient::render(const PlannedRequest& request) const {
  const world::TurnId turn = request.turn;
  const std::string name = world::to_text(turn);  // u17.s2.t5
  const std::string_view conversation = std::string_view(name).substr(0, name.rfind('.'));
  const std::string_view user = conversation.substr(0, conversation.find('.'));
  std::string body = R"({"model":"agent","messages":[{"role":"user","content":)";
  world::append_json_string(body, turn_text(scenario_, request));
  body += R"(}],"user":")";
  body += user;
  body += R"(","metadata":{"conversation":")";
  body += conversation;
  body += R"("})";
  if (request.output_tokens > 0) {
    body += R"(,"max_tokens":)";
    body += std::to_string(request.output_tokens);
  }
  body += request.stream ? R"(,"stream":true})" : R"(,"stream":false})";

  std::string bytes;
  bytes.reserve(head_.size() + name.size() + body.size() + 40);
  bytes += head_;
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\nx-request-id: ";
  bytes += name;
  bytes += "\r\n\r\n";
  bytes += body;
  return bytes;
}

Task<bool> ChatClient::ask(const PlannedRequest& request, Operation& op, Reply& reply) {
  if (scenario_.corpus_of(scenario_.load[request.load_class]) != nullptr) {
    co_return co_await ask_badly(request, op, reply);
  }
  std::string bytes = render(request);
  op.request_bytes = bytes.size();
  Result<HttpExchange> sent = co_await http_.send_rendered(target_, std::move(bytes));
  if (!sent) co_return fail(op, failure_of(sent.error()));
  HttpExchange& exchange = *sent;
  op.http_status = static_cast<std::uint16_t>(exchange.status());
  read_reply_headers(exchange.headers(), op, reply);
  if (!request.stream) op.first_event = clock_.now();
  const bool ok = exchange.status() >= 200 && exchange.status() < 300;
  if (ok && request.stream) co_return co_await read_stream(exchange, op, reply);
  co_return co_await read_plain(exchange, op, reply);
}

Task<bool> ChatClient::read_plain(HttpExchange& exchange, Operation& op, Reply& reply) {
  Result<std::string> body = co_await exchange.read_all();
  if (!body) co_return fail(op, failure_of(body.error()));
  op.response_bytes = body->size();
  if (exchange.status() < 200 || exchange.status() >= 300) {
    if (auto notice = queue_notice_in(*body)) keep_notice(reply, *notice, clock_.now());
    keep_error(reply, std::move(*body));
    co_return fail(op, exchange.status() == 429 ? reports::Failure::rate_limited
                                                : reports::Failure::http_status);
  }
  ChatPiece answer = read_chat_answer(*body);
  if (!answer.valid || !answer.has_choice || answer.has_error) {
    keep_error(reply, std::move(*body));
    co_return fail(op, reports::Failure::bad_response);
  }
  reply.finished = true;
  reply.cut_off = answer.finish_reason == "length";
  if (answer.content) reply.text = std::move(*answer.content);
  reply.repeated = stands_twice(reply.text);
  op.output_tokens = static_cast<std::uint32_t>(answer.completion_tokens.value_or(0));
  if (only_blanks(reply.text)) co_return fail(op, reports::Failure::empty_response);
  co_return succeed(op);
}

Task<bool> ChatClient::read_stream(HttpExchange& exchange, Operation& op, Reply& reply) {
  const auto bytes_max = static_cast<std::size_t>(scenario_.client.response_bytes_max);
  world::SseReader reader(bytes_max);
  std::vector<world::SseEvent> events;
  StreamState state{bytes_max};
  std::optional<reports::Failure> broken;
  for (;;) {
    const Result<std::string_view> bytes = co_await exchange.read_some();
    if (!bytes) {
      // Behind the terminal event a rude close does no harm to the answer.
      if (reply.terminals == 0) broken = failure_of(bytes.error());
      break;
    }
    if (bytes->empty()) break;
    op.response_bytes += bytes->size();
    events.clear();
    const Result<void> read = reader.feed(*bytes, events);
    if (!read) co_return fail(op, failure_of(read.error()));
    const world::Instant now = clock_.now();
    for (world::SseEvent& event : events) {
      const auto failure = take_event(event, now, state, op, reply);
      if (failure) co_return fail(op, *failure);
    }
  }
  reply.repeated = stands_twice(reply.text);
  if (broken) co_return fail(op, *broken);
  if (!reply.finished || reply.terminals == 0) {
    co_return fail(op, reports::Failure::truncated_stream);
  }
  if (only_blanks(reply.text)) co_return fail(op, reports::Failure::empty_response);
  co_return succeed(op);
}

}  // namespace harness
