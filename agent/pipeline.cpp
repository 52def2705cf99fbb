#include "agent/pipeline.hpp"

#include "agent/api/request_reader.hpp"
#include "agent/limits/rate_headers.hpp"
#include "world/json_text.hpp"
#include "world/shielded.hpp"

namespace agent {

using std::chrono::seconds;
using world::HttpServerConnection;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr std::int64_t kWaiterBytes = 512;  // about what one who waits costs

bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

std::int64_t seconds_up(Nanos wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999'999'999) / 1'000'000'000);
}

// What a job holds only as long as it runs.
struct Given {
  Job& job;
  Toolbox& tools;
  BudgetLedger& budgets;
  ~Given() {
    job.ticket.reset();
    tools.end_task(job.id);
    budgets.end_task(job.id);
  }
};

// Planted bug: days are counted in this process alone.
bool forgetful(const Config& config) { return config.defect == Defect::forgets_quotas; }

}  // namespace

Pipeline::Pipeline(Parts parts, const std::vector<Provider>& providers)
    : clock_(parts.chain.clock),
      config_(parts.chain.config),
      books_(parts.chain.books),
      limiter_(config_),
      stored_day_counts_(parts.store),
      day_counts_(forgetful(config_) ? static_cast<DayCounts&>(own_day_counts_)
                                     : static_cast<DayCounts&>(stored_day_counts_)),
      budgets_(clock_, config_.budget, config_.users_max, day_counts_, config_.defect,
               [this](const BudgetLedger::Alert& alert) {
                 books_.note(LedgerKind::budget_alert, {},
                             {.key = alert.key, .from = name_of(alert.scope),
                              .value = alert.spent, .limit = alert.limit});
               }),
      admission_(clock_, config_.rate,
                 config_.queue.running_max > 0 ? config_.queue.user_running_max : 0, day_counts_,
                 config_.defect),
      tool_limiter_(clock_, config_.rate.tool, config_.rate.tools, config_.defect),
      locks_(clock_, config_.turns_waiting_max),
      queue_(clock_, config_.queue, config_.defect),
      conversations_(config_),
      chain_(parts.chain, providers),
      degraded_(clock_, config_.degraded),
      tools_(Toolbox::Parts{clock_, parts.chain.network, parts.processes, config_, books_,
                            chain_.breaker(), &tool_limiter_},
             providers),
      jobs_(Jobs::Parts{clock_, parts.store, config_, books_, parts.ids},
            [this](JobPtr job) { return run(std::move(job)); }) {
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
  std::int64_t bytes = conversations_.bytes() + degraded_.bytes();
  bytes += static_cast<std::int64_t>(queue_.waiting() + locks_.held()) * kWaiterBytes;
  for (const std::string& prompt : hoard_) bytes += static_cast<std::int64_t>(prompt.size());
  return bytes;
}

// Parse, authenticate, validate, look for its key, limit, make it durable: then it is a job, which
// this call follows.
Task<void> Pipeline::serve(HttpServerConnection& connection, world::HttpRequest http, Api api) {
  JobPtr job = jobs_.make(api);
  job->request_id = id_of(http);
  books_.note(LedgerKind::received, job->request_id, {});
  job->writer = api == Api::chat
                    ? make_chat_writer(*job, config_)
                    : make_responses_writer(*job, clock_.unix_nanos() / 1'000'000'000);
  bool begins = authenticate(*job, http) && read(*job, http);
  std::optional<IdempotencyKey> key;
  if (begins) key = key_of(*job, http);
  std::optional<JobRow> earlier;
  std::optional<IdempotencyKey> same = key;
  if (begins) begins = co_await is_first(job, std::move(same), earlier);
  begins = begins && knows_previous(*job);
  if (begins) begins = co_await limit(*job);
  if (begins && is_kept(*job)) {
    begins = co_await keep(job, std::move(http.body), std::move(key), earlier);
  }
  if (earlier) {
    co_await answer_again(connection, std::move(*earlier), job->request.stream);
    co_return;
  }
  if (begins) {
    jobs_.start(job);
  } else {
    job->log.end();
  }
  Following how;
  how.keeps = job->stored;
  co_await attend(connection, std::move(job), how);
}

// What it may cost at most, before anything is done. It may wait for what others have reserved.
Task<bool> Pipeline::reserve(Job& job, BudgetLedger::Charge& charge) {
  if (charge.may_wait()) {
    const bool room = co_await charge.wait(job.deadline);
    if (room) co_return true;
  }
  if (!charge.refused()) co_return true;
  Problem problem;
  problem.code = ProblemCode::budget_exceeded;
  problem.retry_after = charge.retry_after();
  problem.available = available_when(config_.rate, "budget");
  problem.detail = "The budget in " + std::string(charge.refused_by()) +
                   " for this window of time is used up; it is renewed in " +
                   std::to_string(seconds_up(charge.retry_after())) + " s.";
  fail(job, std::move(problem));
  co_return false;
}

// Before the answer is told, and to its end also when the job is cancelled meanwhile: what was told
// is paid for.
Task<void> Pipeline::settle(Job& job, Held& held) {
  const std::string model = job.provider != nullptr && !job.provider->model.empty()
                                ? job.provider->model
                                : job.request.model;
  held.charge.settle(model, {0, job.tokens});
  Task<void> saving = save_charges(job, held);
  std::function<void()> nothing = [] {};
  auto to_its_end = world::shielded(std::move(saving), std::move(nothing));
  co_await to_its_end;
}

Task<void> Pipeline::save_charges(Job& job, Held& held) {
  if (job.pass) {
    co_await job.pass->keep();
  } else if (config_.rate.limits_requests()) {  // another life of the process has let it in
    Task<void> charging = admission_.charge(counted_as(job));
    co_await std::move(charging);
  }
  if (!budgets_.on()) co_return;
  co_await held.charge.save();
  UserBudget& users = budgets_.users();
  if (!users.on()) co_return;
  const std::string& user = held.who.user;
  books_.note(LedgerKind::spent, job.request_id,
              {.key = user, .value = users.spent(user), .limit = users.limit()});
}

void Pipeline::sweep() {
  admission_.sweep();
  tool_limiter_.sweep();
  budgets_.sweep();
}

// Background requests wait for a provider that can be asked, before they take anybody's slot.
Task<bool> Pipeline::wait_for_recovery(Job& job) {
  if (!job.patient) co_return true;
  accept(job);
  job.ticket = chain_.ticket();
  const bool usable = co_await chain_.wait_until_usable(*job.ticket, job.deadline);
  if (usable) co_return true;
  Problem problem;
  problem.code = ProblemCode::backend_unavailable;
  problem.detail = "No provider could be asked before the time of this request was over.";
  fail(job, std::move(problem));
  co_return false;
}

// From the reservation to the settlement; each stage gives back what it holds on every way out.
Task<void> Pipeline::run(JobPtr job) {
  const Given given{*job, tools_, budgets_};
  job->patient = job->request.background && config_.chain.background_waits;
  const std::string& user = counted_as(*job);
  const BudgetLedger::Who who{job->id, job->request.conversation, user, job->request.model};
  if (budgets_.on()) {
    const bool known = co_await budgets_.know(user);
    static_cast<void>(known);  // what is not known counts as nothing
  }
  const BudgetLedger::Tokens estimate{0, budgets_.users().tokens_of(job->request.max_tokens)};
  BudgetLedger::Charge charge(budgets_, who, estimate);
  const bool reserved = co_await reserve(*job, charge);
  if (!reserved) co_return;
  std::optional<ConversationLocks::Turn> turn;
  if (config_.conversation_lock && !job->request.conversation.empty()) {
    turn.emplace(locks_, Conversations::key_of(job->request.whose, job->request.conversation));
    const bool ours = co_await wait_for_conversation(*job, *turn);
    if (!ours) co_return;
  }
  if (!still_knows(*job)) co_return;
  const bool usable = co_await wait_for_recovery(*job);
  if (!usable) co_return;
  Held held{charge, who, std::nullopt};
  if (config_.queue.running_max > 0) {
    const bool in = co_await take_slot(*job, held.slot);
    if (!in) co_return;
  }
  accept(*job);
  if (job->pass) job->pass->begin();
  job->follows = job->follows || has_history(*job);
  co_await jobs_.begin(*job);
  const bool answered = co_await converse(*job, held);
  static_cast<void>(answered);  // how it ended is said
  if (held.slot) held.slot->finish();
}

ProblemContext Pipeline::context_of(const Job& job) const {
  ProblemContext context;
  context.request = job.request_id;
  context.provider_key = chain_.key_of_first();
  context.honest = config_.honest_errors;
  context.defect = config_.defect;
  context.path = job.request.api == Api::chat ? "/v1/chat/completions" : "/v1/responses";
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
    const Api api = job.request.api;
    job.writer = api == Api::chat
                     ? make_chat_writer(job, config_)
                     : make_responses_writer(job, row.created_at / 1'000'000'000);
    Problem unused;
    const bool readable = read_request(api, row.body, limits_, job.request, unused);
    job.request.whose = whose(job);
    job.follows = job.follows || !job.request.previous.empty();
    return readable;
  });
}

}  // namespace agent
