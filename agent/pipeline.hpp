// The way of one request through the core: serve() is the list of stages up to where it is a job,
// run() the list from there to its outcome. Each stage is a file of its own and a mechanism of the
// configuration. Whatever a stage has taken is given back on every way out. One clock.
#pragma once

#include "agent/conversations/conversation_lock.hpp"
#include "agent/conversations/conversations.hpp"
#include "agent/jobs/follow.hpp"
#include "agent/jobs/jobs.hpp"
#include "agent/limits/rate_limiter.hpp"
#include "agent/limits/stored_day_counts.hpp"
#include "agent/limits/tool_limiter.hpp"
#include "agent/limits/budget_ledger.hpp"
#include "agent/providers/degraded.hpp"
#include "agent/providers/provider_chain.hpp"
#include "agent/queue/fair_queue.hpp"
#include "agent/tools/toolbox.hpp"
#include "world/http_server.hpp"

namespace agent {

class Pipeline {
 public:
  struct Parts {
    ProviderChain::Parts chain;
    JobStore& store;
    world::Processes* processes;  // null: no commands
    JobIds ids;
  };
  // What the parts refer to must outlive it. Throws std::invalid_argument as the chain does.
  Pipeline(Parts parts, const std::vector<Provider>& providers);

  // One request, from its bytes to its answer on the connection.
  world::Task<void> serve(world::HttpServerConnection& connection, world::HttpRequest http,
                          Api api);

  // A job that is there already: its events from one on, or its end.
  world::Task<void> attend(world::HttpServerConnection& connection, JobPtr job, Following how);

  // One that has ended, as the store has it: its events from one on. `again`: for the call that
  // comes once more.
  world::Task<void> tell_stored(world::HttpServerConnection& connection, JobRow row,
                                std::uint64_t from, bool again);

  // Work that another life of the process has left; then the end of all work.
  world::Task<void> recover();
  world::Task<void> close() { return jobs_.close(); }
  void sweep();  // forgets who is at rest; every few seconds

  Jobs& jobs() { return jobs_; }
  ProviderChain& chain() { return chain_; }
  const FairQueue& queue() const { return queue_; }
  Admission& admission() { return admission_; }
  BudgetLedger& budgets() { return budgets_; }
  const Config& config() const { return config_; }
  std::size_t sessions() const { return conversations_.size(); }
  std::int64_t held_bytes() const;  // histories, and who waits

  // That response is gone: none can follow it any more.
  void forget(const std::string& owner, const std::string& id);

  // Who asks, by the key that is sent; nothing: a key is needed, and this is none.
  std::optional<std::string> owner_of(const world::HttpRequest& http) const;
  // Whether it may change how the core works, for everybody.
  bool is_admin(const world::HttpRequest& http) const;
  std::string id_of(const world::HttpRequest& http);

 private:
  // The stages before the job is one. False: its answer is there already.
  bool authenticate(Job& job, const world::HttpRequest& http);
  bool read(Job& job, const world::HttpRequest& http);
  bool knows_previous(Job& job);
  world::Task<bool> reserve(Job& job, BudgetLedger::Charge& charge);
  world::Task<bool> limit(Job& job);
  world::Instant deadline_of(const Job& job) const;
  bool is_kept(const Job& job) const;
  static std::optional<IdempotencyKey> key_of(const Job& job, const world::HttpRequest& http);
  world::Task<bool> is_first(JobPtr job, std::optional<IdempotencyKey> key,
                             std::optional<JobRow>& earlier);
  void refuse_reuse(Job& job);
  world::Task<bool> keep(JobPtr job, std::string body, std::optional<IdempotencyKey> key,
                         std::optional<JobRow>& earlier);
  bool goes_on(const Job& job);
  world::Task<bool> ended(JobPtr job);
  world::Task<bool> while_user_stays(world::HttpServerConnection& connection,
                                     world::Task<void> work);
  world::Task<void> wait_as_asked(JobPtr job, bool& in_time);
  world::Task<void> decided(JobPtr job);
  world::Task<void> promise(world::HttpServerConnection& connection, JobPtr job);
  world::Task<void> refuse(world::HttpServerConnection& connection, Problem problem,
                           std::string request);
  world::Task<void> acknowledge(world::HttpServerConnection& connection, JobPtr job);
  world::Task<void> refuse_twin(world::HttpServerConnection& connection, JobPtr job);
  world::Task<void> answer_again(world::HttpServerConnection& connection, JobRow row,
                                 bool streams);

  // From there on.
  using MaybeSlot = std::optional<FairQueue::Slot>;
  // What a job holds while it is at work.
  struct Held {
    BudgetLedger::Charge& charge;
    const BudgetLedger::Who& who;
    MaybeSlot slot;
  };
  world::Task<void> run(JobPtr job);
  bool has_history(const Job& job);
  bool still_knows(Job& job);
  world::Task<void> settle(Job& job, Held& held);
  world::Task<void> save_charges(Job& job, Held& held);
  world::Task<bool> take_slot(Job& job, MaybeSlot& slot);
  world::Task<bool> wait_for_recovery(Job& job);
  world::Task<bool> wait_for_conversation(Job& job, ConversationLocks::Turn& turn);
  void accept(Job& job);
  Wish wish_of(const Job& job) const;
  world::Task<bool> wait_in_queue(Job& job, FairQueue::Slot& slot);
  world::Task<bool> wait_for_slot(Job& job, FairQueue::Slot& slot);
  world::Instant open_at();
  void refuse_wait(Job& job, Refusal why, std::optional<FairQueue::Place> place);
  void refuse_wait(Job& job, ProblemCode code, world::Nanos retry_after,
                   std::optional<FairQueue::Place> place, std::string why);

  // answering.cpp: from the question to the answer. True when there is one.
  world::Task<bool> converse(Job& job, Held& held);
  world::Task<Asked> ask(Job& job, MaybeSlot& slot, const History& prompt, std::string further);
  static void count(Job& job, const Completion& said);
  bool may_settle(const Job& job, const Asked& asked) const;
  world::Task<void> settle_for_less(Job& job, Held& held, Problem problem, History prompt);
  world::Task<bool> run_tools(Job& job, MaybeSlot& slot, Completion completion, History& prompt);
  world::Task<ToolAnswer> call_tool(Job& job, ToolRequest wanted);
  void tell_tool_late(Job& job);
  world::Task<std::string> further_members(Job& job);
  world::Task<bool> read_unchecked(Job& job, Upstream& up);
  world::Task<bool> read_stream(Job& job, Upstream& up);
  world::Task<Outcome> relay_events(Job& job, Upstream& up);
  world::Task<bool> conclude(Job& job, Held& held, Upstream& up, History prompt);
  bool trust_anyway(Upstream& up);
  History history_of(const Job& job);
  void commit(const Job& job, History prompt, std::string_view content);

  static std::string whose(const Job& job);
  static const std::string& counted_as(const Job& job);
  void fail(Job& job, Problem problem);
  ProblemContext context_of(const Job& job) const;
  void go_on(Job& job);
  world::Task<void> leave(JobPtr job);

  // For a defect: the answer that was given last, and to whom.
  struct LastAnswer {
    std::string user;
    std::string body;
    bool stream = false;
  };
  void cross(const Job& job, std::string& body);

  world::Clock& clock_;
  const Config& config_;
  const Books& books_;
  RequestLimits limits_;
  RateLimiter limiter_;
  StoredDayCounts stored_day_counts_;
  MemoryDayCounts own_day_counts_;  // of a defect
  DayCounts& day_counts_;
  BudgetLedger budgets_;
  Admission admission_;
  ToolLimiter tool_limiter_;
  ConversationLocks locks_;
  FairQueue queue_;
  Conversations conversations_;
  ProviderChain chain_;
  DegradedAnswers degraded_;
  Toolbox tools_;
  Jobs jobs_;
  std::uint64_t requests_ = 0;
  LastAnswer last_answer_;
  std::vector<std::string> hoard_;  // of a defect
};

}  // namespace agent
