#include "fakes/fault_schedule.hpp"

namespace fakes {
namespace {

bool in_window(const Fault& fault, world::Instant now) {
  return fault.from <= now && now < fault.to;
}

bool is_connection_fault(const Fault& fault) {
  return kind_of(fault.action).layer == FaultLayer::connection;
}

bool matches(const Fault& fault, const RequestFacts& request) {
  const FaultMatch& match = fault.match;
  if (request.attempt < fault.attempts.first || request.attempt > fault.attempts.last) return false;
  if (!match.model.empty() && match.model != request.model) return false;
  if (match.stream && *match.stream != request.stream) return false;
  if (!match.text.empty() && request.last_user_message.find(match.text) == std::string_view::npos) {
    return false;
  }
  if (match.user.empty() && match.conversation.empty()) return true;
  if (!request.turn) return false;
  const std::string user = "u" + std::to_string(request.turn->user);
  if (!match.user.empty() && match.user != user) return false;
  return match.conversation.empty() ||
         match.conversation == user + ".s" + std::to_string(request.turn->session);
}

// A fault of streams cannot fire on a plain answer; it then leaves the request to later faults.
bool can_fire(const Fault& fault, const RequestFacts& request) {
  const FaultKind& kind = kind_of(fault.action);
  return request.stream ? kind.on_streamed : kind.on_plain;
}

}  // namespace

FaultSchedule::FaultSchedule(std::vector<Fault> faults, world::Random random)
    : faults_(std::move(faults)), fired_(faults_.size(), 0), random_(random) {}

const Fault* FaultSchedule::decide(world::Instant now, const RequestFacts& request) {
  for (const Fault& fault : faults_) {
    if (is_connection_fault(fault) || fault.on != request.backend || !in_window(fault, now)) {
      continue;
    }
    if (!can_fire(fault, request) || !matches(fault, request)) continue;
    const bool struck = request.turn
                            ? draws(fault, request.turn->key(), request.attempt)
                            : draws(fault, world::entity_of(request.backend), request.ordinal);
    if (!struck) continue;
    count_fired(fault);
    return &fault;
  }
  return nullptr;
}

const Fault* FaultSchedule::decide_connection(world::Instant now, std::string_view backend,
                                              std::uint64_t connection) {
  for (const Fault& fault : faults_) {
    if (!is_connection_fault(fault) || fault.on != backend || !in_window(fault, now)) continue;
    if (!draws(fault, world::entity_of(backend), connection)) continue;
    count_fired(fault);
    return &fault;
  }
  return nullptr;
}

std::vector<const Fault*> FaultSchedule::connection_faults(std::string_view backend) const {
  std::vector<const Fault*> found;
  for (const Fault& fault : faults_) {
    if (is_connection_fault(fault) && fault.on == backend) found.push_back(&fault);
  }
  return found;
}

void FaultSchedule::count_fired(const Fault& fault) {
  ++fired_[static_cast<std::size_t>(&fault - faults_.data())];
}

void FaultSchedule::take_back(const Fault& fault) {
  --fired_[static_cast<std::size_t>(&fault - faults_.data())];
}

bool FaultSchedule::draws(const Fault& fault, std::uint64_t entity, std::uint64_t ordinal) const {
  if (fault.probability_ppm >= 1'000'000) return true;
  // Two faults on the same request draw independently: the fault's id goes into the entity.
  const std::uint64_t key =
      random_.bits(world::Purpose("fault entity"), world::entity_of(fault.id), entity);
  return random_.chance(fault.probability_ppm, world::Purpose("fault"), key, ordinal);
}

}  // namespace fakes
