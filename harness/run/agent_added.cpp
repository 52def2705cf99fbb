#include "harness/run/agent_added.hpp"

#include <algorithm>

namespace harness {

using reports::Operation;
using world::Instant;
using world::Nanos;
using world::TurnId;

namespace {
TurnId turn_of(const Operation& op) { return {op.user, op.session, op.turn}; }
}  // namespace

void AgentAdded::sent(const Operation& op) {
  reached(op.sent);
  Open open;
  open.op = op;
  open_.insert_or_assign(turn_of(op), std::move(open));
}

void AgentAdded::ended(const Operation& op) {
  reached(op.last_event);
  const auto found = open_.find(turn_of(op));
  if (found == open_.end() || found->second.op.id != op.id) return;  // never sent
  if (found->second.has_ended) return;
  found->second.op = op;
  found->second.has_ended = true;
  ended_.push_back({op.last_event, found->first, op.id});
  if (open_.size() > kOpenMax) settle_first();
}

void AgentAdded::prompt(const fakes::PromptRecord& prompt) {
  if (!prompt.asked) return;
  const auto found = open_.find(*prompt.asked);
  if (found == open_.end()) return;  // settled long ago
  found->second.asked = true;
  add_span(found->second.busy, {prompt.at, std::max(prompt.at, prompt.ended)});
}

// The union of spans: what the new one touches becomes one with it.
void AgentAdded::add_span(std::vector<Span>& busy, Span span) {
  auto place = std::find_if(busy.begin(), busy.end(),
                            [&](const Span& other) { return other.second >= span.first; });
  if (place == busy.end() && busy.size() == kSpansMax) {
    busy.back().second = span.second;
    return;
  }
  const auto begin = place;
  for (; place != busy.end() && place->first <= span.second; ++place) {
    span.first = std::min(span.first, place->first);
    span.second = std::max(span.second, place->second);
  }
  const auto gap = busy.erase(begin, place);
  busy.insert(gap, span);
}

Nanos AgentAdded::added_by(const Open& open) {
  Nanos busy{0};
  for (const auto& [from, to] : open.busy) {
    const Instant begin = std::max(from, open.op.sent);
    const Instant end = std::min(to, open.op.last_event);
    if (end > begin) busy += end - begin;
  }
  return std::max(Nanos{0}, (open.op.last_event - open.op.sent) - busy);
}

void AgentAdded::settle_first() {
  if (ended_.empty()) return;
  const Ended first = ended_.front();
  ended_.pop_front();
  const auto found = open_.find(first.turn);
  if (found == open_.end() || found->second.op.id != first.op) return;
  const Open& open = found->second;
  // A turn in the background ends when its user next asks, and not when the agent is done.
  const bool counts =
      open.asked && open.op.outcome == reports::Outcome::ok && !open.op.background;
  if (counts && recorder_ != nullptr) {
    recorder_->note(open.op, reports::Latency::agent_added, added_by(open));
  }
  open_.erase(found);
}

void AgentAdded::reached(Instant now) {
  while (!ended_.empty() && now - ended_.front().at > kLateFor) settle_first();
}

void AgentAdded::finish() {
  while (!ended_.empty()) settle_first();
}

}  // namespace harness
