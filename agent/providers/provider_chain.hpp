// ProviderChain: asks the providers, in order of preference, until one has begun to answer. The
// breaker is inside the retry: who meets an open one moves on. All are asked once before one is
// asked again, which is only after a wait, never shorter than what a provider asked for, and never
// when that leaves no time for an answer before the deadline; a 429 rests the account for all. Who
// settles for less is told at the first failure when none is known to be well; background requests
// wait for the recovery. One clock; must outlive its calls.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/api/problem.hpp"
#include "agent/api/request.hpp"
#include "agent/config.hpp"
#include "agent/providers/attempts.hpp"
#include "agent/providers/preference.hpp"
#include "agent/providers/provider_line.hpp"
#include "agent/providers/recovery.hpp"
#include "agent/providers/upstream.hpp"

namespace agent {

// What asking came to: a call that answers, or why there is none.
struct Asked {
  std::unique_ptr<Upstream> upstream;
  Problem problem;                     // when there is none
  const Provider* provider = nullptr;  // the last one asked; null: nobody was
  int attempts = 0;                    // calls made
  bool fallback = false;               // the answer is not from the first of the configuration
  bool may_degrade = false;            // without upstream: an answer of our own may stand in
  std::vector<AttemptRecord> tried;    // each call, the last one included
  std::unique_ptr<Recovery::Ticket> ticket;  // who waited for the recovery; keep it to the end
};

class ProviderChain {
 public:
  struct Parts {
    world::Clock& clock;
    world::Network& network;
    const Config& config;
    const Books& books;
    world::Random random;
  };
  // Throws std::invalid_argument when the config names no provider or one that is not given.
  ProviderChain(Parts parts, const std::vector<Provider>& providers);

  // One question. What it refers to outlives the asking.
  struct Question {
    const Request& request;
    const History& prompt;
    std::string further;  // members beside those of the request
    std::string id;
    world::Instant deadline = world::kNever;  // for the first word
    int attempts = 0;                         // calls made before, in the same request
    bool settles = false;     // for a degraded answer, rather than waiting for one
    bool background = false;  // it waits until a provider has recovered
    FairQueue::Slot* slot = nullptr;  // in which it runs: learns from each call; null: none
    std::unique_ptr<Recovery::Ticket> ticket = nullptr;  // of one that has waited already
    // Around each wait for a recovery: nobody waits for it in a slot. The slot that is taken again
    // stands where the old one stood; false: there was none. Empty: there is no slot.
    std::function<void()> leave_slot{};
    std::function<world::Task<bool>()> take_slot{};
  };
  world::Task<Asked> ask(Question question);

  // Until a provider can be asked; false at the deadline. In the order of coming, and ramped: who
  // comes back keeps the ticket until its work has ended.
  world::Task<bool> wait_until_usable(Recovery::Ticket& ticket, world::Instant deadline) {
    return recovery_.wait(ticket, deadline);
  }
  std::unique_ptr<Recovery::Ticket> ticket() {
    return std::make_unique<Recovery::Ticket>(recovery_);
  }
  world::Nanos usable_in();  // zero: one can be asked now
  std::size_t waiting() const { return recovery_.waiting(); }

  std::size_t size() const { return lines_.size(); }
  const std::string& key_of_first() const { return lines_.front()->client.provider().api_key; }
  Breaker* breaker() { return breaker_.get(); }  // null: none
  std::string providers_json();  // body of GET /v1/providers

 private:
  struct Choice {
    std::size_t line = kLinesMax;  // none
    Breaker::Permit permit{};
    world::Nanos wait{0};   // without a line: until one may be there
    bool resting = false;   // and it is because of a limit, not of a breaker
    std::size_t soonest = 0;  // the line that may be there then
  };
  enum class Next : std::uint8_t { another, wait, give_up };

  void add_lines(const std::vector<Provider>& providers);
  Attempts begin(const Question& question);
  static LineSet barred_from_start(const Question& question);
  Choice choose(Attempts& so_far, const std::string& id);
  bool is_free(std::size_t line);
  bool any_free(const Attempts& so_far);
  bool all_down(world::Instant deadline);
  bool settles(const Question& question) const;
  std::size_t first_open_to(const Attempts& so_far) const;

  world::Task<void> call(const Question& question, Asked& asked, Attempts& so_far,
                         const Choice& choice);
  Next after_failure(const Question& question, std::size_t line, Attempts& so_far);
  world::Task<bool> wait_for_retry(const Question& question, std::size_t line, Attempts& so_far);
  world::Task<bool> wait_for_line(const Question& question, Asked& asked, Choice choice,
                                  Attempts& so_far);
  world::Task<bool> wait_for_recovery(const Question& question, Asked& asked, Attempts& so_far);
  void rest(ProviderLine& line, const Attempts& so_far);
  void bar(std::size_t line, Attempts& so_far);
  world::Nanos wait_before(const Question& question, const ProviderLine& line,
                           const Attempts& so_far) const;

  // attempt.cpp
  world::Task<Outcome> attempt(Upstream& up, const Question& question, Attempts& so_far);
  world::Task<Outcome> read_refusal(Upstream& up, Call refused, Attempts& so_far);
  world::Task<Outcome> read_answer(Upstream& up, bool wants_json, Attempts& so_far);
  world::Task<Outcome> read_to_commit(Upstream& up, bool wants_json, Attempts& so_far);
  void make_relay(Upstream& up, const Request& request, bool wants_json) const;

  // chain_problem.cpp
  Problem problem_of(const ProviderLine& line, const Attempts& so_far) const;
  Problem problem_of(const Choice& choice, bool waited_in_vain) const;
  void give_up(const Question& question, Asked& asked, Problem problem, bool may_degrade) const;

  Parts parts_;
  const Config& config_;
  std::vector<std::unique_ptr<ProviderLine>> lines_;  // in the order of the config
  std::unique_ptr<Breaker> breaker_;                  // null: none
  Preference preference_;
  QuotaGroups groups_;
  Recovery recovery_;
  std::vector<Preference::Known> known_;
  std::size_t last_good_ = 0;  // of a defect: who answered last
};

}  // namespace agent
