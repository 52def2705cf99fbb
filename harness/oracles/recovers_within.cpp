#include "harness/oracles/recovers_within.hpp"

#include "harness/oracles/prompt_facts.hpp"
#include "harness/verdict/recovery.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::Outcome;
using reports::human_duration;

RecoversWithin::RecoversWithin(const OracleInput& input)
    : within_(static_cast<std::int64_t>(input.parameter)) {
  if (input.scenario == nullptr || input.scenario->faults.empty()) return;
  world::Instant last{};
  for (const fakes::Fault& fault : input.scenario->faults) last = std::max(last, fault.to);
  if (last < input.scenario->end()) healed_ = last;
}

void RecoversWithin::on_ended(const reports::Operation& op, const Reply& reply) {
  if (!healed_ || op.outcome == Outcome::cancelled || op.planned < world::Instant{}) return;
  // What the end of the run cut off says something only when it had taken too long already.
  if (op.outcome == Outcome::in_flight && op.last_event - op.planned < within_) return;
  const auto second = static_cast<std::size_t>(
      std::chrono::floor<std::chrono::seconds>(world::since_start(op.planned)).count());
  if (second >= reports::Timeline::kSecondsMax) return;
  if (second >= seconds_.size()) seconds_.resize(second + 1);
  ++seconds_[second].requests;
  // What stands in for an answer while providers are down is not good service yet.
  if (op.outcome != Outcome::ok || reply.degraded) ++seconds_[second].bad;
}

void RecoversWithin::finish(bool complete) {
  if (!healed_) return;
  const Recovery recovery = recovery_after(*healed_, seconds_);
  if (recovery.requests == 0) return;
  const std::string of = counted(recovery.bad, "request") + " of " +
                         std::to_string(recovery.requests) + " since then did not end well";
  const std::string healed = "the last fault healed at " + text_of(*healed_) + ", and ";
  const std::string allowed = " (" + human_duration(within_) + " are allowed); ";
  // Had service recovered in time, a whole window from then on would have shown it.
  const world::Nanos conclusive = within_ + std::chrono::seconds(kRecoveryWindow);
  if (recovery.at_most && *recovery.at_most <= within_) {
    check();
  } else if (recovery.at_least > within_) {
    check();
    const std::string when =
        recovery.at_most
            ? "service was good for good only " + human_duration(*recovery.at_most) + " later"
            : "service was still bad " + human_duration(recovery.at_least) +
                  " later and had not recovered when the run ended";
    violate(*healed_ + recovery.at_least, "all users", healed + when + allowed + of);
  } else if (!recovery.at_most && complete && recovery.observed >= conclusive) {
    check();
    violate(*healed_ + recovery.observed, "all users",
            healed + "service never became good for good in the " +
                human_duration(recovery.observed) + " that were seen" + allowed + of);
  }
}

}  // namespace harness
