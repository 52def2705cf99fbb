// The streams of ResponsesClient: events of one connection, and going on over several.
#include "harness/client/chat_json.hpp"
#include "harness/client/responses_turn.hpp"
#include "world/deadline.hpp"
#include "world/json_text.hpp"
#include "world/scope.hpp"
#include "world/sse.hpp"

namespace harness {

using reports::Operation;
using world::HttpExchange;
using world::Instant;
using world::Result;
using world::Task;

namespace {

// Times that a stream may end cleanly and without news before that counts as its end.
constexpr int kFruitlessMax = 3;

constexpr std::string_view kTerminals[] = {"response.completed", "response.failed",
                                           "response.incomplete", "response.cancelled"};

bool is_terminal(std::string_view type) {
  for (const std::string_view terminal : kTerminals) {
    if (type == terminal) return true;
  }
  return false;
}

// False: the event was there before.
bool count_number(std::uint64_t number, EventNumbers& numbers) {
  if (number == numbers.next) {
    ++numbers.next;
    return true;
  }
  if (numbers.first_fault < 0) numbers.first_fault = static_cast<std::int64_t>(number);
  if (number < numbers.next) {
    ++numbers.repeated;
    return false;
  }
  numbers.missing += static_cast<std::uint32_t>(number - numbers.next);
  numbers.next = number + 1;
  return true;
}

// What an event means for its turn; a failure ends the turn. see(response) takes what it tells of
// the turn's state.
template <class See>
std::optional<reports::Failure> take_event(world::SseEvent& sse, Instant now, const See& see,
                                           PieceTaker& pieces, Operation& op, Reply& reply) {
  if (sse.data == "[DONE]") return std::nullopt;  // some end all streams so
  const ResponseEvent event = read_response_event(sse.data);
  const std::string& type = event.type.empty() ? sse.type : event.type;
  if (!event.valid || type == "error") {
    keep_error(reply, std::move(sse.data));
    return reports::Failure::bad_response;
  }
  if (event.number && !count_number(*event.number, reply.numbers)) return std::nullopt;
  if (reply.terminals > 0) {
    if (is_terminal(type)) ++reply.terminals;
    else ++reply.after_terminal;
    return std::nullopt;
  }
  if (is_of_target(type)) {
    if (!tells_place(type)) return std::nullopt;
    if (const auto notice = read_queue_notice(sse.data)) keep_notice(reply, *notice, now);
    return std::nullopt;
  }
  if (!event.response.empty()) {
    if (is_terminal(type)) ++reply.terminals;
    see(read_response(event.response));
    return std::nullopt;
  }
  if (type != "response.output_text.delta" || !event.delta || event.delta->empty()) {
    return std::nullopt;
  }
  if (!pieces.take(*event.delta, now, op, reply)) return reports::Failure::too_large;
  ++op.output_tokens;
  return std::nullopt;
}

}  // namespace

// Follows one connection to its end, or to that of the user's patience with it.
Task<ResponsesClient::Followed> ResponsesClient::follow(HttpExchange exchange, Turn& turn) {
  world::SseReader reader(static_cast<std::size_t>(scenario_.client.response_bytes_max));
  std::vector<world::SseEvent> events;
  Instant drop_at = world::kNever;
  if (turn.drops && turn.connections < Reconnects::kTimesMax) {
    const world::TurnId id{turn.op.user, turn.op.session, turn.op.turn};
    const std::uint64_t bits =
        random_.bits(world::Purpose("reconnects after"), id.key(), turn.connections);
    drop_at = clock_.now() + world::Nanos(turn.load_class.reconnects->after.sample(bits));
  }
  ++turn.connections;
  for (;;) {
    auto reading = exchange.read_some();
    const bool may_drop = turn.reply.job.acknowledged && turn.reply.terminals == 0;
    Instant until = world::kNever;
    if (may_drop) until = drop_at;
    const std::optional<Result<std::string_view>> read =
        co_await world::with_deadline(clock_, until, std::move(reading));
    if (!read) co_return Followed::dropped;
    const Result<std::string_view>& bytes = *read;
    const bool over = turn.reply.terminals > 0;
    if (!bytes) {
      turn.broke = failure_of(bytes.error());
      // Behind the terminal event a rude close does no harm to the answer.
      if (over) co_return Followed::ended;
      co_return Followed::broken;
    }
    if (bytes->empty()) {
      if (over) co_return Followed::ended;
      co_return Followed::stopped;
    }
    turn.op.response_bytes += bytes->size();
    events.clear();
    const Result<void> fed = reader.feed(*bytes, events);
    std::optional<reports::Failure> failure;
    if (!fed) failure = failure_of(fed.error());
    const Instant now = clock_.now();
    const auto see = [&turn, now](ResponseObject told) { turn.see(std::move(told), now); };
    for (world::SseEvent& event : events) {
      if (failure) break;
      failure = take_event(event, now, see, turn.pieces, turn.op, turn.reply);
    }
    if (failure) {
      fail(turn.op, *failure);
      co_return Followed::failed;
    }
  }
}

// Takes the stream up behind the last event that came.
Task<ResponsesClient::Followed> ResponsesClient::resume(Turn& turn) {
  std::string query = "?stream=true";
  if (turn.reply.numbers.next > 0) {
    query += "&starting_after=";
    world::append_integer(query, static_cast<std::int64_t>(turn.reply.numbers.next - 1));
  }
  world::HttpRequest request = call_for(turn, "GET", query);
  Result<HttpExchange> sent = co_await http_.send(door_.endpoint, std::move(request));
  if (!sent) {
    turn.broke = failure_of(sent.error());
    co_return Followed::broken;
  }
  ++turn.reply.numbers.resumed;
  const int status = sent->status();
  if (status == 200) {
    auto following = follow(std::move(*sent), turn);
    co_return co_await following;
  }
  turn.broke = reports::Failure::http_status;
  if (status >= 500 || status == 429) co_return Followed::broken;
  turn.reply.numbers.refused_status = static_cast<std::uint16_t>(status);
  co_return Followed::refused;
}

// What a user does whose stream has ended before its time: looks, waits, comes back.
Task<ResponsesClient::Followed> ResponsesClient::go_on(Turn& turn, Followed how) {
  int fruitless = 0;
  while (how == Followed::dropped || how == Followed::broken || how == Followed::stopped) {
    if (turn.is_over() && turn.reply.job.cancel_wanted) co_return Followed::ended;
    if (how == Followed::stopped && ++fruitless == kFruitlessMax) {
      fail(turn.op, reports::Failure::truncated_stream);
      co_return Followed::failed;
    }
    if (how != Followed::dropped) co_await clock_.sleep(kTryAgainAfter);
    const std::uint64_t before = turn.reply.numbers.next;
    how = co_await resume(turn);
    if (turn.reply.numbers.next != before) fruitless = 0;
  }
  co_return how;
}

Task<bool> ResponsesClient::stream_to_end(HttpExchange exchange, Turn& turn) {
  auto following = follow(std::move(exchange), turn);
  Followed how = co_await following;
  const bool may_return = turn.load_class.background && turn.reply.job.acknowledged;
  if (may_return) {
    auto going_on = go_on(turn, how);
    how = co_await going_on;
  }
  if (how == Followed::failed) co_return true;
  if (how == Followed::refused) {
    auto polling = poll_to_end(turn);
    co_return co_await polling;
  }
  if (how == Followed::broken) co_return fail(turn.op, turn.broke);
  // A terminal event says what it is the end of.
  if (!turn.is_over()) co_return fail(turn.op, reports::Failure::truncated_stream);
  co_return conclude(turn);
}

Task<bool> ResponsesClient::read_stream(HttpExchange exchange, Turn& turn) {
  world::Scope beside(clock_);
  if (turn.cancel_at != world::kNever) beside.spawn(cancel_when_due(turn));
  std::exception_ptr ended;
  try {
    auto streaming = stream_to_end(std::move(exchange), turn);
    co_await streaming;
  } catch (...) {
    ended = std::current_exception();
  }
  beside.cancel();
  co_await beside.join_anyway();
  if (ended) std::rethrow_exception(ended);
  co_return true;
}

}  // namespace harness
