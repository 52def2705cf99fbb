// Evidence: one stream of what clients and fakes saw, in scenario time, handed to the oracles and
// the logs. In sim both speak on one clock and are passed on at once; in live the fakes run on
// their own thread, so their part is added at the end and everything is replayed in order of time.
// Oracles that read replies hear the clients at once: replies are not kept whole.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "fakes/journal.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/run/observer.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"

namespace harness {

class Evidence final : public Observer {
 public:
  enum class Order { as_it_comes, replayed };

  // `sut` as in RunRecord::sut; it says which oracles can judge.
  Evidence(const Prepared& prepared, const RunHooks& hooks, std::string sut, Order order);

  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_conversation_over(std::uint32_t user, std::uint32_t session) override;
  void on_prompt(const fakes::PromptRecord& prompt);
  void on_agent(const agent::LedgerEntry& entry);

  // Ends the stream and asks every oracle. `complete`: the run was not interrupted.
  std::vector<reports::InvariantResult> finish(bool complete);

  std::uint64_t ended() const { return ended_; }
  std::uint64_t failed() const { return failed_; }

 private:
  struct Ended {
    reports::Operation op;
    Reply reply;
  };
  struct Item {  // of the replay
    world::Instant at;
    std::uint8_t kind;  // 0 sent, 1 ended, 2 prompt, 3 agent, 4 conversation over
    std::size_t index;
  };

  struct Over {
    world::Instant at;
    std::uint32_t user;
    std::uint32_t session;
  };
  using Oracles = std::vector<Oracle*>;

  static void show_sent(const Oracles& to, const reports::Operation& op);
  static void show_ended(const Oracles& to, const reports::Operation& op, const Reply& reply);
  void show_prompt(const fakes::PromptRecord& prompt);
  void show_agent(const agent::LedgerEntry& entry);
  void replay();

  const Prepared& prepared_;
  const RunHooks& hooks_;
  std::string sut_;
  Order order_;
  std::vector<std::unique_ptr<Oracle>> oracles_;
  Oracles at_once_;   // hear the clients as it happens
  Oracles replayed_;  // hear them in the replay; empty in order as_it_comes
  std::deque<reports::Operation> sent_;  // deques: they grow without moving what they hold
  std::deque<Ended> ended_list_;
  std::deque<fakes::PromptRecord> prompts_;
  std::deque<agent::LedgerEntry> ledger_;
  std::deque<Over> over_;
  world::Instant last_end_{};
  std::vector<PromptMarker> markers_;
  std::string line_;
  std::uint64_t ended_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace harness
