// Evidence: one stream of what clients, fakes and the agent saw, in scenario time, handed to the
// oracles, the logs and the ledgers. In sim all speak on one clock and are passed on at once; in
// live each speaks from its own thread or process, and all is heard in order of time, behind what
// all have told (see chronicle.hpp). One thread.
#pragma once

#include <memory>
#include <vector>

#include "harness/oracles/oracle.hpp"
#include "harness/run/agent_added.hpp"
#include "harness/run/chronicle.hpp"
#include "harness/run/lane_keeper.hpp"
#include "harness/run/ledger_facts.hpp"
#include "harness/run/observer.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"

namespace harness {

class Evidence final : public Observer, private Listener {
 public:
  enum class Order { as_it_comes, by_instant };

  // `sut` as in RunRecord::sut; it says which oracles can judge. What is known of an operation only
  // later (agent_added) is told to the recorder, if there is one.
  Evidence(const Prepared& prepared, const RunHooks& hooks, std::string sut, Order order,
           reports::Recorder* recorder = nullptr);

  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_sequel(const reports::Operation& op, const Sequel& sequel) override;
  void on_conversation_over(std::uint32_t user, std::uint32_t session) override;
  void on_prompt(const fakes::PromptRecord& prompt);
  void on_prompt(fakes::PromptRecord&& prompt);
  void on_agent(const agent::LedgerEntry& entry);
  void on_life(const AgentLife& life);

  // Order::by_instant: up to when a teller has spoken, and to hear what is complete, at most so
  // many things; how many it was.
  void spoken(Teller teller, world::Instant upto) { chronicle_.spoken(teller, upto); }
  std::size_t hear(std::size_t most) { return chronicle_.hear(*this, most); }

  // Ends the stream and asks every oracle. `complete`: the run was not interrupted.
  std::vector<reports::InvariantResult> finish(bool complete);

  std::uint64_t ended() const { return ended_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t open_peak() const { return open_peak_; }  // the most requests open at once
  LedgerFacts ledger_facts() const { return tally_.facts(); }
  const reports::Lanes& lanes() const { return lanes_.lanes(); }
  const Chronicle& chronicle() const { return chronicle_; }

 private:
  void hear_sent(const reports::Operation& op) override;
  void hear_ended(const reports::Operation& op, const Reply& reply) override;
  void hear_sequel(const reports::Operation& op, const Sequel& sequel) override;
  void hear_prompt(const fakes::PromptRecord& prompt) override;
  void hear_agent(const agent::LedgerEntry& entry) override;
  void hear_over(std::uint32_t user, std::uint32_t session) override;
  void hear_life(const AgentLife& life) override;
  void log_fault(const fakes::PromptRecord& prompt);
  void log(const reports::Event& event);

  const Prepared& prepared_;
  const RunHooks& hooks_;
  std::string sut_;
  Order order_;
  std::vector<std::unique_ptr<Oracle>> oracles_;
  Chronicle chronicle_;
  AgentAdded added_;
  LedgerTally tally_;
  LaneKeeper lanes_;
  std::vector<PromptMarker> markers_;
  std::string line_;
  world::Instant last_end_{};  // of a request, as the clients told it
  std::uint64_t ended_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t open_ = 0;
  std::uint64_t open_peak_ = 0;
};

}  // namespace harness
