#include "agent/providers/provider_line.hpp"

#include "world/json_text.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;
using world::Nanos;

namespace {

constexpr Nanos kStretch = std::chrono::seconds(30);

world::HttpClientOptions options_of(const Config& config) {
  world::HttpClientOptions options;
  options.limits.body_bytes_max = static_cast<std::uint64_t>(config.response_bytes_max);
  options.connect_for = config.chain.connect_timeout;
  return options;
}

std::int64_t millis(Nanos time) { return (time.count() + 999'999) / 1'000'000; }

}  // namespace

std::string_view name_of(RestReason reason) {
  switch (reason) {
    case RestReason::none: return "none";
    case RestReason::limited: return "limited";
    case RestReason::refused: return "refused";
  }
  return "none";
}

ProviderLine::ProviderLine(world::Clock& clock, world::Network& network, const Config& config,
                           const Provider& provider, QuotaGroups& groups)
    : client(clock, network, provider, options_of(config)),
      budget(clock, config.retry),
      clock_(clock),
      groups_(groups) {}

void ProviderLine::rest(Nanos time, RestReason reason) {
  if (reason == RestReason::limited) return groups_.hold(name(), time);
  refused_until_ = std::max(refused_until_, clock_.now() + time);
}

Nanos ProviderLine::resting_for(std::int64_t tokens) const {
  const world::Instant until = std::max(refused_until_, groups_.next_at(name(), tokens));
  return std::max(Nanos{0}, until - clock_.now());
}

RestReason ProviderLine::resting_why() const {
  if (resting_for() == Nanos{0}) return RestReason::none;
  const bool refused = refused_until_ > groups_.next_at(name(), 0);
  return refused ? RestReason::refused : RestReason::limited;
}

void ProviderLine::note(const Outcome& outcome, std::string_view request, Nanos took) {
  if (outcome.kind == OutcomeKind::cancelled) return;
  ++calls_;
  const bool failed = is_failure(outcome);
  errors_ppm_ += ((failed ? 1'000'000 : 0) - errors_ppm_) / 32;
  unreachable_ =
      outcome.kind == OutcomeKind::refused || outcome.kind == OutcomeKind::unresolved;
  if (!failed) {
    failed_in_a_row_ = 0;
    failed_last_ = 0;
    if (outcome.kind != OutcomeKind::ok) return;
    answered_at_ = clock_.now();
    if (took >= Nanos{0}) typical_.add(took, world::since_start(clock_.now()) / kStretch);
    return;
  }
  ++failures_;
  last_failure_ = outcome;
  failed_at_ = clock_.now();
  // One request that fails again and again says nothing of what others would meet.
  const std::uint64_t who = world::entity_of(request);
  if (who != failed_last_) ++failed_in_a_row_;
  failed_last_ = who;
}

void ProviderLine::forget() {
  errors_ppm_ = 0;
  failed_in_a_row_ = 0;
  unreachable_ = false;
  typical_ = TypicalTime();
}

std::string ProviderLine::to_json(std::size_t order, const BreakerView* breaker) const {
  const bool open = breaker != nullptr && breaker->state == "open";
  const bool shaky = failed_in_a_row_ > 0 || errors_ppm_ > 100'000 ||
                     (breaker != nullptr && (breaker->degraded || breaker->state != "closed"));
  const bool away = open || unreachable_ || resting_for() > Nanos{0};
  std::string out = R"({"name":)";
  append_json_string(out, name());
  out += R"(,"model":)";
  append_json_string(out, client.provider().model);
  out += R"(,"state":")";
  out += away ? "unavailable" : shaky ? "degraded" : "healthy";
  out += R"(","order":)";
  append_integer(out, static_cast<std::int64_t>(order));
  out += R"(,"quota_group":)";
  append_json_string(out, groups_.group_of(name()));
  out += R"(,"calls":)";
  append_integer(out, calls_);
  out += R"(,"failures":)";
  append_integer(out, failures_);
  out += R"(,"errors_lately_percent":)";
  append_integer(out, errors_ppm_ / 10'000);
  out += R"(,"typical_ms":)";
  append_integer(out, millis(typical()));
  out += R"(,"resting":")";
  out += name_of(resting_why());
  out += R"(","resting_ms":)";
  append_integer(out, millis(resting_for()));
  out += R"(,"last_failure":)";
  if (failures_ == 0) {
    out += "null";
  } else {
    out += R"({"outcome":")";
    out += name_of(last_failure_.kind);
    out += R"(","status":)";
    append_integer(out, last_failure_.status);
    out += R"(,"age_ms":)";
    append_integer(out, millis(clock_.now() - failed_at_));
    out += '}';
  }
  out += R"(,"last_answer_age_ms":)";
  if (answered_at_ == world::kNever) {
    out += "null";
  } else {
    append_integer(out, millis(clock_.now() - answered_at_));
  }
  out += R"(,"breaker":)";
  out += breaker == nullptr ? std::string("null") : agent::to_json(*breaker);
  out += '}';
  return out;
}

}  // namespace agent
