#include "harness/client/responses_client.hpp"

#include "harness/client/chat_json.hpp"
#include "harness/client/keys.hpp"
#include "harness/client/reply_headers.hpp"
#include "harness/client/responses_turn.hpp"
#include "world/deadline.hpp"
#include "world/json_text.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::HttpExchange;
using world::Instant;
using world::Result;
using world::Task;

namespace {

// Ids come back in paths of ours.
bool is_good_id(std::string_view id) {
  if (id.empty() || id.size() > Reply::kIdBytesMax) return false;
  for (const char c : id) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    if (!good) return false;
  }
  return true;
}

bool is_lost(int status) {
  return status == 401 || status == 403 || status == 404 || status == 410;
}

}  // namespace

ResponsesClient::ResponsesClient(world::Clock& clock, world::Network& network,
                                 TargetDoor door, const Scenario& scenario,
                                 world::Random random, Histories* histories)
    : clock_(clock),
      scenario_(scenario),
      random_(random),
      door_(std::move(door)),
      path_(door_.path_or(path_of(TargetDialect::openai_responses))),
      histories_(histories),
      http_(clock, network, http_options_of(scenario.client, door_)) {}

void ResponsesClient::Turn::see(ResponseObject told, Instant now) {
  JobSeen& job = reply.job;
  if (reply.id.empty() && is_good_id(told.id)) keep_id(reply, told.id);
  const bool promised = load_class.background || !is_final(told.status);
  if (!job.acknowledged && promised && !reply.id.empty() && told.status != JobStatus::none) {
    job.acknowledged = true;
    job.acknowledged_at = now;
  }
  const bool changed = told.status != JobStatus::none && told.status != job.last() &&
                       !(job.told_again && told.status < job.last());
  if (changed && job.sightings.size() < JobSeen::kSightingsMax) {
    job.sightings.push_back({now, told.status});
  }
  if (is_final(told.status)) last = std::move(told);
}

std::string ResponsesClient::render(const PlannedRequest& request, std::uint32_t sending) const {
  const LoadClass& load_class = scenario_.load[request.load_class];
  const TurnNames names(request.turn);
  std::string body = R"({"model":)";
  world::append_json_string(body, door_.model);
  body += R"(,"input":)";
  const std::string text = turn_text(scenario_, request);
  if (histories_ != nullptr) {
    append_messages(body, histories_->said(request.turn), text);
  } else {
    world::append_json_string(body, text);
    body += R"(,"conversation":")";
    body += names.conversation;
    body += '"';
  }
  body += R"(,"user":")";
  body += names.user;
  body += R"(","metadata":{"conversation":")";
  body += names.conversation;
  body += R"("})";
  if (request.output_tokens > 0) {
    body += R"(,"max_output_tokens":)";
    body += std::to_string(request.output_tokens);
  }
  append_wishes(body, load_class);
  body += load_class.background ? R"(,"background":true,"store":true)" : R"(,"store":false)";
  body += request.stream ? R"(,"stream":true})" : R"(,"stream":false})";

  std::string bytes = post_head(door_, path_);
  world::append_integer(bytes, static_cast<std::int64_t>(body.size()));
  bytes += "\r\n";
  append_turn_headers(bytes, load_class, names.turn, sending,
                      key_of(load_class, random_, request.turn));
  bytes += "agentcore-events: named\r\n\r\n";
  bytes += body;
  return bytes;
}

void ResponsesClient::draw_wishes(Turn& turn, world::TurnId id) const {
  const LoadClass& load_class = turn.load_class;
  if (load_class.cancels) {
    const auto share = static_cast<std::uint32_t>(load_class.cancels->share);
    if (random_.chance(share, world::Purpose("cancels"), id.key(), 0)) {
      const std::uint64_t bits = random_.bits(world::Purpose("cancels after"), id.key(), 0);
      turn.cancel_at = turn.op.planned + world::Nanos(load_class.cancels->after.sample(bits));
      turn.reply.job.cancel_wanted = true;
    }
  }
  if (load_class.reconnects) {
    const auto share = static_cast<std::uint32_t>(load_class.reconnects->share);
    turn.drops = random_.chance(share, world::Purpose("reconnects"), id.key(), 0);
  }
}

Task<bool> ResponsesClient::ask(const PlannedRequest& request, std::uint32_t sending,
                                Operation& op, Reply& reply) {
  Turn turn(scenario_.load[request.load_class], op, reply,
            static_cast<std::size_t>(scenario_.client.response_bytes_max));
  // A copy is the request once more, and not another user with wishes.
  const auto& idempotency = turn.load_class.idempotency;
  const bool is_copy = sending > 0 && idempotency && sending <= idempotency->duplicates;
  if (!is_copy) draw_wishes(turn, request.turn);
  std::string bytes = render(request, sending);
  op.request_bytes = bytes.size();
  Result<HttpExchange> sent = co_await http_.send_rendered(door_.endpoint, std::move(bytes));
  if (!sent) co_return fail(op, failure_of(sent.error()));
  op.http_status = static_cast<std::uint16_t>(sent->status());
  read_reply_headers(sent->headers(), op, reply);
  const bool ok = sent->status() >= 200 && sent->status() < 300;
  const bool streamed = ok && reply.content_type.starts_with("text/event-stream");
  if (streamed) {
    auto reading = read_stream(std::move(*sent), turn);
    co_await reading;
  } else {
    auto reading = read_whole(std::move(*sent), turn);
    co_await reading;
    // Asked for a stream, it may say that it goes on in the background, but not that it is over.
    if (request.stream && op.outcome == Outcome::ok && !reply.job.acknowledged) {
      fail(op, reports::Failure::truncated_stream);
    }
  }
  if (reply.job.cancel_status == 200 && turn.is_over()) {
    auto again = cancel_again(turn);
    co_await again;
  }
  co_return true;
}

Task<bool> ResponsesClient::read_whole(HttpExchange exchange, Turn& turn) {
  Operation& op = turn.op;
  const int status = exchange.status();
  if (!turn.load_class.background) op.first_event = clock_.now();
  Result<std::string> body = co_await exchange.read_all();
  if (!body) co_return fail(op, failure_of(body.error()));
  {
    const HttpExchange done = std::move(exchange);  // others may have its connection
  }
  op.response_bytes = body->size();
  if (status < 200 || status >= 300) {
    if (auto notice = queue_notice_in(*body)) keep_notice(turn.reply, *notice, clock_.now());
    keep_error(turn.reply, std::move(*body));
    co_return fail_by_status(op, status);
  }
  ResponseObject response = read_response(*body);
  if (!response.valid || response.status == JobStatus::none) {
    keep_error(turn.reply, std::move(*body));
    co_return fail(op, reports::Failure::bad_response);
  }
  turn.see(std::move(response), clock_.now());
  if (turn.is_over()) co_return conclude(turn);
  if (!turn.reply.job.acknowledged) {  // it goes on, and nobody can ask for it
    keep_error(turn.reply, std::move(*body));
    co_return fail(op, reports::Failure::bad_response);
  }
  auto polling = poll_to_end(turn);
  co_return co_await polling;
}

Task<bool> ResponsesClient::poll_to_end(Turn& turn) {
  Instant next = clock_.now() + turn.load_class.poll;
  while (!turn.is_over()) {
    if (turn.cancel_at <= next) {
      co_await clock_.sleep_until(turn.cancel_at);
      const bool answered = co_await cancel(turn);
      turn.cancel_at = answered ? world::kNever : clock_.now() + kTryAgainAfter;
      continue;
    }
    co_await clock_.sleep_until(next);
    next += turn.load_class.poll;
    const bool found = co_await look(turn);
    if (!found) co_return fail_by_status(turn.op, turn.reply.job.lost_status);
    next = std::max(next, clock_.now());
  }
  co_return conclude(turn);
}

world::HttpRequest ResponsesClient::call_for(const Turn& turn, std::string_view method,
                                             std::string_view behind_id) const {
  world::HttpRequest request;
  request.method = method;
  for (const auto& [name, value] : door_.headers) request.headers.add(name, value);
  request.target = path_ + "/" + turn.reply.id + std::string(behind_id);
  return request;
}

Task<bool> ResponsesClient::call_without_end(world::HttpRequest request, Whole& whole) {
  Result<HttpExchange> sent = co_await http_.send(door_.endpoint, std::move(request));
  if (!sent) co_return false;
  Result<std::string> body = co_await sent->read_all();
  if (!body) co_return false;
  whole.status = sent->status();
  whole.body = std::move(*body);
  if (whole.status == 200) whole.response = read_response(whole.body);
  co_return true;
}

Task<bool> ResponsesClient::call(world::HttpRequest request, Whole& whole) {
  auto calling = call_without_end(std::move(request), whole);
  const auto answered = co_await world::with_deadline(clock_, clock_.now() + kCallPatience,
                                                      std::move(calling));
  co_return answered.value_or(false);
}

Task<bool> ResponsesClient::look(Turn& turn) {
  JobSeen& job = turn.reply.job;
  Whole whole;
  ++job.polls;
  const Instant asked = clock_.now();
  world::HttpRequest request = call_for(turn, "GET", "");
  const bool answered = co_await call(std::move(request), whole);
  const bool good = answered && whole.response.valid && whole.response.id == turn.reply.id;
  if (!good) ++job.polls_failed;
  if (good) {
    auto& polls = turn.reply.polls;
    if (polls.size() < Reply::kGapsMax) polls.push_back(clock_.now() - asked);
    turn.see(std::move(whole.response), clock_.now());
    turn.op.response_bytes += whole.body.size();
    co_return true;
  }
  if (!is_lost(whole.status)) co_return true;
  job.lost_status = static_cast<std::uint16_t>(whole.status);
  keep_error(turn.reply, std::move(whole.body));
  co_return false;
}

Task<bool> ResponsesClient::cancel(Turn& turn) {
  if (turn.is_over() && turn.reply.job.cancel_status != 0) co_return true;
  Whole whole;
  world::HttpRequest request = call_for(turn, "POST", "/cancel");
  const bool answered = co_await call(std::move(request), whole);
  if (!answered) co_return false;
  turn.reply.job.cancel_status = static_cast<std::uint16_t>(whole.status);
  const bool good = whole.response.valid && whole.response.id == turn.reply.id;
  if (good) turn.see(std::move(whole.response), clock_.now());
  if (!good) keep_error(turn.reply, std::move(whole.body));
  co_return whole.status < 500;
}

Task<void> ResponsesClient::cancel_when_due(Turn& turn) {
  while (turn.cancel_at != world::kNever) {
    co_await clock_.sleep_until(turn.cancel_at);
    // Before it is known by an id, nothing can be cancelled.
    bool answered = false;
    if (turn.reply.job.acknowledged) answered = co_await cancel(turn);
    turn.cancel_at = answered ? world::kNever : clock_.now() + kTryAgainAfter;
  }
}

// The same request twice has the same effect, and the same answer.
Task<bool> ResponsesClient::cancel_again(Turn& turn) {
  Whole whole;
  world::HttpRequest request = call_for(turn, "POST", "/cancel");
  const bool answered = co_await call(std::move(request), whole);
  if (!answered) co_return false;
  JobSeen& job = turn.reply.job;
  job.cancel_again_status = static_cast<std::uint16_t>(whole.status);
  const ResponseObject& said = whole.response;
  if (whole.status != 200 || says_the_same(said, turn.last)) co_return true;
  if (!said.valid) {
    job.cancel_difference = "no response";
  } else if (said.status != turn.last.status) {
    job.cancel_difference = "status " + std::string(name_of(said.status)) + " instead of " +
                            std::string(name_of(turn.last.status));
  } else {
    job.cancel_difference = said.text != turn.last.text ? "another text" : "another error or id";
  }
  co_return true;
}

// The operation by the final state of its response.
bool ResponsesClient::conclude(Turn& turn) const {
  Operation& op = turn.op;
  Reply& reply = turn.reply;
  const ResponseObject& last = turn.last;
  if (last.status == JobStatus::cancelled && reply.job.cancel_wanted) {
    op.outcome = Outcome::cancelled;
    op.failure = reports::Failure::cancelled;
    return true;
  }
  if (last.status != JobStatus::completed && last.status != JobStatus::incomplete) {
    std::string error = last.error;
    if (error.empty()) error = "the response is " + std::string(name_of(last.status));
    keep_error(reply, std::move(error));
    return fail(op, reports::Failure::bad_response);
  }
  reply.finished = true;
  reply.cut_off = last.cut_off;
  if (op.first_event == world::kNever && !op.streamed) op.first_event = clock_.now();
  const bool in_pieces = !reply.text.empty() && reply.numbers.refused_status == 0;
  if (!in_pieces) {
    reply.text = last.text;
  } else if (last.has_text && reply.numbers.missing == 0) {
    reply.whole_differs = reply.text != last.text;
  }
  if (last.output_tokens) op.output_tokens = static_cast<std::uint32_t>(*last.output_tokens);
  reply.repeated = stands_twice(reply.text);
  if (only_blanks(reply.text)) return fail(op, reports::Failure::empty_response);
  return succeed(op);
}

Task<bool> ResponsesClient::look_again(const PlannedRequest& request, const std::string& id,
                                       Sequel& sequel) {
  Operation op;
  Reply reply;
  reply.id = id;
  const Turn turn(scenario_.load[request.load_class], op, reply, 0);
  Whole whole;
  world::HttpRequest get = call_for(turn, "GET", "");
  const bool answered = co_await call(std::move(get), whole);
  sequel.at = clock_.now();
  if (!answered) co_return false;
  sequel.http_status = static_cast<std::uint16_t>(whole.status);
  sequel.id = std::move(whole.response.id);
  sequel.status = whole.response.status;
  sequel.text = std::move(whole.response.text);
  co_return true;
}

}  // namespace harness
