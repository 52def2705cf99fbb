#include "harness/oracles/command_life.hpp"

#include "harness/oracles/prompt_facts.hpp"
#include "reports/text.hpp"

namespace harness {

using agent::LedgerKind;
using world::Instant;
using world::Nanos;

namespace {

// A scaled clock is late by more of its own time than the wall's, so a fifth is allowed.
Nanos with_slack(Nanos bound) { return bound + bound / 5; }

}  // namespace

void CommandLife::say(const Call& call, Instant at, const Life& life, const std::string& what) {
  violate(at, call.first, "the command " + life.program + " (" + call.second + ") " + what);
}

void CommandLife::on_agent(const agent::LedgerEntry& entry) {
  last_ = std::max(last_, entry.at);
  switch (entry.kind) {
    case LedgerKind::command_started: start(entry); return;
    case LedgerKind::command_progress:
    case LedgerKind::command_cancelled:
    case LedgerKind::command_ended: break;
    default: return;
  }
  const auto found = lives_.find({entry.request, entry.from});
  if (found == lives_.end() || found->second.ended != world::kNever) return;
  Life& life = found->second;
  if (entry.kind == LedgerKind::command_progress) hear(entry, life);
  if (entry.kind == LedgerKind::command_cancelled) life.cancelled = entry.at;
  if (entry.kind == LedgerKind::command_ended) end(entry, life);
}

// Commands are gone with the process that ran them, and nobody can say so.
void CommandLife::on_life(const AgentLife& life) {
  const bool gone = life.event == AgentLife::Event::killed || life.event == AgentLife::Event::ended;
  if (!gone) return;
  for (auto& [call, of] : lives_) {
    if (of.ended == world::kNever) of.ended = life.at;
  }
}

void CommandLife::start(const agent::LedgerEntry& entry) {
  forget(entry.at);
  const Call call{entry.request, entry.from};
  const auto found = lives_.find(call);
  if (found != lives_.end()) {
    check();
    say(call, entry.at, found->second,
        "was started a second time for the same call; the first was at " +
            text_of(found->second.started));
  } else if (lives_.size() >= kCommandsMax) {
    return;
  }
  Life life;
  life.program = entry.key;
  life.started = life.heard = entry.at;
  life.allowed = Nanos(entry.limit);
  lives_[call] = std::move(life);
}

void CommandLife::hear(const agent::LedgerEntry& entry, Life& life) {
  const Call call{entry.request, entry.from};
  check();
  judge_silence(call, life, entry.at);
  if (entry.value < life.percent) {
    say(call, entry.at, life,
        "fell back from " + std::to_string(life.percent) + "% to " + std::to_string(entry.value) +
            "%");
  }
  if (entry.limit < life.elapsed) {
    say(call, entry.at, life,
        "ran " + reports::human_duration(Nanos(entry.limit)) + ", after it had run " +
            reports::human_duration(Nanos(life.elapsed)));
  }
  life.heard = entry.at;
  life.percent = std::max(life.percent, entry.value);
  life.elapsed = std::max(life.elapsed, entry.limit);
}

// Said once of a command.
void CommandLife::judge_silence(const Call& call, Life& life, Instant until) {
  if (life.was_silent || until - life.heard <= with_slack(every_)) return;
  life.was_silent = true;
  say(call, until, life,
      "ran " + reports::human_duration(until - life.heard) + " without a word; a word every " +
          reports::human_duration(every_) + " was due");
}

void CommandLife::end(const agent::LedgerEntry& entry, Life& life) {
  const Call call{entry.request, entry.from};
  check();
  life.ended = entry.at;
  judge_silence(call, life, entry.at);
  const Nanos ran = entry.at - life.started;
  if (entry.to == "timeout" && ran + life.allowed / 20 < life.allowed) {
    say(call, entry.at, life,
        "was killed after " + reports::human_duration(ran) + ", though it had " +
            reports::human_duration(life.allowed));
  }
  if (life.cancelled == world::kNever) return;
  const Nanos took = entry.at - life.cancelled;
  if (took > with_slack(kGoneWithin)) {
    say(call, entry.at, life,
        "was gone " + reports::human_duration(took) + " after its call had been cancelled; " +
            reports::human_duration(kGoneWithin) + " are allowed");
  }
}

// Those that have ended long ago cannot be started again by mistake.
void CommandLife::forget(Instant now) {
  if (now - forgot_ < kHorizon) return;
  forgot_ = now;
  for (auto life = lives_.begin(); life != lives_.end();) {
    const bool is_old = life->second.ended != world::kNever && now - life->second.ended > kHorizon;
    life = is_old ? lives_.erase(life) : std::next(life);
  }
}

// What still runs is judged up to the last word of the agent.
void CommandLife::finish(bool complete) {
  for (auto& [call, life] : lives_) {
    if (life.ended != world::kNever) continue;
    check();
    if (life.cancelled == world::kNever) {
      if (complete) judge_silence(call, life, last_);
      continue;
    }
    const Nanos since = last_ - life.cancelled;
    if (since <= with_slack(kGoneWithin)) continue;
    say(call, last_, life,
        "was still not gone " + reports::human_duration(since) +
            " after its call had been cancelled; " + reports::human_duration(kGoneWithin) +
            " are allowed");
  }
}

}  // namespace harness
