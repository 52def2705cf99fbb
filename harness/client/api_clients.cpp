#include "harness/client/api_clients.hpp"

#include <algorithm>

#include "harness/client/keys.hpp"
#include "world/deadline.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::Task;

namespace {

constexpr world::Nanos kPauseFirst = std::chrono::seconds(1);
constexpr world::Nanos kPauseMax = std::chrono::seconds(16);

// Nobody knows what became of the request, or it is being carried out.
bool may_come_again(const Operation& op) {
  if (op.outcome != Outcome::error) return false;
  switch (op.failure) {
    case reports::Failure::connect_refused:
    case reports::Failure::connect_timeout:
    case reports::Failure::reset:
    case reports::Failure::closed_early:
    case reports::Failure::truncated_stream: return true;
    default: return op.http_status == 409;
  }
}

// What the last sending brought is nothing, but for what it told of its job.
void forget_answer(Operation& op, Reply& reply) {
  Reply fresh;
  fresh.id = std::move(reply.id);
  fresh.job = std::move(reply.job);
  fresh.job.told_again = true;
  fresh.polls = std::move(reply.polls);
  fresh.notices = std::move(reply.notices);
  fresh.sendings = reply.sendings + 1;
  reply = std::move(fresh);
  op.first_event = world::kNever;
  op.stall = world::Nanos{0};
  op.queue_wait = world::Nanos{-1};
  op.outcome = Outcome::ok;
  op.failure = reports::Failure::none;
  op.http_status = 0;
  op.output_tokens = 0;
}

// The client sends again what was said before.
bool keeps_history(const Target& target) {
  if (target.dialect != TargetDialect::json) return target.kept_by() == KeptBy::client;
  return target.mapping && Mapping(*target.mapping).sends_messages();
}

}  // namespace

ApiClients::ApiClients(world::Clock& clock, world::Network& network,
                       const TargetDoor& door, const Scenario& scenario, world::Random random,
                       TargetWatch* watch)
    : clock_(clock),
      scenario_(scenario),
      random_(random),
      watch_(watch),
      secrets_(door.secrets),
      client_keeps_(scenario.target.is_given() && keeps_history(scenario.target)),
      chat_(clock, network, door, scenario, random, client_keeps_ ? &histories_ : nullptr),
      responses_(clock, network, door, scenario, random, client_keeps_ ? &histories_ : nullptr),
      bad_(clock, network, door, scenario),
      messages_(clock, network, door, scenario, random, client_keeps_ ? &histories_ : nullptr) {
  if (!scenario.target.mapping) return;
  mapped_ =
      std::make_unique<MappedClient>(clock, network, door, scenario, random, histories_);
}

void ApiClients::close_idle() {
  chat_.close_idle();
  responses_.close_idle();
  bad_.close_idle();
  messages_.close_idle();
  if (mapped_) mapped_->close_idle();
}

TurnClient& ApiClients::client_of(const PlannedRequest& request) {
  const LoadClass& load_class = scenario_.load[request.load_class];
  if (scenario_.corpus_of(load_class) != nullptr) return bad_;
  const bool is_core = !scenario_.target.is_given();
  switch (is_core ? TargetDialect::openai_chat : scenario_.target.dialect) {
    case TargetDialect::openai_chat: break;
    case TargetDialect::openai_responses: return responses_;
    case TargetDialect::anthropic: return messages_;
    case TargetDialect::json: return *mapped_;
  }
  if (load_class.api == Api::responses) return responses_;
  return chat_;
}

// What a target of the user's own makes of a turn is looked at and remembered.
Task<bool> ApiClients::ask_target(const PlannedRequest& request, std::uint32_t sending,
                                  Operation& op, Reply& reply) {
  auto asking = client_of(request).ask(request, sending, op, reply);
  const bool ended = co_await asking;
  for (std::string* told : {&reply.text, &reply.error_body, &reply.trouble}) {
    if (!secrets_.empty()) *told = without_secrets(std::move(*told), secrets_);
  }
  const LoadClass& load_class = scenario_.load[request.load_class];
  if (scenario_.corpus_of(load_class) != nullptr) co_return ended;
  if (watch_ != nullptr) watch_->saw(op, reply);
  if (client_keeps_ && op.outcome == Outcome::ok) {
    histories_.add(request.turn, turn_text(scenario_, request), reply.text);
  }
  co_return ended;
}

Task<bool> ApiClients::ask(const PlannedRequest& request, std::uint32_t sending, Operation& op,
                           Reply& reply) {
  const LoadClass& load_class = scenario_.load[request.load_class];
  if (sending == 0 && has_key(load_class, random_, request.turn)) {
    return ask_with_key(request, op, reply);
  }
  if (scenario_.target.is_given() && sending == 0) {
    return ask_target(request, sending, op, reply);
  }
  return client_of(request).ask(request, sending, op, reply);
}

Task<bool> ApiClients::ask_with_key(const PlannedRequest& request, Operation& op, Reply& reply) {
  const Idempotency& idempotency = *scenario_.load[request.load_class].idempotency;
  // Copies have the numbers before these.
  const auto copies = static_cast<std::uint32_t>(idempotency.duplicates);
  TurnClient& client = client_of(request);
  world::Nanos pause = kPauseFirst;
  for (std::uint32_t resends = 0;; ++resends) {
    world::Instant until = world::kNever;
    const bool is_last = resends == kResendsMax;
    if (idempotency.timeout > world::Nanos{0} && !is_last) {
      until = clock_.now() + idempotency.timeout;
    }
    const std::uint32_t sending = resends == 0 ? 0 : copies + resends;
    auto asking = scenario_.target.is_given() ? ask_target(request, sending, op, reply)
                                              : client.ask(request, sending, op, reply);
    const std::optional<bool> in_time =
        co_await world::with_deadline(clock_, until, std::move(asking));
    if (in_time && (is_last || !may_come_again(op))) co_return true;
    const world::Nanos wait = std::max(pause, reply.retry_after);
    forget_answer(op, reply);
    if (!in_time) continue;
    co_await clock_.sleep(wait);
    pause = std::min(2 * pause, kPauseMax);
  }
}

Task<bool> ApiClients::look_again(const PlannedRequest& request, const std::string& id,
                                  Sequel& sequel) {
  return client_of(request).look_again(request, id, sequel);
}

}  // namespace harness
