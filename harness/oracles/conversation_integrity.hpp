// conversation_integrity: each prompt that reaches a fake is a read of a conversation. Whatever was
// answered before a turn was sent must be in that turn's prompt, once, in order, with its reply; no
// two prompts may each hold an answered turn that the other lacks; nothing of another conversation
// may be there. Turns in flight together may come in any order. After Elle's list-append checks
// (Kingsbury, Alvaro 2020). Memory: the open conversations and the last kOverKept others; of each
// the turns in flight or just ended, and runs of answered turns.
#pragma once

#include <limits>
#include <map>
#include <memory_resource>
#include <vector>

#include "harness/oracles/oracle.hpp"

namespace harness {

class ConversationIntegrity final : public Oracle {
 public:
  // Prompts are told when they end, some behind the end of their conversation.
  static constexpr std::size_t kOverKept = 4'096;

  ConversationIntegrity();
  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;
  void on_conversation_over(std::uint32_t user, std::uint32_t session) override;

  // Conversations, turns and runs that it holds: the measure of its memory.
  std::size_t remembered() const;

 private:
  struct Turn {
    world::Instant sent = world::kNever;      // kNever: it was not
    world::Instant answered = world::kNever;  // kNever: in flight, or failed
    std::uint32_t rank = 0;                   // see check_forks
    bool ended = false;
    bool reported = false;                    // its loss was: one witness is enough

    bool is_open() const { return sent != world::kNever && !ended; }
  };
  struct Run {  // of turns that were answered and are not reported as lost: [first, last)
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  // Turns [0, base) are settled: each was answered before any open turn was sent, or it failed. Of
  // these only the answered ones are known, as runs; the oldest runs are forgotten when there are
  // too many.
  struct Conversation {
    using allocator_type = std::pmr::polymorphic_allocator<std::byte>;
    explicit Conversation(const allocator_type& memory) : turns(memory), runs(memory) {}

    std::uint32_t base = 0;
    std::pmr::vector<Turn> turns;  // from base on
    std::pmr::vector<Run> runs;
    world::Instant settled_answered = world::Instant::min();  // the last answer of these
    std::uint32_t overlap = 0;  // settled turns so far apart were not in flight together
    std::uint32_t ranks = 0;    // given so far
    std::size_t settle_at = kSettleAt;

    std::size_t size() const { return base + turns.size(); }
    Turn* recent(std::uint32_t turn) { return turn < base ? nullptr : &turns[turn - base]; }
  };
  struct Seen {  // in a prompt
    std::uint32_t turn = 0;
    bool is_reply = false;
    friend auto operator<=>(const Seen&, const Seen&) = default;
  };
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // user, session

  static constexpr std::uint32_t kTurnsMax = 1'000'000;  // of one conversation
  static constexpr std::size_t kSettleAt = 64;           // recent turns before any is settled
  static constexpr std::size_t kRecentKept = 16;         // for prompts that are told late
  static constexpr std::size_t kRunsMax = 64;

  static void settle(Conversation& conversation);
  static void take_from_runs(Conversation& conversation, const std::vector<std::uint32_t>& lost);

  void check_markers(const PromptRead& prompt, Conversation& conversation);
  void check_twice(const PromptRead& prompt);
  void check_lost(const PromptRead& prompt, Conversation& conversation);
  void check_forks(const PromptRead& prompt, Conversation& conversation);
  std::uint8_t take_seen(std::size_t& next, std::uint32_t turn) const;
  void report_lost(const PromptRead& prompt, std::uint32_t turn, std::uint8_t seen);

  std::pmr::unsynchronized_pool_resource pool_;  // no allocation for what was needed before
  std::pmr::map<Key, Conversation> conversations_{&pool_};
  std::vector<Key> over_;  // a ring
  std::size_t over_next_ = 0;
  // Scratch of one prompt:
  std::vector<Seen> seen_;              // in order of turns
  std::vector<std::uint8_t> replied_;   // by recent turn: the prompt holds its reply
  std::vector<std::uint32_t> lost_;     // settled turns
};

}  // namespace harness
