// The part of ChatClient that sends what no agent should take: a body of a corpus. To be told so,
// with a 4xx, is the success of such a request.
#include "harness/client/chat_client.hpp"
#include "harness/client/reply_headers.hpp"
#include "world/json_text.hpp"

namespace harness {

using reports::Failure;
using reports::Operation;
using reports::Outcome;
using world::HttpExchange;
using world::Result;
using world::Task;

namespace {

// 408 and 429 are about time: the same body might be taken later.
bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

}  // namespace

std::string ChatClient::render_bad(const CorpusRow& row, world::TurnId turn) const {
  const std::string body = body_of(row, turn);
  std::string bytes = "POST ";
  bytes += path_of(row);
  bytes += " HTTP/1.1\r\nhost: " + world::to_string(target_) +
           "\r\ncontent-type: application/json\r\ncontent-length: ";
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\nx-request-id: " + world::to_text(turn) + "\r\n\r\n";
  bytes += body;
  return bytes;
}

Task<bool> ChatClient::ask_badly(const PlannedRequest& request, Operation& op, Reply& reply) {
  const LoadClass& load_class = scenario_.load[request.load_class];
  const CorpusRow& row = row_of(*scenario_.corpus_of(load_class), load_class, request.turn);
  op.streamed = false;
  op.outcome = Outcome::error;
  std::string bytes = render_bad(row, request.turn);
  op.request_bytes = bytes.size();
  Result<HttpExchange> sent = co_await http_.send_rendered(target_, std::move(bytes));
  if (!sent) {
    op.failure = failure_of(sent.error());
    co_return true;
  }
  HttpExchange& exchange = *sent;
  op.http_status = static_cast<std::uint16_t>(exchange.status());
  read_reply_headers(exchange.headers(), op, reply);
  op.first_event = clock_.now();
  Result<std::string> body = co_await exchange.read_all();
  if (!body) {
    op.failure = failure_of(body.error());
    co_return true;
  }
  op.response_bytes = body->size();
  if (body->size() > Reply::kErrorBytesMax) body->resize(Reply::kErrorBytesMax);
  reply.error_body = std::move(*body);
  const int status = exchange.status();
  op.failure = status == 429                   ? Failure::rate_limited
               : status >= 200 && status < 300 ? Failure::bad_response
                                               : Failure::http_status;
  if (!is_refusal(status)) co_return true;
  op.outcome = Outcome::ok;
  op.failure = Failure::none;
  co_return true;
}

}  // namespace harness
