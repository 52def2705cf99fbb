// Defect: the planted bugs that are not simply a mechanism switched off. Each sits in one place,
// which names it; a profile (profile.cpp) plants one in the hardened core, so that an oracle can
// show that it finds it. A closed enum; constant data.
#pragma once

#include <cstdint>

namespace agent {

enum class Defect : std::uint8_t {
  none,
  leaked_turn,              // conversations.cpp: another user's turn gets into the prompt
  crossed_answers,          // pipeline.cpp: a user gets the answer of another user
  forgets_turns,            // conversations.cpp: now and then an answered turn is not kept
  trusts_truncated_stream,  // answer_stream.cpp: a stream without its end passes as an answer
  repeats_chunks,           // stream_relay.cpp: some pieces of a stream are passed on twice
  passes_empty_answer,      // completion.cpp
  passes_planning_json,     // completion.cpp
  leaks_internals,          // problem.cpp: a stack trace, a path and the provider's key
  retries_4xx,              // outcome.cpp
  ignores_retry_after,      // provider_chain.cpp
  retries_without_end,      // provider_chain.cpp: no last attempt, no budget, no deadline
  loses_on_disconnect,      // pipeline.cpp: a request whose user left is never accounted for
  upstream_not_cancelled,   // pipeline.cpp: the provider goes on working for a user who left
  leaks_slots,              // fair_queue.cpp: who leaves the core takes the slot along
  answers_twice,            // answer_stream.cpp: two terminal events
  memory_grows,             // pipeline.cpp: every prompt is kept for ever
  never_recovers,           // circuit_breaker.cpp: an open breaker stays open
  probes_without_limit,     // circuit_breaker.cpp: half-open lets everybody through
  repeats_commands,         // tool_client.cpp: a call whose reply was lost is made again
  serves_first_come,        // fair_queue.cpp: one line for all, without limits per user
  invents_eta,              // fair_queue.cpp: "#3 in queue, ~45 seconds" to everybody
  overspends,               // user_budget.cpp: nothing is reserved, so parallel requests overspend
  wakes_all_at_once,        // provider_chain.cpp: all who wait for a provider return together
  acks_before_durable,      // sqlite_jobs.cpp: answers first, and commits with the next operation
  forgets_jobs,             // the job stores: every fourth job is gone once it has ended
  late_result_overwrites,   // the job stores: a result that comes late replaces `cancelled`
  no_failback,              // provider_chain.cpp: who answered last is asked first, for ever
  ignores_quota_group,      // provider_chain.cpp: an account's limit is heard by one provider alone
  cooldown_only_first_attempt,  // provider_chain.cpp: limits told to later attempts are not heard
  orphans_commands,         // run_command.cpp: a command whose call was cancelled goes on
  burst_off_by_one,         // tool_limiter.cpp, admission.cpp: one more at once than was said
  cooldown_stampede,        // tool_limiter.cpp: who has waited passes without a second look
  rejects_are_charged,      // admission.cpp: what was turned away uses up the quota all the same
  forgets_quotas,           // pipeline.cpp: what was used of the day is gone with the process
  flex_starves,             // turn_order.cpp: the higher class first, always; nobody ages
  forgets_waiters,          // fair_queue.cpp: now and then one whose turn comes is not woken
};

}  // namespace agent
