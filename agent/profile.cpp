#include "agent/profile.hpp"

namespace agent {
namespace {

using std::chrono::seconds;

// The defaults of Config are this profile.
Config legacy(Config config) { return config; }

Config hardened(Config c) {
  c.hard_limit = false;
  c.conversation_lock = true;
  c.honest_errors = true;
  c.json.explain = true;
  c.check_answers = true;
  c.sanitise_answers = true;
  c.notice_leaving = true;
  c.header_timeout = seconds(10);
  c.body_timeout = seconds(60);
  c.keep_alive_timeout = seconds(75);
  c.write_timeout = seconds(60);
  c.request_timeout = seconds(25);  // so that a second attempt fits within the deadline
  c.retry.what = Retryable::transient;
  c.retry.jitter = true;
  c.retry.fallback = true;
  c.retry.deadline = seconds(60);
  c.retry.budget_percent = 20;
  c.breaker.policy = BreakerPolicy::hybrid;
  c.chain.connect_timeout = seconds(5);
  c.chain.ttft_timeout = seconds(15);
  c.chain.forward_deadline = true;
  c.chain.fast_first = std::chrono::milliseconds(500);
  c.chain.refused_elsewhere = true;
  c.chain.learn = true;
  c.chain.background_waits = true;
  c.degraded.when = DegradeWhen::first_failure;
  c.queue.running_max = 64;
  c.queue.reader_timeout = seconds(30);
  c.commands.kill_after = world::Nanos{0};
  c.commands.progress_every = seconds(10);
  c.memory_every = seconds(10);
  return c;
}

// Hardened with one bug that is planted.
template <Defect kDefect>
Config with(Config config) {
  config = hardened(std::move(config));
  config.defect = kDefect;
  return config;
}

// Hardened with one mechanism off, or of another make.
Config history_without_lock(Config config) {
  config = hardened(std::move(config));
  config.conversation_lock = false;
  return config;
}

Config retries_without_jitter(Config config) {
  config = hardened(std::move(config));
  config.retry.jitter = false;
  return config;
}

Config generic_errors(Config config) {
  config = hardened(std::move(config));
  config.honest_errors = false;
  return config;
}

Config generic_validation(Config config) {
  config = hardened(std::move(config));
  config.json.explain = false;
  return config;
}

Config never_degrades(Config config) {
  config = hardened(std::move(config));
  config.degraded.when = DegradeWhen::never;
  return config;
}

Config seed_breaker(Config config) {
  config = hardened(std::move(config));
  config.breaker.policy = BreakerPolicy::seed;
  return config;
}

Config blind_to_slowness(Config config) {
  config = hardened(std::move(config));
  config.breaker.slow_percent = 0;
  config.chain.learn = false;
  return config;
}

Config impatient_breaker(Config config) {
  config = hardened(std::move(config));
  config.breaker.reset_after = config.breaker.reset_after_max = seconds(5);
  return config;
}

Config silent_commands(Config config) {
  config = hardened(std::move(config));
  config.commands.progress_every = world::Nanos{0};
  return config;
}

Config kills_at_60s(Config config) {
  config = hardened(std::move(config));
  config.commands.kill_after = seconds(60);
  return config;
}

Config users_without_limit(Config config) {
  config = hardened(std::move(config));
  config.queue.user_running_max = config.queue.running_max;
  return config;
}

}  // namespace

const std::array<Profile, kProfileCount> kProfiles = {{
    {"hardened", "The sound core: every mechanism on.", hardened},
    {"legacy",
     "The naive core: retries on 503 only, one timeout, a hard limiter, no queue, no lock.",
     legacy},
    // Each of the others is hardened with one planted bug.
    {"history_without_lock", "Defect: parallel turns of one conversation overwrite each other.",
     history_without_lock},
    {"leaked_turn", "Defect: another user's turn gets into the prompt.",
     with<Defect::leaked_turn>},
    {"crossed_answers", "Defect: a user sometimes gets the answer that was another user's.",
     with<Defect::crossed_answers>},
    {"forgets_turns", "Defect: every fourth turn of a conversation is not remembered.",
     with<Defect::forgets_turns>},
    {"trusts_truncated_stream", "Defect: a stream that broke off passes as a whole answer.",
     with<Defect::trusts_truncated_stream>},
    {"repeats_chunks", "Defect: some pieces of a stream are passed on twice.",
     with<Defect::repeats_chunks>},
    {"passes_empty_answer", "Defect: an answer without a word is passed on as a success.",
     with<Defect::passes_empty_answer>},
    {"passes_planning_json", "Defect: the model's planning JSON is passed on as the answer.",
     with<Defect::passes_planning_json>},
    {"leaks_internals", "Defect: errors show a stack trace, a path and the provider's key.",
     with<Defect::leaks_internals>},
    {"generic_errors", "Defect: errors say nothing of the cause and of what to do.",
     generic_errors},
    {"retries_4xx", "Defect: what the provider refuses for good is asked again.",
     with<Defect::retries_4xx>},
    {"ignores_retry_after", "Defect: comes back before the provider said it may.",
     with<Defect::ignores_retry_after>},
    {"retries_without_jitter", "Defect: waits are exact, so those who failed together return so.",
     retries_without_jitter},
    {"wakes_all_at_once", "Defect: all who wait for a limited provider return in one instant.",
     with<Defect::wakes_all_at_once>},
    {"retries_without_end", "Defect: no last attempt, no retry budget and no deadline.",
     with<Defect::retries_without_end>},
    {"loses_on_disconnect", "Defect: a request whose user left is never accounted for.",
     with<Defect::loses_on_disconnect>},
    {"upstream_not_cancelled", "Defect: the provider works on for a user who has left.",
     with<Defect::upstream_not_cancelled>},
    {"leaks_slots", "Defect: a user who leaves takes the slot in the queue along.",
     with<Defect::leaks_slots>},
    {"answers_twice", "Defect: a stream has two terminal events.", with<Defect::answers_twice>},
    {"memory_grows", "Defect: every prompt is kept for ever.", with<Defect::memory_grows>},
    {"seed_breaker", "Defect: the circuit breaker of seed 002, to the letter.", seed_breaker},
    {"never_recovers", "Defect: a breaker that has opened never lets a probe through.",
     with<Defect::never_recovers>},
    {"probes_without_limit", "Defect: a half-open breaker lets everybody through at once.",
     with<Defect::probes_without_limit>},
    {"repeats_commands", "Defect: a call of a tool whose reply was lost is made again.",
     with<Defect::repeats_commands>},
    {"serves_first_come", "Defect: one line for all, so one user's spam starves the others.",
     with<Defect::serves_first_come>},
    {"invents_eta", "Defect: everybody who waits is #3 with ~45 seconds to go.",
     with<Defect::invents_eta>},
    {"overspends", "Defect: budgets are checked but not reserved, so parallel requests overspend.",
     with<Defect::overspends>},
    {"acks_before_durable", "Defect: a job is acknowledged before it would survive a crash.",
     with<Defect::acks_before_durable>},
    {"forgets_jobs", "Defect: every fourth job is gone once it has ended.",
     with<Defect::forgets_jobs>},
    {"late_result_overwrites", "Defect: a result that comes late replaces the state `cancelled`.",
     with<Defect::late_result_overwrites>},
    {"flex_starves", "Defect: the higher service tier first, always; nobody moves up by waiting.",
     with<Defect::flex_starves>},
    {"forgets_waiters", "Defect: now and then one whose turn in the queue comes is not woken.",
     with<Defect::forgets_waiters>},
    {"no_failback", "Defect: whoever answered last is asked first, though the first one is well.",
     with<Defect::no_failback>},
    {"ignores_quota_group", "Defect: providers of one account do not share its limits.",
     with<Defect::ignores_quota_group>},
    {"cooldown_only_first_attempt", "Defect: limits that later attempts are told are not heard.",
     with<Defect::cooldown_only_first_attempt>},
    {"burst_off_by_one", "Defect: one call more at once than the limit of a tool says.",
     with<Defect::burst_off_by_one>},
    {"cooldown_stampede", "Defect: calls that have waited for a tool pass without a second look.",
     with<Defect::cooldown_stampede>},
    {"rejects_are_charged", "Defect: what was turned away uses up the user's day all the same.",
     with<Defect::rejects_are_charged>},
    {"forgets_quotas", "Defect: what was used of the day's quota is gone with the process.",
     with<Defect::forgets_quotas>},
    {"never_degrades", "Defect: no answer of its own when no provider gives one.", never_degrades},
    {"silent_commands", "Defect: nobody hears of a command while it runs.", silent_commands},
    {"kills_at_60s", "Defect: every command is killed after 60 s, as the seed's agent does.",
     kills_at_60s},
    {"orphans_commands", "Defect: a command whose call was cancelled goes on for nobody.",
     with<Defect::orphans_commands>},
    {"users_without_limit", "Defect: one user may take every slot at the providers.",
     users_without_limit},
    {"blind_to_slowness", "Defect: a provider that crawls is a good one, as it does not fail.",
     blind_to_slowness},
    {"impatient_breaker", "Defect: an open breaker probes every five seconds, so it flaps along.",
     impatient_breaker},
    {"generic_validation", "Defect: refusals of bad input do not say which field is wrong, or how.",
     generic_validation},
}};

const Profile* find_profile(std::string_view name) {
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace agent
