// Chronicle: what clients, fakes and the agent told apart, in one order of time. A thing stands at
// the instant at which it was told; at one instant, a request was sent, then ended, then had a
// sequel, then was read, and as they came. What lies before the watermark, the earliest instant up
// to which all tellers have spoken, is complete and can be heard, so memory holds only what lies
// between. It is bounded all the same: beyond the bound the earliest is heard without waiting, and
// counted. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "agent/ledger.hpp"
#include "fakes/journal.hpp"
#include "harness/client/sequel.hpp"
#include "harness/scenario/agent_fault.hpp"
#include "reports/operation.hpp"

namespace harness {

enum class Teller : std::uint8_t { clients, fakes, agent };
inline constexpr std::size_t kTellers = 3;

// Who listens to it.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear_sent(const reports::Operation& op) = 0;
  virtual void hear_ended(const reports::Operation& op, const Reply& reply) = 0;
  virtual void hear_sequel(const reports::Operation& op, const Sequel& sequel) = 0;
  virtual void hear_prompt(const fakes::PromptRecord& prompt) = 0;
  virtual void hear_agent(const agent::LedgerEntry& entry) = 0;
  virtual void hear_over(std::uint32_t user, std::uint32_t session) = 0;
  virtual void hear_life(const AgentLife& life) = 0;
};

class Chronicle {
 public:
  static constexpr std::size_t kWaitingMax = 200'000;            // things
  static constexpr std::size_t kWaitingBytesMax = 256 << 20;     // of answers and prompts

  explicit Chronicle(std::size_t waiting_max = kWaitingMax) : waiting_max_(waiting_max) {}

  void tell_sent(const reports::Operation& op);
  void tell_ended(const reports::Operation& op, Reply reply);
  void tell_sequel(const reports::Operation& op, Sequel sequel);
  void tell_prompt(fakes::PromptRecord prompt);
  void tell_agent(agent::LedgerEntry entry);
  void tell_over(world::Instant at, std::uint32_t user, std::uint32_t session);
  void tell_life(AgentLife life);

  // Everything that this teller will say from now on is at this instant or later; kNever: it has
  // nothing more to say. Never goes back. A teller that has not spoken holds everything up.
  void spoken(Teller teller, world::Instant upto);

  // Lets the listener hear what is complete, at most so many things; how many it was.
  std::size_t hear(Listener& listener, std::size_t most);

  std::size_t waiting() const { return waiting_; }
  std::uint64_t forced() const { return forced_; }  // heard without waiting, for want of room
  std::uint64_t late() const { return late_; }      // told behind what had been heard already

 private:
  enum Kind : std::size_t { kSent, kEnded, kSequel, kPrompt, kAgent, kOver, kLife, kKinds };

  template <class T>
  struct Told {
    world::Instant at;
    std::size_t bytes;
    T what;
  };
  template <class T>
  using Queue = std::deque<Told<T>>;  // in order of time; it grows without moving what it holds
  struct Ended {
    reports::Operation op;
    Reply reply;
  };
  struct Later {
    reports::Operation op;
    Sequel sequel;
  };
  struct Over {
    std::uint32_t user;
    std::uint32_t session;
  };

  template <class T>
  void add(Queue<T>& queue, world::Instant at, std::size_t bytes, T what);
  template <class T>
  void drop_first(Queue<T>& queue);
  bool first(Kind& kind, world::Instant& at) const;
  void hear_first(Listener& listener, Kind kind);

  Queue<reports::Operation> sent_;
  Queue<Ended> ended_;
  Queue<Later> sequels_;
  Queue<fakes::PromptRecord> prompts_;
  Queue<agent::LedgerEntry> ledger_;
  Queue<Over> over_;
  Queue<AgentLife> lives_;
  std::array<world::Instant, kTellers> spoken_{world::Instant::min(), world::Instant::min(),
                                               world::Instant::min()};
  world::Instant heard_ = world::Instant::min();  // the latest instant that was heard
  std::size_t waiting_max_;
  std::size_t waiting_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t forced_ = 0;
  std::uint64_t late_ = 0;
};

}  // namespace harness
