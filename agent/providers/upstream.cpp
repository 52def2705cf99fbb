#include "agent/providers/upstream.hpp"

namespace agent {

namespace {

// What the end of a call says of how much the provider stands.
Load load_of(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::ok) return Load::fine;
  const bool strained = outcome.kind == OutcomeKind::timeout || outcome.is_limit() ||
                        outcome.status == 503 || outcome.status == 529;
  return strained ? Load::overloaded : Load::neutral;
}

}  // namespace

Upstream::Upstream(Parts parts) : parts_(std::move(parts)) {
  if (parts_.slot != nullptr) parts_.slot->begin_call();
  parts_.books.note(LedgerKind::called, parts_.request,
                    {.key = provider().name, .value = parts_.attempt});
}

void Upstream::speaks(world::Nanos took) {
  parts_.permit.latency = took;
  if (parts_.breaker != nullptr) parts_.breaker->speaks(provider().name, parts_.permit);
}

void Upstream::end(Outcome outcome) {
  if (std::exchange(ended_, true)) return;
  if (parts_.slot != nullptr) parts_.slot->end_call(load_of(outcome));
  parts_.line.note(outcome, parts_.request, parts_.permit.latency);
  if (parts_.breaker != nullptr) {
    parts_.breaker->report(provider().name, parts_.permit, outcome);
  }
  const std::int64_t said = relay ? relay->completion().tokens : completion.tokens;
  if (parts_.quota && outcome.kind == OutcomeKind::ok) {
    parts_.quota->settle(said < 0 ? -1 : parts_.prompt_tokens + said);
  }
  const int status = outcome.kind == OutcomeKind::ok ? 200 : outcome.status;
  parts_.books.note(LedgerKind::call_ended, parts_.request,
                    {.key = provider().name, .from = name_of(outcome.kind), .value = status});
}

}  // namespace agent
