#include "agent/pipeline.hpp"

#include "agent/api/request_reader.hpp"
#include "agent/jobs/unless_user_leaves.hpp"
#include "world/json_text.hpp"

namespace agent {

using std::chrono::seconds;
using world::HttpServerConnection;
using world::Instant;
using world::Nanos;
using world::Result;
using world::Task;

namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr Nanos kTellEvery = seconds(1);
constexpr std::int64_t kWaiterBytes = 512;  // about what one who waits costs

bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

std::int64_t seconds_up(Nanos wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999'999'999) / 1'000'000'000);
}

}  // namespace

Pipeline::Pipeline(ProviderChain::Parts parts, const std::vector<Provider>& providers)
    : clock_(parts.clock),
      config_(parts.config),
      books_(parts.books),
      limiter_(config_),
      budget_(clock_, config_.budget, config_.users_max, config_.defect),
      locks_(clock_, config_.turns_waiting_max),
      queue_(clock_, config_.queue, config_.defect),
      conversations_(config_),
      chain_(parts, providers),
      tools_(ToolClient::Parts{parts.clock, parts.network, parts.config, parts.books}, providers) {
  limits_.messages_max = config_.history_messages_max;
  limits_.json = config_.json;
}

std::string Pipeline::id_of(const world::HttpRequest& http) {
  ++requests_;
  const std::string* given = http.headers.find("x-request-id");
  const bool good = given != nullptr && !given->empty() && given->size() <= kIdBytesMax &&
                    is_visible(*given);
  return good ? *given : "r" + std::to_string(requests_);
}

std::int64_t Pipeline::held_bytes() const {
  std::int64_t bytes = conversations_.bytes();
  bytes += static_cast<std::int64_t>(queue_.waiting() + locks_.held()) * kWaiterBytes;
  for (const std::string& prompt : hoard_) bytes += static_cast<std::int64_t>(prompt.size());
  return bytes;
}

Task<void> Pipeline::handle(HttpServerConnection& connection, world::HttpRequest http) {
  Exchange x{connection, id_of(http), {}, std::move(http.body)};
  books_.note(LedgerKind::received, x.id, {});
  if (config_.retry.deadline > Nanos{0}) x.deadline = clock_.now() + config_.retry.deadline;
  Task<void> work = serve(x);
  if (!config_.notice_leaving) {
    co_await work;
  } else if (config_.defect == Defect::upstream_not_cancelled) {
    co_await noting_who_leaves(clock_, connection, std::move(work), x.left);
  } else {
    const bool stayed = co_await unless_user_leaves(clock_, connection, std::move(work));
    if (!stayed) connection.close_after();
    if (!stayed && config_.defect == Defect::loses_on_disconnect) co_return;  // planted bug
  }
  if (!x.closed) close(x, LedgerKind::abandoned, {}, 0);
}

Task<void> Pipeline::serve(Exchange& x) {
  Problem problem;
  if (!read_request(Api::chat, x.body, limits_, x.request, problem)) {
    co_await fail(x, std::move(problem));
    co_return;
  }
  x.body.clear();
  const std::string& user = x.request.user;
  if (config_.hard_limit && !limiter_.admit(user, clock_.now())) {
    problem.code = ProblemCode::rate_limited;
    problem.detail = "This user has sent more requests than it may in this stretch of time.";
    co_await fail(x, std::move(problem));
    co_return;
  }
  UserBudget::Charge charge(budget_, user, budget_.tokens_of(x.request.max_tokens));
  if (charge.refused()) {
    problem.code = ProblemCode::budget_exceeded;
    problem.retry_after = charge.retry_after();
    problem.detail = "This user's budget for this window of time is used up; it is renewed in " +
                     std::to_string(seconds_up(charge.retry_after())) + " s.";
    co_await fail(x, std::move(problem));
    co_return;
  }
  std::optional<ConversationLocks::Turn> turn;
  if (config_.conversation_lock && !x.request.conversation.empty()) {
    turn.emplace(locks_, Conversations::key_of(user, x.request.conversation));
    const bool ours = co_await wait_for_conversation(x, *turn);
    if (!ours) co_return;
  }
  std::optional<FairQueue::Slot> slot;
  if (config_.queue.running_max > 0) {
    slot.emplace(queue_, user);
    const bool in = co_await wait_in_queue(x, *slot);
    if (!in) co_return;
  }
  const bool answered = co_await converse(x);
  if (slot) slot->finish();
  if (!answered) co_return;
  charge.settle(x.tokens);
  if (budget_.on()) {
    books_.note(LedgerKind::spent, x.id,
                {.key = user, .value = budget_.spent(user), .limit = budget_.limit()});
  }
}

Task<bool> Pipeline::wait_for_conversation(Exchange& x, ConversationLocks::Turn& turn) {
  Problem problem;
  problem.retry_after = queue_.service_time();
  if (!turn.refused()) {
    Task<bool> turn_comes = turn.wait();
    auto waiting = world::with_deadline(clock_, x.deadline, std::move(turn_comes));
    const std::optional<bool> ours = co_await waiting;
    if (ours || turn.holds()) co_return true;
    problem.code = ProblemCode::queue_timeout;
    problem.detail = "The turns of this conversation that came before took longer than this "
                     "request may wait. It was not begun.";
  } else {
    problem.code = ProblemCode::conversation_busy;
    problem.detail = "As many turns of this conversation wait already as may. This one was not "
                     "begun.";
  }
  co_await fail(x, std::move(problem));
  co_return false;
}

Task<bool> Pipeline::wait_in_queue(Exchange& x, FairQueue::Slot& slot) {
  const Instant from = clock_.now();
  const Nanos service = queue_.service_time();
  if (slot.refused()) {
    co_await refuse_wait(x, ProblemCode::queue_full, service, std::nullopt,
                         "As many requests wait already as may, of this user or of all.");
    co_return false;
  }
  if (!slot.holds()) {
    const FairQueue::Place place = slot.place();
    books_.note(LedgerKind::queued, x.id, {.value = place.position, .limit = place.eta.count()});
    if (place.eta > x.deadline - from) {
      // A place in a line that does not move fast enough is no place: better to say so at once.
      co_await refuse_wait(x, ProblemCode::queue_full, place.eta, place,
                           "The wait would be longer than this request may take.");
      co_return false;
    }
  }
  const bool came = co_await wait_for_slot(x, slot);
  if (!came) co_return false;
  x.queued = clock_.now() - from;
  // Too late to be answered in time: a call would be cut off, and look like the provider's fault.
  if (x.queued > Nanos{0} && x.deadline - clock_.now() < queue_.service_time()) {
    co_await refuse_wait(x, ProblemCode::queue_timeout, service, std::nullopt,
                         "The requests before it took so long that no time is left for this one.");
    co_return false;
  }
  books_.note(LedgerKind::started, x.id, {.value = x.queued.count()});
  co_return true;
}

// Until the slot is held, with word of each place on the way. False when it was refused or the
// user has left.
Task<bool> Pipeline::wait_for_slot(Exchange& x, FairQueue::Slot& slot) {
  FairQueue::Place told;
  while (!slot.holds()) {
    const FairQueue::Place place = slot.place();
    const bool moved = place.position != told.position ||
                       seconds_up(place.eta) != seconds_up(told.eta);
    if (x.request.stream && config_.honest_errors && moved) {
      const bool rose = told.position > 0 && place.position > told.position;
      told = place;
      const bool sent = co_await tell_place(x, place, rose);
      if (!sent) co_return false;
    }
    if (slot.holds()) break;
    if (clock_.now() >= x.deadline) {
      co_await refuse_wait(x, ProblemCode::queue_timeout, std::max(place.eta, Nanos(kTellEvery)),
                           place, "The requests before it took longer than this one may wait.");
      co_return false;
    }
    const Instant until =
        x.request.stream ? std::min(x.deadline, clock_.now() + kTellEvery) : x.deadline;
    Task<bool> turn_comes = slot.wait();
    auto waiting = world::with_deadline(clock_, until, std::move(turn_comes));
    const std::optional<bool> came = co_await waiting;
    static_cast<void>(came);
  }
  co_return true;
}

// `why` is a literal.
Task<void> Pipeline::refuse_wait(Exchange& x, ProblemCode code, Nanos retry_after,
                                 std::optional<FairQueue::Place> place, const char* why) {
  Problem problem;
  problem.code = code;
  problem.retry_after = retry_after;
  problem.detail = std::string(why) + " It was not begun.";
  if (place) {
    problem.queue_position = place->position;
    problem.queue_eta = place->eta;
  }
  co_await fail(x, std::move(problem));
}

// An event that clients of chat completions pass over, for those who know it. False when the user
// is gone.
Task<bool> Pipeline::tell_place(Exchange& x, FairQueue::Place place, bool rose) {
  const bool begun = co_await begin_stream(x);
  if (!begun) co_return false;
  const std::string position = std::to_string(place.position);
  const std::string wait = std::to_string(seconds_up(place.eta));
  std::string data = R"({"choices":[],"position":)" + position + R"(,"eta_seconds":)" + wait +
                     R"(,"message":"You're #)" + position + " in queue, ~" + wait +
                     R"( seconds wait")";
  if (rose) data += R"(,"reason":"users who have had less came in and are served first")";
  data += '}';
  std::string event;
  world::write_sse(event, "agent.queue", data);
  const Result<void> sent = co_await x.connection.send_chunk(std::move(event));
  if (!sent) x.connection.close_after();
  co_return sent.has_value();
}

void Pipeline::close(Exchange& x, LedgerKind kind, std::string_view from, int status) {
  x.closed = true;
  books_.note(kind, x.id, {.from = from, .value = status});
}

}  // namespace agent
