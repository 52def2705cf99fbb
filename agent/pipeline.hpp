// The way of one request through the core, each stage in its own file and each a mechanism of the
// configuration: read and check it, limit and budget the user, wait for the conversation, wait in
// the queue, ask the providers (retries, breaker, tools), check and commit the turn, answer.
// serve() is that list. Whatever a stage has taken is given back on every way out. One clock.
#pragma once

#include "agent/conversations/conversation_lock.hpp"
#include "agent/conversations/conversations.hpp"
#include "agent/queue/fair_queue.hpp"
#include "agent/providers/provider_chain.hpp"
#include "agent/limits/rate_limiter.hpp"
#include "agent/tools/tool_client.hpp"
#include "agent/limits/user_budget.hpp"

namespace agent {

class Pipeline {
 public:
  // What the parts refer to must outlive it. Throws std::invalid_argument as the chain does.
  Pipeline(ProviderChain::Parts parts, const std::vector<Provider>& providers);

  // Handles one request and answers on its connection.
  world::Task<void> handle(world::HttpServerConnection& connection, world::HttpRequest http);

  std::size_t sessions() const { return conversations_.size(); }
  std::int64_t held_bytes() const;  // histories, and who waits

 private:
  // One request on its way. It stands in the frame of handle(), which awaits all that use it.
  struct Exchange {
    world::HttpServerConnection& connection;
    std::string id;
    Request request;
    std::string body;
    world::Instant deadline = world::kNever;
    world::Nanos queued{0};
    const Provider* provider = nullptr;  // the last one that was asked
    int attempts = 0;
    std::int64_t tokens = -1;  // of all answers of models; negative: unknown
    bool streaming = false;    // the head of the stream is out
    bool left = false;         // the user has left, and nobody stopped for it: a defect
    bool closed = false;       // the ledger knows how it ended
  };

  world::Task<void> serve(Exchange& x);
  world::Task<bool> wait_for_conversation(Exchange& x, ConversationLocks::Turn& turn);
  world::Task<bool> wait_in_queue(Exchange& x, FairQueue::Slot& slot);
  world::Task<bool> wait_for_slot(Exchange& x, FairQueue::Slot& slot);
  world::Task<void> refuse_wait(Exchange& x, ProblemCode code, world::Nanos retry_after,
                                std::optional<FairQueue::Place> place, const char* why);
  world::Task<bool> tell_place(Exchange& x, FairQueue::Place place, bool rose);

  // answering.cpp: from the question to the answer. True when the user has got it.
  world::Task<bool> converse(Exchange& x);
  world::Task<bool> run_tools(Exchange& x, Completion completion, History& prompt);
  world::Task<std::string> further_members(Exchange& x);
  world::Task<bool> read_unchecked(Exchange& x, Upstream& up);
  world::Task<bool> answer_whole(Exchange& x, Upstream& up, History prompt);
  // answer_stream.cpp
  world::Task<bool> pass_stream(Exchange& x, Upstream& up);
  world::Task<bool> end_stream(Exchange& x, Upstream& up, History prompt);
  world::Task<bool> begin_stream(Exchange& x);
  world::Task<Outcome> relay_events(Exchange& x, Upstream& up, bool& sent);
  bool trust_anyway(Upstream& up);

  world::Task<void> fail(Exchange& x, Problem problem);
  void commit(const Exchange& x, History prompt, std::string_view content);
  void close(Exchange& x, LedgerKind kind, std::string_view from, int status);
  void add_facts(const Exchange& x, world::HttpHeaders& headers) const;
  std::string id_of(const world::HttpRequest& http);

  // For a defect: the answer that was given last, and to whom.
  struct LastAnswer {
    std::string user;
    std::string body;
    bool stream = false;
  };
  void cross(const Exchange& x, std::string& body);

  world::Clock& clock_;
  const Config& config_;
  const Books& books_;
  RequestLimits limits_;
  RateLimiter limiter_;
  UserBudget budget_;
  ConversationLocks locks_;
  FairQueue queue_;
  Conversations conversations_;
  ProviderChain chain_;
  ToolClient tools_;
  std::uint64_t requests_ = 0;
  LastAnswer last_answer_;
  std::vector<std::string> hoard_;  // of a defect
};

}  // namespace agent
