#include "agent/providers/upstream.hpp"

namespace agent {

Upstream::Upstream(Parts parts) : parts_(std::move(parts)) {
  parts_.books.note(LedgerKind::called, parts_.request,
                    {.key = provider().name, .value = parts_.attempt});
}

void Upstream::speaks(world::Nanos took) {
  parts_.permit.latency = took;
  if (parts_.breaker != nullptr) parts_.breaker->speaks(provider().name, parts_.permit);
}

void Upstream::end(Outcome outcome) {
  if (std::exchange(ended_, true)) return;
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
