#include "harness/client/answer_client.hpp"

#include "harness/client/chat_json.hpp"
#include "harness/client/keys.hpp"
#include "harness/client/reply_headers.hpp"
#include "world/json_text.hpp"

namespace harness {

using reports::Operation;
using world::HttpExchange;
using world::Result;
using world::Task;

AnswerClient::AnswerClient(world::Clock& clock, world::Network& network, TargetDoor door,
                           const Scenario& scenario, world::Random random,
                           std::string_view own_path)
    : clock_(clock),
      scenario_(scenario),
      random_(random),
      door_(std::move(door)),
      http_(clock, network, http_options_of(scenario.client, door_)),
      head_(post_head(door_, door_.path_or(own_path))) {}

std::string AnswerClient::render(const PlannedRequest& request, std::uint32_t sending) {
  const LoadClass& load_class = class_of(request);
  const TurnNames names(request.turn);
  const std::string body = body_of(request);
  std::string bytes;
  bytes.reserve(head_.size() + names.turn.size() + body.size() + 80);
  bytes += head_;
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\n";
  bytes += more_headers();
  append_turn_headers(bytes, load_class, names.turn, sending,
                      key_of(load_class, random_, request.turn));
  bytes += "\r\n";
  bytes += body;
  return bytes;
}

Task<bool> AnswerClient::ask(const PlannedRequest& request, std::uint32_t sending, Operation& op,
                             Reply& reply) {
  std::string bytes = render(request, sending);
  op.request_bytes = bytes.size();
  Result<HttpExchange> sent = co_await http_.send_rendered(door_.endpoint, std::move(bytes));
  if (!sent) co_return fail(op, failure_of(sent.error()));
  HttpExchange& exchange = *sent;
  op.http_status = static_cast<std::uint16_t>(exchange.status());
  read_reply_headers(exchange.headers(), op, reply);
  if (!request.stream) op.first_event = clock_.now();
  const bool ok = exchange.status() >= 200 && exchange.status() < 300;
  if (!ok || !request.stream) co_return co_await read_plain(request, exchange, op, reply);
  const auto bytes_max = static_cast<std::size_t>(scenario_.client.response_bytes_max);
  const StreamRules rules{bytes_max, end_is_terminal()};
  TakeEvent take = [this, &request](StreamEvent event) { return take_event(request, event); };
  auto reading = read_event_stream(clock_, exchange, rules, std::move(take), op, reply);
  co_return co_await reading;
}

// It is over with its answer.
Task<bool> AnswerClient::look_again(const PlannedRequest&, const std::string&, Sequel&) {
  co_return false;
}

Task<bool> AnswerClient::read_plain(const PlannedRequest& request, HttpExchange& exchange,
                                    Operation& op, Reply& reply) {
  Result<std::string> body = co_await exchange.read_all();
  if (!body) co_return fail(op, failure_of(body.error()));
  op.response_bytes = body->size();
  if (exchange.status() < 200 || exchange.status() >= 300) {
    if (auto notice = queue_notice_in(*body)) keep_notice(reply, *notice, clock_.now());
    keep_error(reply, std::move(*body));
    co_return fail_by_status(op, exchange.status());
  }
  const reports::Failure failure = take_answer(request, *body, op, reply);
  if (failure != reports::Failure::none) {
    keep_error(reply, std::move(*body));
    co_return fail(op, failure);
  }
  reply.finished = true;
  reply.repeated = stands_twice(reply.text);
  if (only_blanks(reply.text)) co_return fail(op, reports::Failure::empty_response);
  co_return succeed(op);
}

}  // namespace harness
