#include "fakes/backend.hpp"

#include <algorithm>

#include "fakes/faults/strike.hpp"
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

Task<bool> wait_for_close(world::HttpServerConnection& connection) {
  co_await connection.wait_for_close();
  co_return true;
}

}  // namespace

FakeBackend::FakeBackend(Parts parts)
    : parts_(std::move(parts)),
      dialect_(dialect_of(parts_.config)),
      gate_(parts_.clock, parts_.faults, parts_.name,
            [this](const Fault& fault) { strike_established(fault); }) {}

Task<void> FakeBackend::serve(world::Listener& listener) {
  world::Scope scope(parts_.clock);
  scope.spawn(gate_.keep(listener));
  std::exception_ptr ended;
  try {
    for (;;) {
      Result<std::unique_ptr<world::Stream>> stream = co_await listener.accept();
      if (!stream) {
        co_await parts_.clock.sleep(std::chrono::milliseconds(10));  // out of descriptors
        continue;
      }
      if (scope.running() >= kConnectionsMax) {
        (*stream)->reset();
        continue;
      }
      scope.spawn(serve_connection(std::move(*stream)));
    }
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  std::rethrow_exception(ended);
}

Task<void> FakeBackend::serve_connection(std::unique_ptr<world::Stream> stream) {
  world::HttpLimits limits;
  limits.body_bytes_max = static_cast<std::uint64_t>(parts_.config.body_bytes_max);
  established_.emplace_back(parts_.clock, std::move(stream), limits);
  const auto place = std::prev(established_.end());
  place->ordinal = connections_++;
  std::exception_ptr ended;
  try {
    co_await serve_requests(*place);
  } catch (...) {
    ended = std::current_exception();
  }
  established_.erase(place);
  if (ended) std::rethrow_exception(ended);
}

Task<void> FakeBackend::serve_requests(Established& e) {
  e.struck = parts_.faults.decide_connection(parts_.clock.now(), parts_.name, e.ordinal, active_);
  if (e.struck != nullptr) {
    if (std::holds_alternative<BlackHole>(e.struck->action)) co_await e.connection.wait_for_close();
    e.connection.reset();
    co_return;
  }
  while (e.connection.keep_alive()) {
    Result<world::HttpRequest> request = co_await e.connection.read_request();
    if (!request) {
      const world::Failure failure = request.error();
      if (failure == world::Failure::malformed || failure == world::Failure::too_large) {
        co_await refuse_bytes(e, failure);
      }
      co_return;
    }
    co_await handle(e, std::move(*request));
  }
}

Task<void> FakeBackend::handle(Established& e, world::HttpRequest request) {
  const std::string_view path = request.path();
  if (path == dialect_.chat_path && request.method == "POST") {
    co_await handle_chat(e, std::move(request));
    co_return;
  }
  if (path == dialect_.models_path && request.method == "GET") {
    Exchange x(parts_.clock, e, dialect_, words_, Timing(parts_.config, parts_.random, {}));
    dialect_.write_models(x.body, parts_.config.model);
    x.add_response(200, "application/json", x.body);
    const bool sent = co_await x.send(x.now());
    static_cast<void>(sent);
    co_return;
  }
  const bool known = path == dialect_.chat_path || path == dialect_.models_path;
  Refusal refusal = refusal_of_route(request, known);
  co_await refuse(e, std::move(refusal));
}

Task<void> FakeBackend::handle_chat(Established& e, world::HttpRequest request) {
  Exchange x(parts_.clock, e, dialect_, words_, Timing(parts_.config, parts_.random, {}));
  x.record.backend = parts_.name;
  x.record.ordinal = requests_++;
  x.facts.requests_limit = parts_.config.max_concurrent;
  const Active active(active_);
  x.facts.requests_remaining = std::max<std::int64_t>(0, parts_.config.max_concurrent - active_);
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
  e.struck = parts_.faults.decide_connection(x.now(), parts_.name, e.ordinal, active_ - 1);
  const Fault* fault = e.struck;
  if (fault == nullptr && !refusal) {
    if (active_ > parts_.config.max_concurrent) {
      refusal = dialect_.refusal_of(429);
    } else {
      plan_answer(x, chat, key);
      fault = decide(x.record, chat, request);
    }
  }
  if (fault != nullptr) {
    x.record.fault = fault->row;
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
  Exchange x(parts_.clock, e, dialect_, words_, Timing(parts_.config, parts_.random, {}));
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
  const Backend& config = parts_.config;
  x.timing = Timing(config, parts_.random, key);
  const std::int64_t wanted =
      chat.max_tokens ? *chat.max_tokens : draw_tokens(config, parts_.random, key);
  x.answer.tokens = std::min(wanted, config.output_tokens_max);
  x.answer.finish = wanted > config.output_tokens_max ? Finish::length : Finish::stop;
  x.answer.id = parts_.random.bits(Purpose("answer id"), key.entity, key.attempt);
  x.answer.created_unix_s = parts_.clock.unix_nanos() / 1'000'000'000;
  x.answer.model = config.model;
  x.answer.canary = chat.asked ? canary(*chat.asked) : std::string("[reply]");
  x.answer.prompt_tokens = (chat.prompt_bytes + kBytesPerToken - 1) / kBytesPerToken;
  x.answer.include_usage = chat.stream && chat.include_usage;
}

const Fault* FakeBackend::decide(const PromptRecord& record, const ChatRequest& chat,
                                 const world::HttpRequest& request) {
  if (parts_.faults.spares_requests()) return nullptr;
  // Faults match what the user wrote, not how JSON spells it.
  std::string quoted = "\"";
  quoted += chat.last_user_message;
  quoted += '"';
  const std::string text = world::JsonValue{world::JsonType::string, quoted}.text();
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

void FakeBackend::strike_established(const Fault& fault) {
  const bool refused = std::holds_alternative<Refuse>(fault.action);
  for (Established& e : established_) {
    if (!refused && !e.busy) continue;  // a silent idle connection shows when it is used
    e.struck = &fault;
    parts_.faults.count_fired(fault);
    if (refused) e.connection.reset();
  }
}

}  // namespace fakes
