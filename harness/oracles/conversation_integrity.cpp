#include "harness/oracles/conversation_integrity.hpp"

#include <algorithm>

namespace harness {

using world::Instant;
using world::TurnId;

namespace {
constexpr std::uint8_t kTurnSeen = 1;
constexpr std::uint8_t kReplySeen = 2;
constexpr std::uint8_t kBothSeen = kTurnSeen | kReplySeen;
}  // namespace

ConversationIntegrity::ConversationIntegrity() { over_.reserve(kOverKept); }

void ConversationIntegrity::on_sent(const reports::Operation& op) {
  if (op.turn >= kTurnsMax) return;
  Conversation& conversation = conversations_[{op.user, op.session}];
  if (op.turn < conversation.base) return;
  if (conversation.size() <= op.turn) conversation.turns.resize(op.turn + 1 - conversation.base);
  conversation.recent(op.turn)->sent = op.sent;
  if (conversation.turns.size() >= conversation.settle_at) settle(conversation);
}

void ConversationIntegrity::on_ended(const reports::Operation& op, const Reply& reply) {
  const auto found = conversations_.find({op.user, op.session});
  if (found == conversations_.end() || op.turn >= found->second.size()) return;
  Turn* turn = found->second.recent(op.turn);
  if (turn == nullptr) return;
  turn->ended = true;
  // The agent may leave out of the history what it said without a provider.
  const bool by_provider = op.outcome == reports::Outcome::ok && !reply.degraded;
  if (by_provider && !op.was_refused()) turn->answered = op.last_event;
}

void ConversationIntegrity::on_conversation_over(std::uint32_t user, std::uint32_t session) {
  const Key key{user, session};
  if (over_.size() < kOverKept) {
    over_.push_back(key);
    return;
  }
  conversations_.erase(over_[over_next_]);
  over_[over_next_] = key;
  over_next_ = (over_next_ + 1) % kOverKept;
}

std::size_t ConversationIntegrity::remembered() const {
  std::size_t sum = conversations_.size();
  for (const auto& [key, conversation] : conversations_) {
    sum += conversation.turns.size() + conversation.runs.size();
  }
  return sum;
}

void ConversationIntegrity::settle(Conversation& conversation) {
  auto& turns = conversation.turns;
  Instant oldest_open = world::kNever;
  for (const Turn& turn : turns) {
    if (turn.is_open()) oldest_open = std::min(oldest_open, turn.sent);
  }
  std::size_t n = 0;
  for (; n + kRecentKept < turns.size() && !turns[n].is_open(); ++n) {
    const Turn& turn = turns[n];
    if (turn.answered == world::kNever) continue;
    if (turn.answered >= oldest_open) break;
    for (std::size_t next = n + 1; next < turns.size(); ++next) {
      if (turns[next].sent == world::kNever) continue;
      if (turns[next].sent > turn.answered) break;
      conversation.overlap = std::max(conversation.overlap, static_cast<std::uint32_t>(next - n));
    }
    conversation.settled_answered = std::max(conversation.settled_answered, turn.answered);
    if (turn.reported) continue;
    const auto ordinal = conversation.base + static_cast<std::uint32_t>(n);
    if (conversation.runs.empty() || conversation.runs.back().last != ordinal) {
      conversation.runs.push_back({ordinal, ordinal});
    }
    conversation.runs.back().last = ordinal + 1;
    if (conversation.runs.size() > kRunsMax) conversation.runs.erase(conversation.runs.begin());
  }
  turns.erase(turns.begin(), turns.begin() + static_cast<std::ptrdiff_t>(n));
  conversation.base += static_cast<std::uint32_t>(n);
  conversation.settle_at = std::max(kSettleAt, 2 * turns.size());
}

// The runs without these turns, which are in rising order.
void ConversationIntegrity::take_from_runs(Conversation& conversation,
                                           const std::vector<std::uint32_t>& lost) {
  std::vector<Run> left;
  std::size_t next = 0;
  for (Run run : conversation.runs) {
    for (; next < lost.size() && lost[next] < run.last; ++next) {
      if (lost[next] > run.first) left.push_back({run.first, lost[next]});
      run.first = lost[next] + 1;
    }
    if (run.first < run.last) left.push_back(run);
  }
  const std::size_t dropped = left.size() > kRunsMax ? left.size() - kRunsMax : 0;
  conversation.runs.assign(left.begin() + static_cast<std::ptrdiff_t>(dropped), left.end());
}

void ConversationIntegrity::on_prompt(const PromptRead& prompt) {
  if (prompt.record != nullptr && !prompt.record->call.empty()) return;  // of a tool: no history
  const auto found = conversations_.find({prompt.asked.user, prompt.asked.session});
  if (found == conversations_.end()) return;  // not one of this run's, or over for long
  Conversation& conversation = found->second;
  if (prompt.asked.turn >= conversation.size()) return;
  check();
  check_markers(prompt, conversation);
  check_twice(prompt);
  check_lost(prompt, conversation);
  check_forks(prompt, conversation);
}

// What is in the prompt: only this conversation, in an order that can be.
void ConversationIntegrity::check_markers(const PromptRead& prompt, Conversation& conversation) {
  const auto was_answered = [&](std::uint32_t settled) {
    const auto behind = std::upper_bound(
        conversation.runs.begin(), conversation.runs.end(), settled,
        [](std::uint32_t turn, const Run& run) { return turn < run.first; });
    return behind != conversation.runs.begin() && settled < std::prev(behind)->last;
  };
  // `later` was sent when `earlier` had been answered. What is not known any more counts as no.
  const auto comes_after = [&](std::uint32_t later, std::uint32_t earlier) {
    const Turn* const a = conversation.recent(earlier);
    const Turn* const b = conversation.recent(later);
    if (a != nullptr) return b != nullptr && a->answered < b->sent;
    const bool apart = b != nullptr ? conversation.settled_answered < b->sent
                                    : later > earlier && later - earlier > conversation.overlap;
    return apart && was_answered(earlier);
  };
  const auto sent_later = [&](std::uint32_t turn, std::uint32_t than) {
    const Turn* const a = conversation.recent(turn);
    const Turn* const b = conversation.recent(than);
    if (a != nullptr && b != nullptr) return a->sent > b->sent;
    return turn > than;
  };
  seen_.clear();
  std::optional<std::uint32_t> latest;  // sent, of the turns that came before in the prompt
  for (const PromptMarker& marker : prompt.markers) {
    if (marker.is_quoted) continue;
    const TurnId turn = marker.turn;
    if (turn.user != prompt.asked.user || turn.session != prompt.asked.session ||
        turn.turn >= conversation.size()) {
      violate(prompt.at, world::to_text(prompt.asked),
              (marker.is_reply ? "the prompt holds the reply to " : "the prompt holds turn ") +
                  world::to_text(turn) + ", which is not of this conversation");
      continue;
    }
    seen_.push_back({turn.turn, marker.is_reply});
    if (marker.is_reply) continue;
    if (latest && comes_after(*latest, turn.turn)) {
      violate(prompt.at, world::to_text(prompt.asked),
              "turn " + world::to_text(turn) + " stands behind turn " +
                  world::to_text({turn.user, turn.session, *latest}) +
                  ", which was sent after it had been answered");
    }
    const Turn* const state = conversation.recent(turn.turn);
    if (state != nullptr && state->sent == world::kNever) continue;
    if (!latest || sent_later(turn.turn, *latest)) latest = turn.turn;
  }
  if (!std::is_sorted(seen_.begin(), seen_.end())) std::sort(seen_.begin(), seen_.end());
}

void ConversationIntegrity::check_twice(const PromptRead& prompt) {
  for (std::size_t i = 1; i < seen_.size(); ++i) {
    if (seen_[i] != seen_[i - 1]) continue;
    violate(prompt.at, world::to_text(prompt.asked),
            (seen_[i].is_reply ? "the reply to " : "turn ") +
                world::to_text({prompt.asked.user, prompt.asked.session, seen_[i].turn}) +
                " is in the prompt twice");
  }
}

// What the prompt holds of a turn; `next` goes through seen_ with rising turns.
std::uint8_t ConversationIntegrity::take_seen(std::size_t& next, std::uint32_t turn) const {
  std::uint8_t bits = 0;
  for (; next < seen_.size() && seen_[next].turn <= turn; ++next) {
    if (seen_[next].turn == turn) bits |= seen_[next].is_reply ? kReplySeen : kTurnSeen;
  }
  return bits;
}

// What must be in the prompt: every turn whose answer came before this turn was sent.
void ConversationIntegrity::check_lost(const PromptRead& prompt, Conversation& conversation) {
  replied_.assign(conversation.turns.size(), 0);
  const Turn* const asked = conversation.recent(prompt.asked.turn);
  if (asked == nullptr) return;  // told so late that nobody knows what it was owed
  const Instant sent = asked->sent;
  std::size_t next = 0;
  lost_.clear();
  if (conversation.settled_answered < sent) {
    for (const Run& run : conversation.runs) {
      for (std::uint32_t turn = run.first; turn < run.last; ++turn) {
        const std::uint8_t seen = take_seen(next, turn);
        if (seen == kBothSeen) continue;
        lost_.push_back(turn);
        report_lost(prompt, turn, seen);
      }
    }
  }
  if (!lost_.empty()) take_from_runs(conversation, lost_);
  for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
    Turn& turn = conversation.turns[i];
    const auto ordinal = conversation.base + static_cast<std::uint32_t>(i);
    const std::uint8_t seen = take_seen(next, ordinal);
    replied_[i] = (seen & kReplySeen) != 0;
    if (turn.answered >= sent || ordinal == prompt.asked.turn || turn.reported) continue;
    if (seen == kBothSeen) continue;
    turn.reported = true;
    report_lost(prompt, ordinal, seen);
  }
}

void ConversationIntegrity::report_lost(const PromptRead& prompt, std::uint32_t turn,
                                        std::uint8_t seen) {
  const std::string lost = world::to_text({prompt.asked.user, prompt.asked.session, turn});
  violate(prompt.at, world::to_text(prompt.asked),
          (seen & kTurnSeen) ? "the reply to " + lost + " is missing from the prompt"
                             : "turn " + lost + " was answered before and is lost");
}

// What turns in flight together may do: a conversation grows, so of any two prompts one holds all
// replies that the other holds. Ranks say in which order replies came to be known: those of rank r
// are in every prompt that holds one of a higher rank.
void ConversationIntegrity::check_forks(const PromptRead& prompt, Conversation& conversation) {
  auto& turns = conversation.turns;
  const auto name = [&](std::size_t i) {
    return world::to_text({prompt.asked.user, prompt.asked.session,
                           conversation.base + static_cast<std::uint32_t>(i)});
  };
  std::uint32_t highest = 0;
  std::size_t witness = 0;  // holds that rank
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (!replied_[i]) continue;
    const std::uint32_t rank = turns[i].rank == 0 ? conversation.ranks + 1 : turns[i].rank;
    if (rank <= highest) continue;
    highest = rank;
    witness = i;
  }
  bool splits = false;  // some of the highest rank are not there: they came later
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Turn& turn = turns[i];
    if (replied_[i] || turn.rank == 0 || turn.rank > highest) continue;
    if (turn.rank == highest) {
      splits = true;
    } else if (turn.answered != world::kNever && !turn.reported) {
      turn.reported = true;
      violate(prompt.at, world::to_text(prompt.asked),
              "the prompt holds the reply to " + name(witness) + " and not that to " + name(i) +
                  ", and another prompt the other way round: the conversation has forked");
    }
  }
  if (splits) {
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (turns[i].rank > highest || (turns[i].rank == highest && !replied_[i])) ++turns[i].rank;
    }
    ++conversation.ranks;
  } else if (highest > conversation.ranks) {
    ++conversation.ranks;
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (replied_[i] && turns[i].rank == 0) turns[i].rank = conversation.ranks;
    }
  }
}

}  // namespace harness
