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

Task<bool> wait_for_close(world::HttpServerConnection& connection) {
  co_await connection.wait_for_close();
  co_return true;
}

}  // namespace

FakeBackend::FakeBackend(Parts parts)
    : parts_(std::move(parts)), dialect_(dialect_of(parts_.config)) {}

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
    x.record.fault = index_of(*e.struck);
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
  e.struck = parts_.faults.decide_connection(x.now(), parts_.name, e.ordinal);
  const Fault* fault = e.struck;
  if (fault == nullptr && !refusal) {
    if (active_ > parts_.config.max_concurrent) {
      refusal = dialect_.refusal_of(429);
    } else {
      plan_answer(x, chat, key);
      fault = decide(x.record, chat);
    }
  }
  if (fault != nullptr) {
    x.record.fault = index_of(*fault);
    x.record.end = End::faulted;
    co_await strike_any(fault->action, x);
  } else if (refusal) {
    x.record.end = End::rejected;
    co_await answer_refusal(x, std::move(*refusal), {});
  } else {
    co_await answer_normally(x);
  }
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
  x.answer.prompt_tokens = (chat.prompt_bytes + kBytesPerToken - 1) / kBytesPerToken;
  x.answer.include_usage = chat.stream && chat.include_usage;
  plan_reply(x.answer, {parts_.config, dialect_, chat, parts_.random, key, words_});
}

const Fault* FakeBackend::decide(const PromptRecord& record, const ChatRequest& chat) {
  if (parts_.faults.faults().empty()) return nullptr;
  // Faults match what the user wrote, not how JSON spells it.
  const std::string text = plain_text(chat.last_user_message);
  RequestFacts facts;
  facts.backend = parts_.name;
  facts.model = chat.model;
  facts.turn = record.asked;
  facts.stream = record.stream;
  facts.attempt = record.attempt;
  facts.last_user_message = text;
  facts.ordinal = record.ordinal;
  return parts_.faults.decide(record.at, facts);
}

std::size_t FakeBackend::index_of(const Fault& fault) const {
  return static_cast<std::size_t>(&fault - parts_.faults.faults().data());
}

}  // namespace fakes
