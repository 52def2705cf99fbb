#include "fakes/backend.hpp"

#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/reply.hpp"
#include "world/deadline.hpp"
#include "world/json_reader.hpp"

namespace fakes {

using world::Purpose;
using world::Result;
using world::Task;

namespace {

constexpr std::chrono::seconds kLinger(1);  // how long a refused sender may still talk
constexpr std::int64_t kBytesPerToken = 4;  // of prompts, as providers' own rule of thumb says

const Dialect& dialect_of(const Backend& config) {
  const Dialect* dialect = find_dialect(config.dialect);
  ENSURE(dialect != nullptr, "a fake backend was given a dialect that does not exist");
  return *dialect;
}

Refusal refusal_of_failure(world::Failure failure) {
  Refusal refusal;
  if (failure == world::Failure::too_large) {
    refusal.status = 413;
    refusal.code = "request_too_large";
    refusal.message = "The request is larger than this server accepts.";
  } else {
    refusal.code = "bad_request";
    refusal.message = "The request is not valid HTTP/1.1.";
  }
  return refusal;
}

Refusal refusal_of_route(const world::HttpRequest& request, bool known_path) {
  Refusal refusal;
  refusal.status = known_path ? 405 : 404;
  refusal.code = known_path ? "method_not_supported" : "unknown_url";
  refusal.message = known_path ? "Not allowed to " + request.method + " on this URL."
                               : "Unknown request URL: " + request.method + " " + request.target;
  return refusal;
}

// The API key, where the providers have it.
std::string_view key_in(const world::HttpHeaders& headers) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view bearer = headers.get("authorization");
  if (bearer.starts_with(kBearer)) return bearer.substr(kBearer.size());
  for (const char* name : {"x-api-key", "api-key", "x-goog-api-key"}) {
    if (const std::string_view key = headers.get(name); !key.empty()) return key;
  }
  return {};
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

// While it lives the model is in use, and so stays loaded.
class Warmed {
 public:
  Warmed(Warmth& warmth, const Exchange& x)
      : loading(warmth.begin(x.now())), warmth_(warmth), x_(x) {}
  ~Warmed() { warmth_.end(x_.now()); }
  Warmed(const Warmed&) = delete;
  Warmed& operator=(const Warmed&) = delete;

  const world::Nanos loading;

 private:
  Warmth& warmth_;
  const Exchange& x_;
};

// A request that is refused, or that a fault keeps from the model, takes no slot there.
bool needs_model(const Fault* fault) {
  return fault == nullptr || kind_of(fault->action).layer == FaultLayer::stream;
}

std::string_view api_key_of(const world::HttpRequest& request) {
  for (const char* name : {"x-api-key", "api-key", "authorization"}) {
    const std::string_view key = request.headers.get(name);
    if (!key.empty()) return key;
  }
  return {};
}

std::int64_t prompt_tokens_of(const ChatRequest& chat) {
  return (chat.prompt_bytes + kBytesPerToken - 1) / kBytesPerToken;
}

Task<void> watch(world::HttpServerConnection& connection, Capacity::Place& place) {
  co_await connection.watch_for_close();
  place.give_up();
}

// False when the client left before its turn came.
Task<bool> wait_in_line(world::Clock& clock, world::HttpServerConnection& connection,
                        Capacity::Place& place, bool watched) {
  if (place.at_work()) co_return true;
  world::Scope scope(clock);
  if (watched) scope.spawn(watch(connection, place));
  std::exception_ptr ended;
  try {
    co_await place.wait();
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  if (ended) std::rethrow_exception(ended);
  co_return place.at_work();
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
      warmth_(parts_.config.cold_start) {
  if (!parts_.config.scheduler.on()) return;
  capacity_ = std::make_unique<Capacity>(parts_.clock, parts_.config.scheduler,
                                         parts_.config.prefill);
}

bool FakeBackend::knows(const world::HttpRequest& request) const {
  return dialect_.route(request.method, request.path()).call != Call::none;
}

Task<void> FakeBackend::handle(Established& e, world::HttpRequest request) {
  const Route route = dialect_.route(request.method, request.path());
  switch (route.call) {
    case Call::chat: co_await handle_chat(e, std::move(request)); break;
    case Call::models:
    case Call::model:
    case Call::warm: {
      std::string id(route.id);
      co_await answer_short(e, route.call, std::move(id));
      break;
    }
    default: {
      Refusal refusal = refusal_of_route(request, route.call == Call::wrong_method);
      co_await refuse(e, std::move(refusal));
    }
  }
}

Task<void> FakeBackend::answer_short(Established& e, Call call, std::string id) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  if (call == Call::models) dialect_.write_models(x.body, parts_.config.model);
  if (call == Call::model) dialect_.write_model(x.body, id);
  if (call == Call::warm) x.body = "{}";
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send(x.now());
  static_cast<void>(sent);
}

Task<void> FakeBackend::handle_chat(Established& e, world::HttpRequest request) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
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
  parts_.journal.note(x.record);
  if (ended) std::rethrow_exception(ended);
}

Task<void> FakeBackend::answer_chat(Established& e, Exchange& x,
                                    const world::HttpRequest& request) {
  ChatRequest chat;
  std::optional<Refusal> refusal = dialect_.parse(request.body, chat);
  note_request(x, chat, request);
  const AnswerKey key = key_of(x.record);
  x.facts.request_id = parts_.random.bits(Purpose("request id"), key.entity, key.attempt);
  e.struck = parts_.faults.decide_connection(x.now(), e.port, e.ordinal, active_ - 1);
  const Fault* fault = e.struck;
  std::string further_headers;
  Charged charged(parts_.limiter, x);
  if (fault == nullptr && !refusal) {
    refusal = charge(charged, chat, request, further_headers);
    if (!refusal) refusal = overload(further_headers);
    if (!refusal) {
      plan_answer(x, chat, key);
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
  ticket.account = limiter->account_of(api_key_of(request));
  ticket.tokens = prompt_tokens_of(chat) + output;
  ticket.at = charged.x.now();
  const std::optional<LimitHit> hit = limiter->admit(ticket);
  charged.admitted = !hit;
  const RateLimiter::Standing standing = limiter->standing(ticket.account, ticket.at);
  charged.x.facts.requests = standing.requests;
  charged.x.facts.requests_day = standing.requests_day;
  charged.x.facts.tokens = standing.tokens;
  if (!hit) return std::nullopt;
  if (hit->retry_after) dialect_.write_retry_after(further_headers, *hit->retry_after);
  return dialect_.refusal_of_limit(*hit, parts_.config.model);
}

std::optional<Refusal> FakeBackend::overload(std::string& further_headers) const {
  if (active_ > parts_.config.max_concurrent) return dialect_.refusal_of(429);
  if (!capacity_ || !capacity_->overloaded()) return std::nullopt;
  const world::Nanos wait = capacity_->expected_wait();
  if (wait > world::Nanos{0}) dialect_.write_retry_after(further_headers, wait);
  return dialect_.refusal_of(dialect_.overload_status());
}

Task<void> FakeBackend::work(Exchange& x, const Fault* fault) {
  std::optional<Capacity::Place> place;
  world::Nanos reading = parts_.config.prefill * x.answer.prompt_tokens;
  if (capacity_) {
    const bool watched = parts_.config.scheduler.notices_gone;
    place.emplace(*capacity_);
    const bool has_slot = co_await wait_in_line(parts_.clock, x.connection, *place, watched);
    if (!has_slot) {
      x.record.end = End::peer_gone;
      x.connection.reset();
      co_return;
    }
    x.begin(capacity_->pace(), watched);
    reading = capacity_->read_prompt(x.answer.prompt_tokens);
  }
  const Warmed warmed(warmth_, x);
  x.timing.set_lead(warmed.loading + reading);
  co_await answer_or_strike(x, fault);
}

Task<void> FakeBackend::answer_or_strike(Exchange& x, const Fault* fault) {
  if (fault == nullptr) {
    co_await answer_normally(x);
    co_return;
  }
  x.record.fault = fault->row;
  x.record.end = End::faulted;
  co_await strike_any(fault->action, x);
}

Task<void> FakeBackend::refuse(Established& e, Refusal refusal) {
  Exchange x(parts_.clock, e, dialect_, Timing(parts_.config, parts_.random, {}));
  co_await answer_refusal(x, std::move(refusal), {});
}

// After bytes that are not a request the rest of them cannot be understood: the connection ends,
// but not before the peer could read why (closing with unread bytes would reset it).
Task<void> FakeBackend::refuse_bytes(Established& e, world::Failure failure) {
  e.connection.close_after();
  Refusal refusal = refusal_of_failure(failure);
  co_await refuse(e, std::move(refusal));
  e.connection.stream().finish_sending();
  Task<bool> closing = wait_for_close(e.connection);
  auto lingering =
      world::with_deadline(parts_.clock, parts_.clock.now() + kLinger, std::move(closing));
  const std::optional<bool> closed = co_await lingering;
  static_cast<void>(closed);
}

void FakeBackend::note_request(Exchange& x, ChatRequest& chat, const world::HttpRequest& request) {
  x.record.user = chat.user;
  x.record.stream = chat.stream;
  x.record.asked = chat.asked;
  x.record.messages = chat.messages;
  x.record.markers = std::move(chat.markers);
  if (chat.asked) {
    x.record.attempt = ++attempts_.at(chat.asked->key());
  } else {
    // A foreign client may say which retry this is, as the official SDKs do.
    const world::JsonValue retries{world::JsonType::number,
                                   request.headers.get("x-stainless-retry-count")};
    x.record.attempt = 1 + static_cast<std::uint32_t>(
                               std::clamp<std::int64_t>(retries.integer().value_or(0), 0, 1'000));
  }
}

AnswerKey FakeBackend::key_of(const PromptRecord& record) const {
  const std::uint64_t who = record.asked ? record.asked->key() : record.ordinal;
  const std::uint64_t name = world::entity_of(parts_.name);
  return {parts_.random.bits(Purpose("answer of backend"), name, who), record.attempt};
}

void FakeBackend::plan_answer(Exchange& x, const ChatRequest& chat, AnswerKey key) {
  x.timing = Timing(parts_.config, parts_.random, key);
  x.answer.id = parts_.random.bits(Purpose("answer id"), key.entity, key.attempt);
  x.answer.created_unix_s = parts_.clock.unix_nanos() / 1'000'000'000;
  x.answer.model = parts_.config.model;
  x.answer.prompt_tokens = prompt_tokens_of(chat);
  x.answer.include_usage = chat.stream && chat.include_usage;
  plan_reply(x.answer, {parts_.config, dialect_, chat, parts_.random, key, words_});
}

const Fault* FakeBackend::decide(const PromptRecord& record, const ChatRequest& chat,
                                 const world::HttpRequest& request) {
  if (parts_.faults.spares_requests()) return nullptr;
  // Faults match what the user wrote, not how JSON spells it.
  const std::string text = plain_text(chat.last_user_message);
  RequestFacts facts;
  facts.backend = parts_.name;
  facts.endpoint = request.path();
  facts.user = record.user;
  facts.key = key_in(request.headers);
  facts.active = active_;
  facts.model = chat.model;
  facts.turn = record.asked;
  facts.stream = record.stream;
  facts.attempt = record.attempt;
  facts.last_user_message = text;
  facts.ordinal = record.ordinal;
  return parts_.faults.decide(record.at, facts);
}

}  // namespace fakes
