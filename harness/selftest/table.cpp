#include "harness/selftest/table.hpp"

#include <array>

namespace harness {

namespace {

using reports::Verdict;

constexpr std::array kDefects{
    PlantedDefect{"history_without_lock", "chat", "conversation_integrity"},
    PlantedDefect{"forgets_turns", "chat", "conversation_integrity"},
    PlantedDefect{"leaked_turn", "chat", "isolation_canary", "conversation_integrity"},
    PlantedDefect{"crossed_answers", "chat", "isolation_canary"},
    PlantedDefect{"answers_twice", "chat", "terminal_once"},
    PlantedDefect{"repeats_chunks", "chat", "stream_integrity"},
    PlantedDefect{"memory_grows", "chat", "bounded_memory"},
    PlantedDefect{"trusts_truncated_stream", "bad_answers", "stream_integrity"},
    PlantedDefect{"passes_empty_answer", "bad_answers", "no_empty_response"},
    PlantedDefect{"passes_planning_json", "bad_answers", "no_internal_leak"},
    PlantedDefect{"leaks_internals", "bad_answers", "no_internal_leak"},
    PlantedDefect{"generic_errors", "bad_answers", "honest_errors"},
    PlantedDefect{"retries_4xx", "refusals", "retried_non_retryable"},
    PlantedDefect{"ignores_retry_after", "refusals", "retry_after_honoured"},
    PlantedDefect{"retries_without_jitter", "herd", "wakes_nobody"},
    PlantedDefect{"wakes_all_at_once", "herd", "wakes_nobody"},
    PlantedDefect{"retries_without_end", "sick_user", "bounded_retries", "conservation"},
    PlantedDefect{"loses_on_disconnect", "leavers", "conservation"},
    PlantedDefect{"upstream_not_cancelled", "leavers", "cancel_propagates"},
    PlantedDefect{"leaks_slots", "leavers", "queue_honest"},
    PlantedDefect{"seed_breaker", "outages", "breaker_model"},
    PlantedDefect{"probes_without_limit", "outages", "breaker_model"},
    PlantedDefect{"never_recovers", "outages", "recovers_within", "breaker_model"},
    PlantedDefect{"serves_first_come", "starving", "fairness", "queue_honest"},
    PlantedDefect{"invents_eta", "spam", "queue_honest"},
    PlantedDefect{"generic_validation", "bad_input", "explains_bad_input"},
    PlantedDefect{"overspends", "budgets", "budget_respected"},
    PlantedDefect{"repeats_commands", "tools", "exactly_once_commands"},
    PlantedDefect{"burst_off_by_one", "tool_limits", "tool_limits"},
    PlantedDefect{"cooldown_stampede", "tool_limits", "tool_limits"},
    PlantedDefect{"rejects_are_charged", "quotas", "daily_quota"},
    PlantedDefect{"forgets_quotas", "quotas", "daily_quota"},
    PlantedDefect{"silent_commands", "commands", "command_life"},
    PlantedDefect{"kills_at_60s", "commands", "command_life"},
    PlantedDefect{"orphans_commands", "commands", "command_life"},
    PlantedDefect{"users_without_limit", "greedy", "user_concurrency"},
    PlantedDefect{"forgets_jobs", "jobs", "job_life exactly_once_keys", "conversation_integrity"},
    PlantedDefect{"no_failback", "flapping", "prefers_first"},
    PlantedDefect{"impatient_breaker", "flapping", "steady_choice"},
};

constexpr std::array kGates{
    PlantedGate{"objective", "chat", "slo=[response.p95<100ms]", Verdict::fail, "response.p95"},
    PlantedGate{"too few to tell", "leavers", "slo=[error_rate < 0.7%]", Verdict::inconclusive,
                "error_rate"},
    PlantedGate{"faults_fired", "sick_user", "faults.0.match.user=u999", Verdict::invalid,
                "faults_fired"},
    PlantedGate{"baseline", "refusals", "faults.down.at=baseline", Verdict::invalid, "baseline"},
    PlantedGate{"dropped", "chat", "client.connections_max=1", Verdict::invalid, "dropped"},
    PlantedGate{"no data", "sick_user", "slo=[queue_wait.p95 < 5s]", Verdict::invalid, "no data"},
    PlantedGate{"window", "refusals", "slo=[error_rate < 10% over 20s]", Verdict::fail, "over 20s"},
    PlantedGate{"against the baseline", "refusals", "slo=[response.p95 vs baseline +10% in down]",
                Verdict::fail, "vs baseline"},
};

}  // namespace

std::span<const PlantedDefect> planted_defects() { return kDefects; }
std::span<const PlantedGate> planted_gates() { return kGates; }

std::vector<std::string> parts_of(std::string_view list, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(separator, at), list.size());
    if (end > at) parts.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace harness
