#include "fakes/backend.hpp"

#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "world/deadline.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {

using world::Purpose;
using world::Result;
using world::Task;

namespace {

constexpr std::size_t kModelBytesMax = 256;    // no provider has longer names
constexpr std::string_view kModel = "fake-1";  // is listed when any is answered for
constexpr std::chrono::seconds kLinger(1);  // how long a refused sender may still talk

const Dialect& dialect_of(const Backend& config) {
  const Dialect* dialect = find_dialect(config.dialect);
  ENSURE(dialect != nullptr, "a fake backend was given a dialect that does not exist");
  return *dialect;
}

Refusal refusal_of_failure(const Dialect& dialect, world::Failure failure) {
  if (failure == world::Failure::too_large) return dialect.refusal_of(413);
  Refusal refusal;
  refusal.code = "bad_request";
  refusal.message = "The request is not valid HTTP/1.1.";
  return refusal;
}

// Counts a request as active while it lives.
class Active {
 public:
  explicit Active(std::int64_t& count) : count_(count) { ++count_; }
  ~Active() { --count_; }
  Active(const Active&) = delete;
  Active& operator=(const Active&) = delete;

 private:
  std::int64_t& count_;
};

// A request that is refused, or that a fault keeps from the model, takes no slot there.
bool needs_model(const Fault* fault) {
  return fault == nullptr || kind_of(fault->action).layer == FaultLayer::stream;
}

// What a fault of these layers lets through is the answer as it would be: also a recorded one. The
// others make one of their own.
bool passes_on(const Fault& fault) {
  const FaultLayer layer = kind_of(fault.action).layer;
  return layer == FaultLayer::connection || layer == FaultLayer::http;
}

Task<bool> wait_for_close(world::HttpServerConnection& connection) {
  co_await connection.wait_for_close();
  co_return true;
}

}  // namespace

// What a request has taken of the limits. Whatever ends it, what it used is settled then.
struct FakeBackend::Charged {
  Charged(RateLimiter* l, Exchange& exchange) : limiter(l), x(exchange) {}
  ~Charged() {
    const bool served = x.record.end != End::rejected;
    if (admitted) {
      limiter->settle(ticket, served ? x.answer.prompt_tokens + x.record.tokens : 0, x.now());
    }
  }
  Charged(const Charged&) = delete;
  Charged& operator=(const Charged&) = delete;

  RateLimiter* limiter;
  Exchange& x;
  RateLimiter::Ticket ticket;
  bool admitted = false;
};

FakeBackend::FakeBackend(Parts parts)
    : parts_(std::move(parts)),
      dialect_(dialect_of(parts_.config)),
      warmth_(parts_.config.cold_start),
      background_({parts_.clock, parts_.random, parts_.config, dialect_, parts_.journal,
                   emission_}) {
  if (!parts_.config.replay.empty()) {
    ENSURE(parts_.config.recording != nullptr, "a backend replays a file that was not read");
    replay_ = std::make_unique<Replay>(parts_.config.recording);
  }
  if (dialect_.route("POST", dialect_.chat_path()).call == Call::tools) {
    tools_ = std::make_unique<ToolServer>(parts_.config, parts_.random);
  }
  if (!parts_.config.scheduler.on()) return;
  capacity_ = std::make_unique<Capacity>(parts_.clock, parts_.config.scheduler,
                                         parts_.config.prefill);
}

bool FakeBackend::knows(const world::HttpRequest& request) const {
  if (dialect_.route(request.method, request.path()).call != Call::none) return true;
  return replay_ && replay_->knows(request);
}

Task<void> FakeBackend::handle(Established& e, world::HttpRequest request) {
  const Route route = dialect_.route(request.method, request.path());
  if (request.method == "HEAD") {  // the one method whose answers have no body
    world::HttpResponse response;
    response.status = route.call == Call::none ? 404 : 405;
    const Result<void> told = co_await e.connection.respond(std::move(response));
    if (!told) e.connection.close_after();
    co_return;
  }
  const RecordedExchange* recorded = replay_ ? replay_->next(request) : nullptr;
  if (route.call == Call::chat) {
    co_await handle_chat(e, std::move(request), recorded);
    co_return;
  }
  if (recorded != nullptr) {
    co_await replay_other(e, *recorded);
    co_return;
  }
  if (parts_.config.replay_only && route.call != Call::warm) {
    Refusal refusal = not_recorded(request);
    co_await refuse(e, std::move(refusal));
    co_return;
  }
  switch (route.call) {
    case Call::tools: co_await handle_tools(e, std::move(request)); break;
    case Call::warm: ++warmings_; [[fallthrough]];
    case Call::models:
    case Call::model: {
      std::string id(route.id);
      co_await answer_short(e, route.call, std::move(id));
      break;
    }
    case Call::fetch:
    case Call::cancel:
    case Call::remove:
    case Call::input_items: {
      StoredCall call{route.call, std::string(route.id), std::move(request.target)};
      co_await background_.answer(e, std::move(call));
      break;
    }
    case Call::count_tokens: co_await count_tokens(e, std::move(request)); break;
    default: {
      const int status = route.call == Call::wrong_method ? 405 : 404;
      Refusal refusal = dialect_.refusal_of_route(status, request.method, request.target);
      co_await refuse(e, std::move(refusal));
    }
  }
}

Task<void> FakeBackend::answer_short(Established& e, Call call, std::string id) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  const std::string_view model = parts_.config.model.empty() ? kModel : parts_.config.model;
  if (call == Call::models) dialect_.write_models(x.body, model);
  if (call == Call::model) dialect_.write_model(x.body, id);
  if (call == Call::warm) x.body = "{}";
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);
}

// Of calls that are no prompts: no faults but the connection's strike them.
Task<void> FakeBackend::replay_other(Established& e, const RecordedExchange& recorded) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  x.recorded = &recorded;
  co_await answer_recorded(x);
}

Refusal FakeBackend::not_recorded(const world::HttpRequest& request) const {
  Refusal refusal = dialect_.refusal_of(404);
  refusal.code = "not_recorded";
  refusal.message = "Not recorded: ";
  refusal.message += request.method;
  refusal.message += ' ';
  refusal.message += request.path();
  refusal.message += " with a body of fingerprint ";
  world::append_hex(refusal.message, fingerprint_of(request.body));
  refusal.message += '.';
  return refusal;
}

Task<void> FakeBackend::count_tokens(Established& e, world::HttpRequest request) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  std::optional<Refusal> refusal = dialect_.check_headers(request.headers);
  if (!refusal) refusal = dialect_.write_token_count(x.body, request.body);
  if (refusal) {
    co_await answer_refusal(x, std::move(*refusal), {});
    co_return;
  }
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);
}

// What needs no answer is accepted; the rest is answered as a model's requests are.
Task<void> FakeBackend::handle_tools(Established& e, world::HttpRequest request) {
  if (!ToolServer::is_notification(request.body)) {
    co_await handle_chat(e, std::move(request), nullptr);
    co_return;
  }
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  x.add_response(202, "application/json", {});
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);
}

Task<void> FakeBackend::handle_chat(Established& e, world::HttpRequest request,
                                    const RecordedExchange* recorded) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  x.recorded = recorded;
  x.emission = &emission_;
  x.path = request.path();
  x.record.backend = parts_.name;
  x.record.ordinal = requests_++;
  const Active active(active_);
  x.facts.requests.limit = parts_.config.max_concurrent;
  x.facts.requests.remaining = std::max<std::int64_t>(0, parts_.config.max_concurrent - active_);
  x.facts.requests.reset = std::chrono::seconds(1);
  e.busy = true;
  std::exception_ptr ended;
  try {
    co_await answer_chat(e, x, request);
  } catch (...) {
    ended = std::current_exception();
  }
  e.busy = false;
  // A connection fault that opened meanwhile took the connection and with it the answer.
  if (e.struck != nullptr && x.record.end != End::completed) {
    x.record.end = End::faulted;
    x.record.fault = e.struck->row;
  }
  // A fake notices a client that left when it writes; at its own end it looks once more.
  const bool has_left = x.connection.stream().stale();
  if (x.record.end == End::cancelled && has_left) x.record.end = End::peer_gone;
  x.settle_record();
  if (x.repeat_of && x.record.end == End::completed) repeats_.succeeded(*x.repeat_of);
  x.record.ended = parts_.clock.now();
  parts_.journal.note(x.record);
  if (ended) std::rethrow_exception(ended);
}

Task<void> FakeBackend::answer_chat(Established& e, Exchange& x,
                                    const world::HttpRequest& request) {
  ChatRequest chat;
  std::optional<Refusal> refusal = dialect_.parse(request.body, chat);
  if (auto headers = dialect_.check_headers(request.headers)) refusal = std::move(headers);
  if (!refusal && chat.model.size() > kModelBytesMax) refusal = dialect_.refusal_of(404);
  if (!refusal) refusal = background_.continue_previous(chat);
  if (x.recorded != nullptr) refusal.reset();  // the provider's own refusal would be recorded
  if (x.recorded == nullptr && parts_.config.replay_only) refusal = not_recorded(request);
  if (!refusal && tools_) refusal = tools_->check(chat);
  note_request(x, chat, request);
  const AnswerKey key = key_of(x.record);
  x.facts.request_id = parts_.random.bits(Purpose("request id"), key.entity, key.attempt);
  ConnectionFacts facts;
  facts.moment = Moment::request;
  facts.requests = e.requests;
  facts.others = active_ - 1;
  e.struck = parts_.faults.decide_connection(x.now(), e.port, e.ordinal, facts);
  const Fault* fault = e.struck;
  std::string further_headers;
  Charged charged(parts_.limiter, x);
  if (fault == nullptr && !refusal) {
    refusal = charge(charged, chat, request, further_headers);
    if (!refusal) refusal = overload(further_headers);
    if (!refusal) {
      plan_answer(x, chat, request, key);
      background_.plan(x, chat, key);
      recall(x, chat, request);
      fault = decide(x.record, chat, request);
    }
  }
  if (fault == nullptr && refusal) {
    x.record.end = End::rejected;
    co_await answer_refusal(x, std::move(*refusal), further_headers);
  } else if (needs_model(fault)) {
    co_await work(x, fault);
  } else {
    co_await answer_or_strike(x, fault);
  }
  background_.keep(x, chat);
}

std::optional<Refusal> FakeBackend::charge(Charged& charged, const ChatRequest& chat,
                                           const world::HttpRequest& request,
                                           std::string& further_headers) {
  RateLimiter* limiter = parts_.limiter;
  if (limiter == nullptr) return std::nullopt;
  const bool all_at_once = limiter->limits().charge == Charge::up_front;
  const std::int64_t most = parts_.config.output_tokens_max;
  const std::int64_t output = std::min(chat.max_tokens.value_or(all_at_once ? most : 0), most);
  RateLimiter::Ticket& ticket = charged.ticket;
  ticket.account = limiter->account_of(api_key_in(request.headers));
  ticket.tokens = tokens_in(chat.prompt_bytes) + output;
  ticket.at = charged.x.now();
  const std::optional<LimitHit> hit = limiter->admit(ticket);
  charged.admitted = !hit;
  const RateLimiter::Standing standing = limiter->standing(ticket.account, ticket.at);
  charged.x.facts.requests = standing.requests;
  charged.x.facts.requests_day = standing.requests_day;
  charged.x.facts.tokens = standing.tokens;
  if (!hit) return std::nullopt;
  if (hit->retry_after) dialect_.write_retry_after(further_headers, *hit->retry_after);
  return dialect_.refusal_of_limit(*hit, chat.model);
}

Task<void> FakeBackend::answer_or_strike(Exchange& x, const Fault* fault) {
  if (fault == nullptr) {
    co_await answer_normally(x);
    co_return;
  }
  x.record.fault = fault->row;
  x.record.end = End::faulted;
  if (!passes_on(*fault)) x.recorded = nullptr;
  co_await strike_any(fault->action, x);
  if (x.had_effect) co_return;
  parts_.faults.take_back(*fault);
  x.record.fault.reset();
}

Task<void> FakeBackend::refuse(Established& e, Refusal refusal) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  co_await answer_refusal(x, std::move(refusal), {});
}

// After bytes that are not a request the rest of them cannot be understood: the connection ends,
// but not before the peer could read why (closing with unread bytes would reset it).
Task<void> FakeBackend::refuse_bytes(Established& e, world::Failure failure) {
  e.connection.close_after();
  Refusal refusal = refusal_of_failure(dialect_, failure);
  co_await refuse(e, std::move(refusal));
  e.connection.stream().finish_sending();
  Task<bool> closing = wait_for_close(e.connection);
  auto lingering =
      world::with_deadline(parts_.clock, parts_.clock.now() + kLinger, std::move(closing));
  const std::optional<bool> closed = co_await lingering;
  static_cast<void>(closed);
}

void FakeBackend::forget() {
  attempts_.clear();
  repeats_.forget();
  last_answers_.clear();
  ids_by_key_.clear();
  if (replay_) replay_->forget();
  background_.forget();
  if (tools_) tools_->forget();
}

}  // namespace fakes
