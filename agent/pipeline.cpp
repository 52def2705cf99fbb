#include "agent/pipeline.hpp"

#include "agent/api/call_headers.hpp"
#include "agent/jobs/idempotency.hpp"
#include "agent/jobs/unless_user_leaves.hpp"
#include "world/json_text.hpp"

namespace agent {

using std::chrono::seconds;
using world::HttpServerConnection;
using world::Instant;
using world::Nanos;
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

constexpr std::string_view kInvalid =
    "The body is not a chat completion request: it must be a JSON object whose `messages` are a "
    "list of one or more objects with a known `role` and a `content`; `model` and `user` are "
    "texts, `stream` is true or false, `max_tokens` is a positive number.";

}  // namespace

Pipeline::Pipeline(ProviderChain::Parts parts, JobStore& store,
                   const std::vector<Provider>& providers)
    : clock_(parts.clock),
      config_(parts.config),
      books_(parts.books),
      limiter_(config_),
      budget_(clock_, config_.budget, config_.users_max, config_.defect),
      locks_(clock_, config_.turns_waiting_max),
      queue_(clock_, config_.queue, config_.defect),
      conversations_(config_),
      chain_(parts, providers),
      tools_(ToolClient::Parts{parts.clock, parts.network, parts.config, parts.books}, providers),
      jobs_(Jobs::Parts{parts.clock, store, parts.config, parts.books, parts.random},
            [this](JobPtr job) { return run(std::move(job)); }) {
  limits_.messages_max = config_.history_messages_max;
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

// Parse, authenticate, validate, limit, make it durable: then it is a job, which this call follows.
Task<void> Pipeline::serve(HttpServerConnection& connection, world::HttpRequest http, Api api) {
  JobPtr job = jobs_.make(api);
  job->request_id = id_of(http);
  books_.note(LedgerKind::received, job->request_id, {});
  job->writer = api == Api::chat
                    ? make_chat_writer(*job, config_)
                    : make_responses_writer(*job, config_, clock_.unix_nanos() / 1'000'000'000);
  bool goes_on = authenticate(*job, http) && read(*job, http) && limit(*job);
  std::optional<JobRow> earlier;
  if (goes_on && is_kept(*job)) goes_on = co_await keep(job, std::move(http), earlier);
  if (earlier) {
    co_await answer_again(connection, std::move(*earlier));
    co_return;
  }
  if (goes_on) {
    jobs_.start(job);
  } else {
    job->log.end();
  }
  Following how;
  how.keeps = job->stored;
  co_await attend(connection, std::move(job), how);
}

std::optional<std::string> Pipeline::owner_of(const world::HttpRequest& http) const {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = http.headers.get("authorization");
  const std::string key(given.starts_with(kBearer) ? given.substr(kBearer.size()) : given);
  const auto& known = config_.api_keys;
  if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end()) {
    return std::nullopt;
  }
  if (key.empty()) return "anyone";
  std::string owner = "key-";  // the key itself is kept nowhere
  world::append_hex(owner, world::entity_of(key));
  return owner;
}

bool Pipeline::authenticate(Job& job, const world::HttpRequest& http) {
  std::optional<std::string> owner = owner_of(http);
  if (owner) {
    job.owner = std::move(*owner);
    return true;
  }
  Problem problem;
  problem.code = ProblemCode::unauthorized;
  problem.detail = "The Authorization header has no key that is known here.";
  fail(job, std::move(problem));
  return false;
}

bool Pipeline::read(Job& job, const world::HttpRequest& http) {
  if (!read_request(http.body, limits_, job.request)) {
    Problem problem;
    problem.code = ProblemCode::invalid_request;
    problem.detail = kInvalid;
    fail(job, std::move(problem));
    return false;
  }
  std::optional<Problem> wrong = read_headers(http.headers, job.request);
  if (wrong) fail(job, std::move(*wrong));
  if (wrong) return false;
  if (job.request.api == Api::responses && job.request.prefers_async) {
    job.request.background = true;
  }
  job.deadline = deadline_of(job);
  return knows_previous(job);
}

bool Pipeline::knows_previous(Job& job) {
  if (job.request.previous.empty() || history_of(job).size() > job.request.messages.size()) {
    return true;
  }
  Problem problem;
  problem.code = ProblemCode::response_not_found;
  problem.detail = "field 'previous_response_id' must be the id of a stored response of yours, got \"" +
                   job.request.previous.substr(0, 64) + "\"";
  fail(job, std::move(problem));
  return false;
}

// The core's own and the caller's, whichever comes first. What runs in the background has a day.
Instant Pipeline::deadline_of(const Job& job) const {
  Nanos time = config_.retry.deadline > Nanos{0} ? config_.retry.deadline : Nanos::max();
  if (job.request.background) time = Nanos(kDay);
  if (job.request.deadline > Nanos{0}) time = std::min(time, job.request.deadline);
  return time == Nanos::max() ? world::kNever : job.received + time;
}

bool Pipeline::limit(Job& job) {
  if (!config_.hard_limit || limiter_.admit(job.request.user, clock_.now())) return true;
  Problem problem;
  problem.code = ProblemCode::rate_limited;
  problem.detail = "This user has sent more requests than it may in this stretch of time.";
  fail(job, std::move(problem));
  return false;
}

// Only what may be asked for again outlives its call.
bool Pipeline::is_kept(const Job& job) const {
  return job.request.store || job.request.background || !job.request.idempotency_key.empty();
}

// False when it is no new job: refused, or an earlier request's, which `earlier` then is.
Task<bool> Pipeline::keep(JobPtr job, world::HttpRequest http, std::optional<JobRow>& earlier) {
  std::optional<IdempotencyKey> key;
  if (!job->request.idempotency_key.empty()) {
    IdempotencyKey made{job->owner, job->request.idempotency_key, fingerprint_of(http.method, http.target, http.body)};
    key.emplace(std::move(made));
  }
  StoreResult<Created> kept = co_await jobs_.keep(job, std::move(http.body), std::move(key));
  if (kept && kept->how == Created::How::created) co_return true;
  if (kept && kept->how == Created::How::replayed) {
    earlier = std::move(kept->row);
    co_return false;
  }
  Problem problem;
  problem.code = kept ? ProblemCode::idempotency_key_reuse : ProblemCode::store_unavailable;
  problem.detail = kept ? "This Idempotency-Key came with another request before."
                        : "The request could not be stored, and was not begun.";
  fail(*job, std::move(problem));
  co_return false;
}

// The same request once more: it is followed if it still runs, and otherwise its answer is given
// again. Nothing is done twice.
Task<void> Pipeline::answer_again(HttpServerConnection& connection, JobRow row) {
  JobPtr job = jobs_.find(row.id);
  if (job && job->attempt == 1) {
    co_await refuse_twin(connection, std::move(job));
    co_return;
  }
  // Work that a crash has interrupted may take long: its caller is not told to come back for ever.
  if (job && job->request.background && !job->request.stream) {
    co_await acknowledge(connection, std::move(job));
    co_return;
  }
  if (job) {
    Following how;
    how.keeps = true;
    how.owns = false;
    how.replayed = true;
    co_await attend(connection, std::move(job), how);
    co_return;
  }
  world::HttpResponse response;
  response.headers.add("content-type", "application/json");
  response.headers.add("idempotent-replayed", "true");
  response.body = std::move(row.result);
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// The first request under this key is still at work: this one would do nothing that it does not.
Task<void> Pipeline::refuse_twin(HttpServerConnection& connection, JobPtr job) {
  Problem problem;
  problem.code = ProblemCode::request_in_progress;
  problem.detail = "The request that came first with this Idempotency-Key is still being worked on.";
  problem.retry_after = seconds(1);
  world::HttpResponse response = response_of(problem, context_of(*job));
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

Task<void> Pipeline::attend(HttpServerConnection& connection, JobPtr job, Following how) {
  if (how.owns && job->request.background && !job->request.stream) {
    while (!job->accepted && !job->log.ended()) co_await job->turned.wait();
    if (!job->problem) {
      co_await acknowledge(connection, std::move(job));
      co_return;
    }
  }
  if (how.owns && job->request.wait && job->stored && !job->request.stream) {
    Task<bool> ending = ended(job);
    auto waiting = world::with_deadline(clock_, job->received + *job->request.wait,
                                        std::move(ending));
    const std::optional<bool> in_time = co_await waiting;
    if (!in_time) {  // it goes on without the call
      job->request.background = true;
      co_await acknowledge(connection, std::move(job));
      co_return;
    }
  }
  Task<void> following = follow(connection, job, how);
  bool stayed = true;
  if (config_.notice_leaving) {
    stayed = co_await unless_user_leaves(clock_, connection, std::move(following));
  } else {
    co_await following;
  }
  if (!stayed) connection.close_after();
  if (!how.owns) co_return;
  if (how.told && !job->request.background) jobs_.tell_end(*job);
  if (!how.told) co_await leave(std::move(job));
}

Task<bool> Pipeline::ended(JobPtr job) {
  while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  co_return true;
}

// It is kept, and will be worked on: where to ask for it.
Task<void> Pipeline::acknowledge(HttpServerConnection& connection, JobPtr job) {
  world::HttpResponse response;
  response.status = 202;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-request-id", job->request_id);
  response.headers.add("location", "/v1/responses/" + job->id);
  if (job->request.prefers_async) response.headers.add("preference-applied", "respond-async");
  response.body = job->writer->object();
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// Who made the job has left before its end.
Task<void> Pipeline::leave(JobPtr job) {
  if (job->request.background) co_return;
  if (!job->request.cancel_on_leaving) {
    job->request.background = true;
    if (job->log.ended()) jobs_.tell_end(*job);
    co_return;
  }
  if (config_.defect == Defect::upstream_not_cancelled) {  // planted bug
    job->left = true;
    while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  } else {
    co_await jobs_.cancel(job);
    if (config_.defect == Defect::loses_on_disconnect) co_return;  // planted bug
  }
  jobs_.tell_left(*job);
}

// From the reservation to the settlement; each stage gives back what it holds on every way out.
Task<void> Pipeline::run(JobPtr job) {
  const std::string& user = job->request.user;
  UserBudget::Charge charge(budget_, user, budget_.tokens_of(job->request.max_tokens));
  if (charge.refused()) {
    Problem problem;
    problem.code = ProblemCode::budget_exceeded;
    problem.retry_after = charge.retry_after();
    problem.detail = "This user's budget for this window of time is used up; it is renewed in " +
                     std::to_string(seconds_up(charge.retry_after())) + " s.";
    fail(*job, std::move(problem));
    co_return;
  }
  std::optional<ConversationLocks::Turn> turn;
  if (config_.conversation_lock && !job->request.conversation.empty()) {
    turn.emplace(locks_, Conversations::key_of(user, job->request.conversation));
    const bool ours = co_await wait_for_conversation(*job, *turn);
    if (!ours) co_return;
  }
  std::optional<FairQueue::Slot> slot;
  if (config_.queue.running_max > 0) {
    slot.emplace(queue_, user);
    const bool in = co_await wait_in_queue(*job, *slot);
    if (!in) co_return;
  }
  co_await jobs_.begin(*job);
  const bool answered = co_await converse(*job);
  if (slot) slot->finish();
  if (!answered) co_return;
  charge.settle(job->tokens);
  if (budget_.on()) {
    books_.note(LedgerKind::spent, job->request_id,
                {.key = user, .value = budget_.spent(user), .limit = budget_.limit()});
  }
}

Task<bool> Pipeline::wait_for_conversation(Job& job, ConversationLocks::Turn& turn) {
  Problem problem;
  problem.retry_after = queue_.service_time();
  if (!turn.refused()) {
    if (!turn.holds()) accept(job);
    Task<bool> turn_comes = turn.wait();
    auto waiting = world::with_deadline(clock_, job.deadline, std::move(turn_comes));
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
  fail(job, std::move(problem));
  co_return false;
}

// It will be worked on: whoever only wants to know that hears it now.
void Pipeline::accept(Job& job) {
  if (std::exchange(job.accepted, true)) return;
  job.writer->accepted();
  job.turned.notify_all();
}

Task<bool> Pipeline::wait_in_queue(Job& job, FairQueue::Slot& slot) {
  const Instant from = clock_.now();
  const Nanos service = queue_.service_time();
  if (slot.refused()) {
    refuse_wait(job, ProblemCode::queue_full, service, std::nullopt,
                "As many requests wait already as may, of this user or of all.");
    co_return false;
  }
  if (!slot.holds()) {
    const FairQueue::Place place = slot.place();
    books_.note(LedgerKind::queued, job.request_id,
                {.value = place.position, .limit = place.eta.count()});
    if (place.eta > job.deadline - from) {
      // A place in a line that does not move fast enough is no place: better to say so at once.
      refuse_wait(job, ProblemCode::queue_full, place.eta, place,
                  "The wait would be longer than this request may take.");
      co_return false;
    }
  }
  accept(job);
  const bool came = co_await wait_for_slot(job, slot);
  if (!came) co_return false;
  job.queued = clock_.now() - from;
  // Too late to be answered in time: a call would be cut off, and look like the provider's fault.
  if (job.queued > Nanos{0} && job.deadline - clock_.now() < queue_.service_time()) {
    refuse_wait(job, ProblemCode::queue_timeout, service, std::nullopt,
                "The requests before it took so long that no time is left for this one.");
    co_return false;
  }
  books_.note(LedgerKind::started, job.request_id, {.value = job.queued.count()});
  co_return true;
}

// Until the slot is held, with word of each place on the way. False when it was refused.
Task<bool> Pipeline::wait_for_slot(Job& job, FairQueue::Slot& slot) {
  const bool tells = job.request.stream || job.stored;
  FairQueue::Place told;
  while (!slot.holds()) {
    const FairQueue::Place place = slot.place();
    const bool moved = place.position != told.position ||
                       seconds_up(place.eta) != seconds_up(told.eta);
    if (tells && moved) {
      const bool rose = told.position > 0 && place.position > told.position;
      told = place;
      job.writer->queued(place, rose);
    }
    if (clock_.now() >= job.deadline) {
      refuse_wait(job, ProblemCode::queue_timeout, std::max(place.eta, Nanos(kTellEvery)), place,
                  "The requests before it took longer than this one may wait.");
      co_return false;
    }
    const Instant until =
        tells ? std::min(job.deadline, clock_.now() + kTellEvery) : job.deadline;
    Task<bool> turn_comes = slot.wait();
    auto waiting = world::with_deadline(clock_, until, std::move(turn_comes));
    const std::optional<bool> came = co_await waiting;
    static_cast<void>(came);
  }
  co_return true;
}

// `why` is a literal.
void Pipeline::refuse_wait(Job& job, ProblemCode code, Nanos retry_after,
                           std::optional<FairQueue::Place> place, const char* why) {
  Problem problem;
  problem.code = code;
  problem.retry_after = retry_after;
  problem.detail = std::string(why) + " It was not begun.";
  if (place) {
    problem.queue_position = place->position;
    problem.queue_eta = place->eta;
  }
  fail(job, std::move(problem));
}

ProblemContext Pipeline::context_of(const Job& job) const {
  ProblemContext context;
  context.request = job.request_id;
  context.provider_key = chain_.key_of_first();
  context.honest = config_.honest_errors;
  context.defect = config_.defect;
  return context;
}

// It ends with this.
void Pipeline::fail(Job& job, Problem problem) {
  job.problem = std::move(problem);
  job.writer->failed(*job.problem, context_of(job));
  job.end(JobState::failed);
}

Task<void> Pipeline::recover() {
  co_await jobs_.recover([this](const JobRow& row, Job& job) {
    job.writer = make_responses_writer(job, config_, row.created_at / 1'000'000'000);
    return read_request(row.body, limits_, job.request);
  });
}

}  // namespace agent
