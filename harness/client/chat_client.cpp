#include "harness/client/chat_client.hpp"

#include "harness/client/chat_json.hpp"
#include "harness/client/keys.hpp"
#include "harness/client/reading.hpp"
#include "harness/client/reply_headers.hpp"
#include "world/json_text.hpp"
#include "world/sse.hpp"

namespace harness {

using reports::Operation;
using world::HttpExchange;
using world::Result;
using world::Task;

namespace {

// Takes one event of a stream. Events of the target's own, places in its queue and what else it
// names after itself, are no chunks and carry no tokens.
std::optional<reports::Failure> take_event(world::SseEvent& event, world::Instant now,
                                           PieceTaker& pieces, Operation& op, Reply& reply) {
  if (event.data == "[DONE]") {
    ++reply.terminals;
    return std::nullopt;
  }
  if (is_of_target(event.type)) {
    if (!tells_place(event.type)) return std::nullopt;
    if (const auto notice = read_queue_notice(event.data)) keep_notice(reply, *notice, now);
    return std::nullopt;
  }
  ChatPiece piece = read_chat_chunk(event.data);
  if (event.type == "error" || !piece.valid || piece.has_error) {
    keep_error(reply, std::move(event.data));
    return reports::Failure::bad_response;
  }
  if (reply.terminals > 0) ++reply.after_terminal;
  if (reply.id.empty()) keep_id(reply, std::move(piece.id));
  if (!piece.finish_reason.empty()) {
    reply.finished = true;
    reply.cut_off = piece.finish_reason == "length";
  }
  if (piece.completion_tokens) {
    op.output_tokens = static_cast<std::uint32_t>(*piece.completion_tokens);
  }
  if (!piece.content || piece.content->empty()) return std::nullopt;
  if (!pieces.take(*piece.content, now, op, reply)) return reports::Failure::too_large;
  if (!piece.completion_tokens) ++op.output_tokens;
  return std::nullopt;
}

}  // namespace

ChatClient::ChatClient(world::Clock& clock, world::Network& network, world::Endpoint target,
                       const Scenario& scenario, world::Random random)
    : clock_(clock),
      scenario_(scenario),
      random_(random),
      target_(std::move(target)),
      http_(clock, network, http_options_of(scenario.client)),
      head_("POST /v1/chat/completions HTTP/1.1\r\nhost: " + world::to_string(target_) +
            "\r\ncontent-type: application/json\r\ncontent-length: ") {}

std::string ChatClient::render(const PlannedRequest& request, std::uint32_t sending) const {
  const LoadClass& load_class = scenario_.load[request.load_class];
  const TurnNames names(request.turn);
  std::string body = R"({"model":"agent","messages":[{"role":"user","content":)";
  world::append_json_string(body, turn_text(scenario_, request));
  body += R"(}],"user":")";
  body += names.user;
  body += R"(","metadata":{"conversation":")";
  body += names.conversation;
  body += R"("})";
  if (request.output_tokens > 0) {
    body += R"(,"max_tokens":)";
    body += std::to_string(request.output_tokens);
  }
  append_wishes(body, load_class);
  body += request.stream ? R"(,"stream":true})" : R"(,"stream":false})";

  std::string bytes;
  bytes.reserve(head_.size() + names.turn.size() + body.size() + 80);
  bytes += head_;
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\n";
  append_turn_headers(bytes, load_class, names.turn, sending,
                      key_of(load_class, random_, request.turn));
  bytes += "\r\n";
  bytes += body;
  return bytes;
}

Task<bool> ChatClient::ask(const PlannedRequest& request, std::uint32_t sending, Operation& op,
                           Reply& reply) {
  std::string bytes = render(request, sending);
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

// A chat completion is over with its answer.
Task<bool> ChatClient::look_again(const PlannedRequest&, const std::string&, Sequel&) {
  co_return false;
}

Task<bool> ChatClient::read_plain(HttpExchange& exchange, Operation& op, Reply& reply) {
  Result<std::string> body = co_await exchange.read_all();
  if (!body) co_return fail(op, failure_of(body.error()));
  op.response_bytes = body->size();
  if (exchange.status() < 200 || exchange.status() >= 300) {
    if (auto notice = queue_notice_in(*body)) keep_notice(reply, *notice, clock_.now());
    keep_error(reply, std::move(*body));
    co_return fail_by_status(op, exchange.status());
  }
  ChatPiece answer = read_chat_answer(*body);
  if (!answer.valid || !answer.has_choice || answer.has_error) {
    keep_error(reply, std::move(*body));
    co_return fail(op, reports::Failure::bad_response);
  }
  keep_id(reply, std::move(answer.id));
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
  PieceTaker pieces(bytes_max);
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
      const auto failure = take_event(event, now, pieces, op, reply);
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
