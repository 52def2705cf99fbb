// The part of the pipeline before a request is a job: who asks, what, whether it may, and whether
// it is the first of its kind.
#include "agent/api/call_headers.hpp"
#include "agent/api/request_reader.hpp"
#include "agent/jobs/idempotency.hpp"
#include "agent/limits/rate_headers.hpp"
#include "agent/pipeline.hpp"
#include "world/digest.hpp"

namespace agent {

using world::Instant;
using world::Nanos;
using world::Task;

namespace {
constexpr std::string_view kAnyone = "anyone";  // who gives no key

std::string bearer_of(const world::HttpRequest& http) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = http.headers.get("authorization");
  return std::string(given.starts_with(kBearer) ? given.substr(kBearer.size()) : given);
}

bool has(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}
}  // namespace

std::optional<std::string> Pipeline::owner_of(const world::HttpRequest& http) const {
  const std::string key = bearer_of(http);
  const bool anybody = config_.api_keys.empty() && config_.admin_keys.empty();
  if (!anybody && !has(config_.api_keys, key) && !has(config_.admin_keys, key)) {
    return std::nullopt;
  }
  if (key.empty()) return std::string(kAnyone);
  const std::string owner = "key-";  // the key itself is kept nowhere
  return owner + world::sha256_hex(key).substr(0, 32);
}

bool Pipeline::is_admin(const world::HttpRequest& http) const {
  const bool anybody = config_.api_keys.empty() && config_.admin_keys.empty();
  return anybody || has(config_.admin_keys, bearer_of(http));
}

// Two keys may use one name for two people: what is kept for one is not shown to the other.
std::string Pipeline::whose(const Job& job) {
  if (job.owner == kAnyone) return job.request.user;
  return job.owner + '\n' + job.request.user;
}

// Limits are of the user as it is named, or else of the key.
const std::string& Pipeline::counted_as(const Job& job) {
  return job.request.user.empty() ? job.owner : job.request.user;
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
  Problem problem;
  if (!read_request(job.request.api, http.body, limits_, job.request, problem)) {
    fail(job, std::move(problem));
    return false;
  }
  job.request.whose = whose(job);
  std::optional<Problem> wrong = read_headers(http.headers, job.request);
  if (wrong) fail(job, std::move(*wrong));
  if (wrong) return false;
  if (job.request.api == Api::chat) {
    job.request.wait.reset();  // an answer of this API can be had by its own call alone
  } else if (job.request.prefers_async) {
    job.request.background = true;
  }
  job.deadline = deadline_of(job);
  return true;
}

bool Pipeline::knows_previous(Job& job) {
  if (job.request.previous.empty() || has_history(job)) return true;
  Problem problem;
  problem.code = ProblemCode::response_not_found;
  problem.detail = "field 'previous_response_id' must be the id of a stored response of yours, "
                   "got \"" +
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

Task<bool> Pipeline::limit(Job& job) {
  const std::string& user = counted_as(job);
  Problem problem;
  if (config_.hard_limit && !limiter_.admit(job.request.user, clock_.now())) {
    problem.code = ProblemCode::rate_limited;
    problem.detail = "This user has sent more requests than it may in this stretch of time.";
    fail(job, std::move(problem));
    co_return false;
  }
  if (!config_.rate.limits_requests()) co_return true;
  const bool known = co_await admission_.know(user);
  static_cast<void>(known);  // what is not known is counted as nothing
  const Instant by = job.request.background ? world::kNever : job.deadline;
  job.pass = std::make_shared<Admission::Pass>(
      admission_, Admission::Asker{job.owner, user, EdgeClass::api, job.request.background}, by);
  job.legacy_headers = config_.rate.legacy_headers;
  if (!job.pass->refused()) co_return true;
  const Decision& decision = job.pass->decision();
  const std::string_view limit = name_of(decision.tightest);
  problem.code = decision.tightest == Limit::edge    ? ProblemCode::edge_limited
                 : decision.tightest == Limit::daily ? ProblemCode::daily_quota_exceeded
                                                     : ProblemCode::user_rate_limited;
  problem.retry_after = decision.retry_after;
  problem.detail = "The limit '" + std::string(limit) + "' is reached; it lets this through in " +
                   std::to_string(seconds_to_wait(decision.retry_after)) + " s.";
  problem.available = available_when(config_.rate, limit);
  fail(job, std::move(problem));
  co_return false;
}

// Only what may be asked for again outlives its call.
bool Pipeline::is_kept(const Job& job) const {
  return job.request.store || job.request.background || !job.request.idempotency_key.empty();
}

std::optional<IdempotencyKey> Pipeline::key_of(const Job& job, const world::HttpRequest& http) {
  std::optional<IdempotencyKey> key;
  if (job.request.idempotency_key.empty()) return key;
  IdempotencyKey made{job.owner, job.request.idempotency_key,
                      fingerprint_of(http.method, http.target, http.body)};
  key.emplace(std::move(made));
  return key;
}

// False when its key stands for a request already: no limit is asked for it, and none is charged.
Task<bool> Pipeline::is_first(JobPtr job, std::optional<IdempotencyKey> key,
                              std::optional<JobRow>& earlier) {
  if (!key) co_return true;
  StoreResult<std::optional<Created>> found =
      co_await jobs_.store().find_key(std::move(*key), jobs_.unix_nanos());
  if (!found || !*found) co_return true;  // a store that cannot say will not keep it either
  if ((*found)->how == Created::How::replayed) {
    earlier = std::move((*found)->row);
  } else {
    refuse_reuse(*job);
  }
  co_return false;
}

void Pipeline::refuse_reuse(Job& job) {
  Problem problem;
  problem.code = ProblemCode::idempotency_key_reuse;
  problem.detail = "This Idempotency-Key came with another request before.";
  fail(job, std::move(problem));
}

// False when it is no new job: refused, or an earlier request's, which `earlier` then is. Of two
// under one key that come at once the second is found out here.
Task<bool> Pipeline::keep(JobPtr job, std::string body, std::optional<IdempotencyKey> key,
                          std::optional<JobRow>& earlier) {
  job->follows = goes_on(*job);
  StoreResult<Created> kept = co_await jobs_.keep(job, std::move(body), std::move(key));
  if (kept && kept->how == Created::How::created) co_return true;
  if (kept && kept->how == Created::How::replayed) {
    earlier = std::move(kept->row);
  } else if (kept) {
    refuse_reuse(*job);
  } else {
    Problem problem;
    problem.code = ProblemCode::store_unavailable;
    problem.detail = "The request could not be stored, and was not begun.";
    fail(*job, std::move(problem));
  }
  co_return false;
}

// Its answer depends on turns before it: on those that are remembered, or one that runs.
bool Pipeline::goes_on(const Job& job) {
  if (!job.request.previous.empty() || has_history(job)) return true;
  const std::string& conversation = job.request.conversation;
  return !conversation.empty() &&
         locks_.is_held(Conversations::key_of(job.request.whose, conversation));
}

bool Pipeline::has_history(const Job& job) {
  const Request& request = job.request;
  if (!request.conversation.empty()) {
    return conversations_.has(request.whose, request.conversation);
  }
  return !request.previous.empty() && history_of(job).size() > request.messages.size();
}

// What another life of the process has remembered is gone. Better no answer than one without it.
bool Pipeline::still_knows(Job& job) {
  if (!job.recovered || !job.follows || has_history(job)) return true;
  Problem problem;
  problem.code = ProblemCode::interrupted;
  problem.detail = "The service was restarted before this was done, and the conversation that it "
                   "goes on from is gone. Send the whole of it again.";
  if (job.attempt > 1) problem.execution = Execution::unknown;
  fail(job, std::move(problem));
  return false;
}

}  // namespace agent
