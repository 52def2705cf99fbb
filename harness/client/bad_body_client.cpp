#include "harness/client/bad_body_client.hpp"

#include "harness/client/reading.hpp"
#include "harness/client/reply_headers.hpp"
#include "world/json_text.hpp"

namespace harness {

using reports::Operation;
using world::HttpExchange;
using world::Result;
using world::Task;

namespace {

bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

}  // namespace

BadBodyClient::BadBodyClient(world::Clock& clock, world::Network& network, TargetDoor door,
                             const Scenario& scenario)
    : clock_(clock),
      scenario_(scenario),
      door_(std::move(door)),
      http_(clock, network, http_options_of(scenario.client, door_)) {}

std::string BadBodyClient::render(const CorpusRow& row, world::TurnId turn) const {
  const std::string body = body_of(row, turn);
  std::string bytes = post_head(door_, path_of(row));
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\nx-request-id: " + world::to_text(turn) + "\r\n\r\n";
  bytes += body;
  return bytes;
}

Task<bool> BadBodyClient::ask(const PlannedRequest& request, std::uint32_t, Operation& op,
                              Reply& reply) {
  const LoadClass& load_class = scenario_.load[request.load_class];
  const CorpusRow& row = row_of(*scenario_.corpus_of(load_class), load_class, request.turn);
  op.streamed = false;
  std::string bytes = render(row, request.turn);
  op.request_bytes = bytes.size();
  Result<HttpExchange> sent = co_await http_.send_rendered(door_.endpoint, std::move(bytes));
  if (!sent) co_return fail(op, failure_of(sent.error()));
  HttpExchange& exchange = *sent;
  op.http_status = static_cast<std::uint16_t>(exchange.status());
  read_reply_headers(exchange.headers(), op, reply);
  op.first_event = clock_.now();
  Result<std::string> body = co_await exchange.read_all();
  if (!body) co_return fail(op, failure_of(body.error()));
  op.response_bytes = body->size();
  keep_error(reply, std::move(*body));
  if (is_refusal(exchange.status())) co_return succeed(op);
  const bool taken = exchange.status() >= 200 && exchange.status() < 300;
  if (taken) co_return fail(op, reports::Failure::bad_response);
  co_return fail_by_status(op, exchange.status());
}

Task<bool> BadBodyClient::look_again(const PlannedRequest&, const std::string&, Sequel&) {
  co_return true;
}

}  // namespace harness
