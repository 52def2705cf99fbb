#include "harness/client/load_generator.hpp"

#include "harness/client/keys.hpp"
#include "world/deadline.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::Cancelled;
using world::Instant;
using world::Task;

namespace {
constexpr int kReleasedPerTurn = 64;  // due requests released before others get a turn
}

LoadGenerator::LoadGenerator(world::Clock& clock, LoadInput options, TurnClient& client,
                             reports::Recorder& recorder, Observer& observer)
    : clock_(clock),
      random_(options.random),
      scenario_(options.scenario),
      plan_(options.plan),
      sends_(options.sends),
      client_(client),
      recorder_(recorder),
      observer_(observer),
      requests_(clock),
      sequels_(clock) {}

Task<bool> LoadGenerator::run() {
  bool cancelled = false;
  bool joined = false;
  try {
    for (const ClosedLoop& loop : plan_.closed) {
      for (std::uint32_t u = 0; u < loop.users.count; ++u) {
        if (!sends_.has(loop.users.first + u)) continue;
        requests_.spawn(closed_user(loop, loop.users.first + u));
      }
    }
    co_await send_plan();
    co_await clock_.sleep_until(scenario_.end());
    auto rest = join_all();
    const auto all = co_await world::with_deadline(clock_, scenario_.end() + scenario_.drain,
                                                   std::move(rest));
    joined = all.has_value();
  } catch (const Cancelled&) {
    cancelled = true;
  }
  requests_.cancel();
  co_await requests_.join_anyway();
  sequels_.cancel();
  co_await sequels_.join_anyway();
  if (cancelled) throw Cancelled{};
  co_return joined;
}

Task<bool> LoadGenerator::join_all() {
  co_await requests_.join();
  co_await sequels_.join();
  co_return true;
}

// Releases everything that is due at one wake-up: one timer for the whole plan, none per request.
Task<void> LoadGenerator::send_plan() {
  int released = 0;
  for (const PlannedRequest& request : plan_.requests) {
    if (request.at > clock_.now()) {
      co_await clock_.sleep_until(request.at);
      released = 0;
    } else if (++released == kReleasedPerTurn) {
      co_await clock_.sleep(world::Nanos(0));
      released = 0;
    }
    if (is_recorded(request)) recorder_.planned();
    if (requests_.running() >= static_cast<std::size_t>(scenario_.client.connections_max)) {
      Operation op = begin(request, request.at);
      op.outcome = Outcome::dropped;
      op.failure = reports::Failure::no_capacity;
      op.last_event = clock_.now();
      recorder_.record(op);
      observer_.on_ended(op, Reply{});
      turn_ended(request);
      continue;
    }
    requests_.spawn(perform(request, request.at));
  }
}

Task<void> LoadGenerator::closed_user(ClosedLoop loop, std::uint32_t user) {
  const LoadClass& load = scenario_.load[loop.load_class];
  const auto parallel = static_cast<std::uint32_t>(load.parallel);
  co_await clock_.sleep_until(loop.from);
  for (std::uint32_t n = 0;; n += parallel) {
    const ClosedTurn first = closed_turn(scenario_, random_, loop, user, n);
    co_await clock_.sleep(first.think);
    const Instant now = clock_.now();
    if (now >= loop.to) {
      const world::TurnId next = first.request.turn;
      if (next.turn > 0) observer_.on_conversation_over(next.user, next.session);
      co_return;
    }
    world::Scope group(clock_);
    for (std::uint32_t k = 0; k < parallel; ++k) {
      const ClosedTurn turn = closed_turn(scenario_, random_, loop, user, n + k);
      if (is_recorded(turn.request)) recorder_.planned();
      group.spawn(perform(turn.request, now));
    }
    co_await group.join();
  }
}

// In sim the users of other segments are there too, but not counted.
bool LoadGenerator::is_recorded(const PlannedRequest& request) const {
  return recorder_.layout().segment.has(request.turn.user);
}

Operation LoadGenerator::begin(const PlannedRequest& request, Instant planned) const {
  Operation op;
  op.id = request.id;
  op.phase = recorder_.layout().phase_at(planned);
  op.cls = request.load_class;
  op.user = request.turn.user;
  op.session = request.turn.session;
  op.turn = request.turn.turn;
  op.planned = planned;
  op.streamed = request.stream;
  const LoadClass& load_class = scenario_.load[request.load_class];
  op.background = load_class.background;
  op.has_key = has_key(load_class, random_, request.turn);
  return op;
}

Task<void> LoadGenerator::perform(PlannedRequest request, Instant planned) {
  Operation op = begin(request, planned);
  Reply reply;
  op.sent = std::max(clock_.now(), planned);
  if (is_recorded(request)) recorder_.sent();
  observer_.on_sent(op);
  const world::Nanos timeout = scenario_.client.timeout;
  const world::Nanos waits = patience(request);
  bool cancelled = false;
  try {
    spawn_copies(request, op);
    auto asking = client_.ask(request, 0, op, reply);
    const auto in_time = co_await world::with_deadline(
        clock_, planned + std::min(timeout, waits), std::move(asking));
    if (!in_time && waits < timeout) {
      // The exchange is gone by now, and its connection with it: the target can know.
      op.outcome = Outcome::cancelled;
      op.failure = reports::Failure::cancelled;
    } else if (!in_time) {
      op.outcome = Outcome::timeout;
      op.failure = reports::Failure::timeout;
    }
  } catch (const Cancelled&) {
    cancelled = true;
    op.outcome = Outcome::in_flight;
    op.failure = reports::Failure::unfinished;
  }
  op.last_event = clock_.now();
  recorder_.record(op, reply.gaps);
  record_polls(op, reply);
  observer_.on_ended(op, reply);
  turn_ended(request);
  if (cancelled) throw Cancelled{};
  const bool has_copies = op.has_key && !copies_at_once(random_, request.turn);
  if (has_copies) sequels_.spawn(send_copies(request, op));
  if (reply.job.acknowledged && is_final(reply.job.last())) {
    sequels_.spawn(look_again(request, op, reply.id));
  }
}

void LoadGenerator::record_polls(const Operation& op, const Reply& reply) {
  for (const world::Nanos took : reply.polls) recorder_.note(op, reports::Latency::status, took);
  for (std::uint32_t i = 0; i < reply.job.polls_failed; ++i) {
    recorder_.note_failed(op, reports::Latency::status);
  }
}

// Copies that come at once with the request itself.
void LoadGenerator::spawn_copies(const PlannedRequest& request, const Operation& op) {
  if (!op.has_key || !copies_at_once(random_, request.turn)) return;
  const std::int64_t copies = scenario_.load[request.load_class].idempotency->duplicates;
  for (std::int64_t n = 1; n <= copies; ++n) {
    sequels_.spawn(send_copy(request, op, static_cast<std::uint32_t>(n)));
  }
}

Task<void> LoadGenerator::send_copies(PlannedRequest request, Operation op) {
  const std::int64_t copies = scenario_.load[request.load_class].idempotency->duplicates;
  for (std::int64_t n = 1; n <= copies; ++n) {
    auto sending = send_copy(request, op, static_cast<std::uint32_t>(n));
    co_await sending;
  }
}

// `op` is that of the turn; the copy has one of its own that nobody else sees.
Task<void> LoadGenerator::send_copy(PlannedRequest request, Operation op, std::uint32_t sending) {
  Operation own = op;
  own.outcome = Outcome::ok;
  own.failure = reports::Failure::none;
  own.first_event = world::kNever;
  own.http_status = 0;
  Reply reply;
  Sequel sequel;
  sequel.sent = clock_.now();
  auto asking = client_.ask(request, sending, own, reply);
  const auto in_time = co_await world::with_deadline(
      clock_, clock_.now() + scenario_.client.timeout, std::move(asking));
  sequel.at = clock_.now();
  sequel.sending = sending;
  sequel.outcome = in_time ? own.outcome : Outcome::timeout;
  sequel.failure = in_time ? own.failure : reports::Failure::timeout;
  sequel.http_status = own.http_status;
  sequel.id = std::move(reply.id);
  sequel.text = std::move(reply.text);
  observer_.on_sequel(op, sequel);
}

// What has ended must not change any more.
Task<void> LoadGenerator::look_again(PlannedRequest request, Operation op, std::string id) {
  co_await clock_.sleep(scenario_.load[request.load_class].poll);
  Sequel sequel;
  sequel.kind = Sequel::Kind::look;
  sequel.sent = clock_.now();
  auto looking = client_.look_again(request, id, sequel);
  const bool answered = co_await looking;
  if (answered) observer_.on_sequel(op, sequel);
}

// How long the user waits for this turn, whatever the client's deadline is.
world::Nanos LoadGenerator::patience(const PlannedRequest& request) const {
  const std::optional<GivesUp>& gives_up = scenario_.load[request.load_class].gives_up;
  if (!gives_up) return world::Nanos::max();
  const std::uint64_t turn = request.turn.key();
  const auto share = static_cast<std::uint32_t>(gives_up->share);
  if (!random_.chance(share, world::Purpose("gives up"), turn, 0)) return world::Nanos::max();
  return world::Nanos(
      gives_up->after.sample(random_.bits(world::Purpose("gives up after"), turn, 0)));
}

// A conversation of n turns is over when n of them have ended, in whatever order.
void LoadGenerator::turn_ended(const PlannedRequest& request) {
  const std::int64_t turns = scenario_.load[request.load_class].sessions.turns_per_session;
  if (turns == 0) return;
  const auto [user, session, turn] = request.turn;
  if (turns > 1) {
    const auto ended = ended_turns_.try_emplace({user, session}, 0).first;
    if (++ended->second < turns) return;
    ended_turns_.erase(ended);
  }
  observer_.on_conversation_over(user, session);
}

}  // namespace harness
