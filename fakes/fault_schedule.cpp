#include "fakes/fault_schedule.hpp"

#include <algorithm>
#include <utility>

#include "fakes/schedule/course.hpp"
#include "world/ensure.hpp"

namespace fakes {
namespace {

bool is_connection_fault(const Fault& fault) {
  return kind_of(fault.action).layer == FaultLayer::connection;
}

// Names and handshakes go wrong in the network, by the gate; a connection that is accepted has met
// them.
bool is_gates_alone(const Fault& fault) {
  return std::holds_alternative<Dns>(fault.action) || std::holds_alternative<Tls>(fault.action);
}

// What models do, tools do not.
bool is_models_alone(const FaultAction& action) {
  return std::holds_alternative<FinishAs>(action) || std::holds_alternative<Content>(action) ||
         std::holds_alternative<BadToolCall>(action) || std::holds_alternative<Usage>(action) ||
         std::holds_alternative<OtherAnswer>(action);
}

// A fault of streams cannot fire on a plain answer; it then leaves the request to later faults.
bool can_fire(const Fault& fault, const RequestFacts& request) {
  const FaultKind& kind = kind_of(fault.action);
  if (const BadTool* tool = std::get_if<BadTool>(&fault.action)) {
    return can_strike(*tool, request.tool);
  }
  if (request.tool != ToolAsk::none && is_models_alone(fault.action)) return false;
  return request.stream ? kind.on_streamed : kind.on_plain;
}

// Two faults on the same request draw independently, unless they share a fate.
std::uint64_t name_of(const Fault& fault, const world::Random& random) {
  if (fault.fate.empty()) return world::entity_of(fault.id);
  return random.bits(world::Purpose("fault fate"), world::entity_of(fault.fate), 0);
}

}  // namespace

FaultSchedule::FaultSchedule(std::vector<Fault> faults, world::Random random) : random_(random) {
  ENSURE(faults.size() <= kRowsMax, "a schedule was given more faults than it has rows");
  for (Fault& fault : faults) append(std::move(fault));
  sort_out();
}

const Fault* FaultSchedule::decide(world::Instant now, const RequestFacts& request) {
  if (!loads_.empty()) follow_load(request.backend, request.active - 1);
  for (const std::size_t row : requests_) {
    const Fault& fault = faults_[row];
    if (!can_fire(fault, request) || !applies(row, now, request.backend)) continue;
    if (!matches(fault, request)) continue;
    if (!in_share(fault, request, random_, states_[row].name)) continue;
    const std::uint64_t backend = fault.fate.empty() ? world::entity_of(request.backend) : 0;
    const bool struck = request.turn
                            ? draws(row, now, request.backend, request.turn->key(), request.attempt)
                            : draws(row, now, request.backend, backend, request.ordinal);
    if (!struck) continue;
    count_fired(fault);
    return &fault;
  }
  return nullptr;
}

const Fault* FaultSchedule::decide_connection(world::Instant now, std::string_view backend,
                                              std::uint64_t connection,
                                              const ConnectionFacts& facts) {
  if (!loads_.empty()) follow_load(backend, facts.others);
  for (const std::size_t row : connections_) {
    const Fault& fault = faults_[row];
    if (is_gates_alone(fault) || !strikes_now(fault.action, facts)) continue;
    const std::uint64_t entity = fault.fate.empty() ? world::entity_of(backend) : 0;
    if (!applies(row, now, backend) || !draws(row, now, backend, entity, connection)) continue;
    count_fired(fault);
    return &fault;
  }
  return nullptr;
}

std::vector<const Fault*> FaultSchedule::connection_faults(std::string_view backend) const {
  std::vector<const Fault*> found;
  for (const std::size_t row : connections_) {
    if (is_on(faults_[row], backend)) found.push_back(&faults_[row]);
  }
  return found;
}

bool FaultSchedule::on(const Fault& fault, world::Instant now) {
  return states_[fault.row].rhythm.on(fault, now);
}

void FaultSchedule::take_back(const Fault& fault) {
  std::uint64_t& fired = states_[fault.row].fired;
  if (fired > 0) --fired;  // it may have been reset meanwhile
}

world::Instant FaultSchedule::next_edge(const Fault& fault, world::Instant now) {
  return states_[fault.row].rhythm.next_edge(fault, now);
}

void FaultSchedule::count_fired(const Fault& fault) { ++states_[fault.row].fired; }

const Fault* FaultSchedule::find(std::string_view id) const {
  for (std::size_t row = 0; row < faults_.size(); ++row) {
    if (!states_[row].ended && faults_[row].id == id) return &faults_[row];
  }
  return nullptr;
}

bool FaultSchedule::add(Fault fault) {
  if (faults_.size() >= kRowsMax || find(fault.id) != nullptr) return false;
  append(std::move(fault));
  sort_out();
  return true;
}

bool FaultSchedule::remove(std::string_view id, world::Instant now) {
  const Fault* fault = find(id);
  if (fault == nullptr) return false;
  end(fault->row, now);
  sort_out();
  return true;
}

bool FaultSchedule::replace(std::vector<Fault> faults, world::Instant now) {
  if (faults.size() > kRowsMax - faults_.size()) return false;
  std::set<std::string_view> ids;
  for (const Fault& fault : faults) {
    if (!ids.insert(fault.id).second) return false;
  }
  for (std::size_t row = 0; row < faults_.size(); ++row) {
    if (!states_[row].ended) end(row, now);
  }
  for (Fault& fault : faults) append(std::move(fault));
  sort_out();
  return true;
}

void FaultSchedule::settle_counts() {
  for (FaultsWatcher* watcher : watchers_.list) watcher->settle_counts();
}

void FaultSchedule::reset_counts() {
  settle_counts();
  for (State& state : states_) state.fired = 0;
}

void FaultSchedule::append(Fault fault) {
  fault.row = faults_.size();
  const std::uint64_t name = name_of(fault, random_);
  states_.push_back(State{name, Rhythm(fault, random_, name), {}, 0, false});
  faults_.push_back(std::move(fault));
}

void FaultSchedule::end(std::size_t row, world::Instant now) {
  Fault& fault = faults_[row];
  fault.to = std::max(fault.from, std::min(fault.to, now));
  states_[row].ended = true;
}

void FaultSchedule::sort_out() {
  requests_.clear();
  connections_.clear();
  loads_.clear();
  for (std::size_t row = 0; row < faults_.size(); ++row) {
    if (states_[row].ended) continue;
    (is_connection_fault(faults_[row]) ? connections_ : requests_).push_back(row);
    if (faults_[row].load) loads_.push_back(row);
  }
  for (FaultsWatcher* watcher : watchers_.list) watcher->on_faults_changed();
}

void FaultSchedule::follow_load(std::string_view backend, std::int64_t others) {
  for (const std::size_t row : loads_) {
    const Fault& fault = faults_[row];
    if (is_on(fault, backend)) states_[row].load.follow(*fault.load, backend, others);
  }
}

bool FaultSchedule::applies(std::size_t row, world::Instant now, std::string_view backend) {
  const Fault& fault = faults_[row];
  State& state = states_[row];
  if (!is_on(fault, backend) || !state.rhythm.on(fault, now)) return false;
  if (fault.load && !state.load.on(backend)) return false;
  return !fault.limit || state.fired < *fault.limit;
}

bool FaultSchedule::draws(std::size_t row, world::Instant now, std::string_view backend,
                          std::uint64_t entity, std::uint64_t ordinal) const {
  const Fault& fault = faults_[row];
  const std::uint32_t ppm = probability_at(fault, now);
  if (ppm >= 1'000'000) return true;
  // On several backends it draws for each; it is a fate that makes them fail together.
  if (fault.fate.empty() && fault.on.size() != 1) {
    entity = random_.bits(world::Purpose("fault backend"), world::entity_of(backend), entity);
  }
  const std::uint64_t key = random_.bits(world::Purpose("fault entity"), states_[row].name, entity);
  return random_.chance(ppm, world::Purpose("fault"), key, ordinal);
}

}  // namespace fakes
