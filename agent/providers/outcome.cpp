#include "agent/providers/outcome.hpp"

#include <algorithm>

namespace agent {

using world::Failure;

std::string_view name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::ok: return "ok";
    case OutcomeKind::refused: return "refused";
    case OutcomeKind::unresolved: return "unresolved";
    case OutcomeKind::timeout: return "timeout";
    case OutcomeKind::reset: return "reset";
    case OutcomeKind::invalid: return "invalid";
    case OutcomeKind::status: return "status";
    case OutcomeKind::cancelled: return "cancelled";
  }
  return "cancelled";
}

Outcome outcome_of(Failure failure) {
  switch (failure) {
    case Failure::refused: return {OutcomeKind::refused, 0};
    case Failure::unresolved:
    case Failure::unreachable: return {OutcomeKind::unresolved, 0};
    case Failure::timed_out: return {OutcomeKind::timeout, 0};
    case Failure::malformed:
    case Failure::too_large: return {OutcomeKind::invalid, 0};
    case Failure::reset:
    case Failure::tls:
    case Failure::closed:
    case Failure::unavailable: return {OutcomeKind::reset, 0};
  }
  return {OutcomeKind::reset, 0};
}

bool is_failure(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::ok || outcome.kind == OutcomeKind::cancelled) return false;
  return outcome.kind != OutcomeKind::status || outcome.status >= 500;
}

bool refuses_core(const Outcome& outcome, const Config& config) {
  if (!config.chain.refused_elsewhere || outcome.kind != OutcomeKind::status) return false;
  return outcome.status >= 401 && outcome.status <= 404;
}

bool may_pass(const Outcome& outcome, const Config& config) {
  const auto& listed = config.retry_on_status;
  const bool is_listed =
      outcome.kind == OutcomeKind::status &&
      std::find(listed.begin(), listed.end(), outcome.status) != listed.end();
  const bool unreachable =
      outcome.kind == OutcomeKind::refused || outcome.kind == OutcomeKind::unresolved;
  if (is_listed || unreachable) return true;
  if (config.retry.what == Retryable::listed) return false;
  if (outcome.kind == OutcomeKind::ok || outcome.kind == OutcomeKind::cancelled) return false;
  if (outcome.kind != OutcomeKind::status) return true;
  if (config.defect == Defect::retries_4xx) return true;  // planted bug
  return outcome.status >= 500 || outcome.status == 408 || outcome.status == 409 ||
         outcome.status == 429;
}

}  // namespace agent
