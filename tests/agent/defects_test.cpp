// Each planted defect shows its bug where the sound core does not: one small scenario per defect,
// run once with profile hardened and once with the defect.
#include <catch2/catch.hpp>
#include <set>

#include "agent/limits/admission.hpp"
#include "agent/limits/tool_limiter.hpp"
#include "tests/agent/tool_world.hpp"
#include "tests/agent/core_world.hpp"
#include "tests/agent/queue_world.hpp"
#include "tests/agent/store_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Config;
using agent::LedgerKind;
using world::TurnId;

namespace {

using Sendings = std::vector<CoreWorld::Sending>;

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

bool has_turn(const fakes::PromptRecord& record, TurnId id) {
  for (const fakes::Marker& marker : record.markers) {
    if (!marker.is_reply && marker.turn == id) return true;
  }
  return false;
}

fakes::Fault only_first_attempt(fakes::FaultAction action) {
  fakes::Fault f = fault(std::move(action));
  f.attempts = {1, 1};
  return f;
}

fakes::Fault of_user(const char* user, fakes::FaultAction action) {
  fakes::Fault f = fault(std::move(action));
  f.id = std::string("of_") + user;
  f.match.user = user;
  return f;
}

Setup with(Config config, std::vector<fakes::Fault> faults = {}) {
  Setup setup;
  setup.config = std::move(config);
  setup.faults = std::move(faults);
  return setup;
}

// So many turns of one conversation of each user, one after the other.
Sendings in_turn(std::uint32_t users, std::uint32_t turns, bool stream) {
  Sendings all;
  for (std::uint32_t t = 0; t < turns; ++t) {
    for (std::uint32_t u = 1; u <= users; ++u) {
      all.push_back(turn(1s * (t * users + u), TurnId{u, 0, t}, stream));
    }
  }
  return all;
}

// One request of each of so many users, at the same instant.
Sendings at_once(std::uint32_t users, bool stream = false, int tokens = 4) {
  Sendings all;
  for (std::uint32_t u = 1; u <= users; ++u) all.push_back(turn(0s, {u, 0, 0}, stream, tokens));
  return all;
}

bool loses_parallel_turns(Config config) {
  CoreWorld w(with(config));
  w.ask_all({turn(0s, {1, 0, 0}, false, 40), turn(10ms, {1, 0, 1}, false),
             turn(5s, {1, 0, 2}, false)});
  return !has_turn(w.records.back(), {1, 0, 0}) || !has_turn(w.records.back(), {1, 0, 1});
}

bool shows_others_turns(Config config) {
  CoreWorld w(with(config));
  w.ask_all(in_turn(4, 3, false));
  for (const auto& record : w.records) {
    for (const auto& marker : record.markers) {
      if (marker.turn.user != record.asked->user) return true;
    }
  }
  return false;
}

bool crosses(Config config, bool stream) {
  CoreWorld w(with(config));
  const Sendings all = in_turn(4, 3, stream);
  const std::vector<Got> got = w.ask_all(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!holds(got[i].body, "[reply " + all[i].id + "]")) return true;
  }
  return false;
}
bool crosses_answers(Config config) { return crosses(config, false); }
bool crosses_streams(Config config) { return crosses(config, true); }

bool forgets(Config config) {
  CoreWorld w(with(config));
  w.ask_all(in_turn(1, 12, false));
  for (std::uint32_t t = 0; t < 12; ++t) {
    if (!has_turn(w.records.back(), {1, 0, t})) return true;
  }
  return false;
}

bool trusts_a_cut(Config config) {
  CoreWorld w(with(config, {fault(fakes::Cut{4, fakes::CutEnd::fin})}));
  return holds(w.ask(turn(0s, {1, 0, 0}, true, 20).body).body, "[DONE]");
}

bool repeats_pieces(Config config) {
  CoreWorld w(with(config));
  return count(w.ask(turn(0s, {1, 0, 0}, true, 20).body).body, "data: ") != 23;
}

bool passes_silence(Config config) {
  CoreWorld w(with(config, {only_first_attempt(fakes::Content{fakes::ContentHow::empty})}));
  const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
  return got.status == 200 && holds(got.body, R"("content":"")");
}

bool passes_a_plan(Config config) {
  Setup setup = with(config);
  fakes::ReplyRule plan;
  plan.match.attempt = world::CountRange{1, 1};
  plan.canary = false;
  plan.text = R"({"thought":"look it up","action":"search","steps":[]})";
  setup.backends["primary"].replies = {plan};
  CoreWorld w(std::move(setup));
  const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
  return holds(got.body, "thought");
}

bool shows_internals(Config config) {
  CoreWorld w(with(config, {fault(fakes::Status{400, "", {}})}));
  const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
  return holds(got.body, "sk-canary-") && holds(got.body, "Traceback");
}

bool says_nothing(Config config) {
  CoreWorld w(with(config, {fault(fakes::Status{400, "", {}})}));
  const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
  return got.member("detail").empty() || got.member("next_actions").empty();
}

bool names_no_field(Config config) {
  CoreWorld w(with(config));
  const Got got = w.ask(R"({"messages":[{"role":"usr","content":"x"}]})");
  return got.status == 400 && !holds(got.body, "messages[0].role");
}

bool asks_again_after_400(Config config) {
  CoreWorld w(with(config, {fault(fakes::Status{400, "", {}})}));
  w.ask(turn(0s, {1, 0, 0}, false).body);
  return w.records.size() > 1;
}

bool comes_back_early(Config config) {
  CoreWorld w(with(config, {only_first_attempt(fakes::RateLimit{20s})}));
  w.ask(turn(0s, {1, 0, 0}, false).body);
  return w.records.at(1).at - w.records.at(0).at < 20s;
}

// Whether second attempts come in one instant.
bool return_together(const CoreWorld& w) {
  std::set<world::Nanos> instants;
  std::size_t second = 0;
  for (const auto& record : w.records) {
    if (record.attempt != 2) continue;
    ++second;
    instants.insert(world::Nanos(world::since_start(record.at) / 10ms * 10'000'000));
  }
  REQUIRE(second > 2);
  return instants.size() == 1;
}

bool retries_in_step(Config config) {
  config.degraded.when = agent::DegradeWhen::never;  // all come back
  CoreWorld w(with(config, {only_first_attempt(fakes::Status{503, "", {}})}));
  w.ask_all(at_once(4));
  return return_together(w);
}

bool wakes_in_step(Config config) {
  CoreWorld w(with(config, {only_first_attempt(fakes::RateLimit{10s})}));
  w.ask_all(at_once(8));
  return return_together(w);
}

bool never_gives_up(Config config) {
  CoreWorld w(with(config, {fault(fakes::Status{503, "", {}})}));
  Sendings one = at_once(1);
  one[0].patience = 40s;
  w.ask_all(std::move(one));
  return w.records.size() > 4;
}

Sendings leaver() {
  Sendings one = {turn(0s, {1, 0, 0}, true, 200)};
  one[0].patience = 300ms;
  return one;
}

bool forgets_who_left(Config config) {
  CoreWorld w(with(config));
  w.ask_all(leaver());
  CHECK(w.entries(LedgerKind::answered).empty());
  return w.entries(LedgerKind::abandoned).empty();
}

bool works_for_nobody(Config config) {
  CoreWorld w(with(config));
  Sendings all = leaver();
  all.push_back(turn(5s, {2, 0, 0}, false));
  w.ask_all(std::move(all));
  REQUIRE(w.records.size() == 2);
  return w.records[0].end == fakes::End::completed;
}

bool loses_slots(Config config) {
  config.queue.running_max = 1;
  CoreWorld w(with(config));
  Sendings all = leaver();
  all.push_back(turn(5s, {2, 0, 0}, false));
  return w.ask_all(std::move(all))[1].status != 200;
}

bool ends_twice(Config config) {
  CoreWorld w(with(config));
  return count(w.ask(turn(0s, {1, 0, 0}, true).body).body, "[DONE]") != 1;
}

bool grows(Config config) {
  config.degraded.entries_max = 0;  // answers that are kept for an outage grow, too, up to that
  CoreWorld w(with(config));
  Sendings all;
  for (std::uint32_t t = 0; t < 50; ++t) {
    all.push_back(turn(1s * t, {1, 0, t}, false));
    all.back().body = turn_body({1, 0, t}, "", false);
  }
  w.ask_all(std::move(all));
  return w.agent->held_bytes() > 1'000;
}

// Two users' requests fail and two users' do not, in this order: F F S S.
bool never_opens_at_half_errors(Config config) {
  config.retry_waits = {};
  CoreWorld w(with(config, {of_user("u1", fakes::Status{503, "", {}}),
                            of_user("u2", fakes::Status{503, "", {}})}));
  w.ask_all(in_turn(4, 10, false));
  return w.entries(LedgerKind::breaker).empty();
}

// Ten seconds of failures, and a request two minutes later.
bool stays_down(Config config) {
  config.degraded.when = agent::DegradeWhen::never;
  config.retry_waits = {};
  CoreWorld w(with(config, {fault(fakes::Status{503, "", {}}, 0s, world::at(10s))}));
  Sendings all;
  for (std::uint32_t u = 1; u <= 6; ++u) all.push_back(turn(1s * u, {u, 0, 0}, false));
  all.push_back(turn(120s, {9, 0, 0}, false));
  return w.ask_all(std::move(all)).back().status != 200;
}

// The same, and ten requests at once when the breaker may probe.
bool floods_the_probe(Config config) {
  config.retry_waits = {};
  CoreWorld w(with(config, {fault(fakes::Status{503, "", {}}, 0s, world::at(10s))}));
  Sendings all;
  for (std::uint32_t u = 1; u <= 6; ++u) all.push_back(turn(1s * u, {u, 0, 0}, false));
  for (std::uint32_t u = 11; u <= 20; ++u) all.push_back(turn(120s, {u, 0, 0}, false));
  w.ask_all(std::move(all));
  std::size_t probes = 0;
  for (const auto& record : w.records) probes += record.at > world::at(60s) ? 1 : 0;
  return probes > 1;
}

bool repeats_a_command(Config config) {
  config.tools = {"tools"};
  Setup setup = with(config);
  fakes::ReplyRule rule;
  rule.match.tool_results = world::CountRange{0, 0};
  rule.calls = {fakes::ReplyCall{"add_note", R"({"text":"milk"})", {}}};
  setup.backends["primary"].replies = {rule};
  setup.backends["tools"].dialect = "mcp";
  fakes::BadTool lost;
  lost.how = fakes::BadToolHow::reply_lost;
  setup.faults = {fault(lost)};
  setup.faults[0].on = {"tools"};
  CoreWorld w(std::move(setup));
  const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
  CHECK(got.status == 200);
  int effects = 0;
  for (const auto& record : w.records) effects += record.model == "add_note" ? 1 : 0;
  REQUIRE(effects > 0);
  return effects > 1;
}

bool starves_others(Config config) {
  config.queue.running_max = 2;
  Sendings all;
  for (std::uint32_t t = 0; t < 15; ++t) all.push_back(turn(0s, {1, t, 0}, false, 100));
  all.push_back(turn(10ms, {2, 0, 0}, false));
  CoreWorld w(with(config));
  return w.ask_all(std::move(all)).back().took() > 3s;
}

bool invents_places(Config config) {
  config.queue.running_max = 1;
  CoreWorld w(with(config));
  const std::vector<Got> got = w.ask_all(at_once(5, true, 100));
  REQUIRE(w.entries(LedgerKind::queued).size() == 4);
  const bool told = holds(got[1].body, "You're #1 in queue, ~");
  return w.entries(LedgerKind::queued)[0].value != 1 || !told;
}

bool spends_too_much(Config config) {
  config.budget.requests = 3;
  CoreWorld w(with(config));
  Sendings all;
  for (std::uint32_t s = 0; s < 10; ++s) all.push_back(turn(0s, {1, s, 0}, false));
  int served = 0;
  for (const Got& got : w.ask_all(std::move(all))) served += got.status == 200 ? 1 : 0;
  return served > 3;
}

// Two providers; the first fails for a while, and the user asks again long after.
bool stays_with_the_second(Config config) {
  config.providers = {"primary", "second"};
  config.chain.explore_ppm = 0;
  Setup setup = with(config, {fault(fakes::Status{503, "", {}}, 0s, world::at(10s))});
  setup.backends["second"] = steady_backend();
  CoreWorld w(std::move(setup));
  const std::vector<Got> got =
      w.ask_all({turn(0s, {1, 0, 0}, false), turn(60s, {1, 1, 0}, false)});
  CHECK(got[0].headers.get("agentcore-provider") == "second");
  return got[1].headers.get("agentcore-provider") != "primary";
}

// Two providers of one account, of which one says that the account is at its limit.
bool asks_the_same_account(Config config) {
  config.providers = {"primary", "second"};
  config.chain.explore_ppm = 0;
  config.rate.groups = {{"account", {"primary", "second"}, 0, 0}};
  Setup setup = with(config, {fault(fakes::RateLimit{10s}, 0s, world::at(5s))});
  setup.backends["second"] = steady_backend();
  CoreWorld w(std::move(setup));
  w.ask(turn(0s, {1, 0, 0}, false).body);
  return w.records.at(1).at < world::at(10s);
}

// A first call fails, a second is told to wait; meanwhile another user comes.
bool hears_only_first_limits(Config config) {
  fakes::Fault first = only_first_attempt(fakes::Status{503, "", {}});
  first.match.user = "u1";
  fakes::Fault later = of_user("u1", fakes::RateLimit{30s});
  later.attempts = {2, 2};
  CoreWorld w(with(config, {first, later}));
  w.ask_all({turn(0s, {1, 0, 0}, false), turn(10s, {2, 0, 0}, false)});
  for (const auto& record : w.records) {
    if (record.asked->user == 2) return record.at < world::at(30s);
  }
  return false;
}

// Two providers; after a while the first takes ten times as long, without an error.
bool crawls_along(Config config) {
  config.providers = {"primary", "second"};
  config.chain.explore_ppm = 0;
  fakes::Slow slow;
  slow.ttft = world::Distribution::fixed(5'000'000'000);
  Setup setup = with(config, {fault(slow, 40s)});
  setup.backends["second"] = steady_backend();
  CoreWorld w(std::move(setup));
  Sendings all;
  for (std::uint32_t u = 1; u <= 100; ++u) all.push_back(turn(1s * u, {u, 0, 0}, false));
  return w.ask_all(std::move(all)).back().took() > 1s;
}

// A provider that is up for ten seconds and down for ten: how often its breaker opens in minutes.
bool opens_again_and_again(Config config) {
  std::vector<fakes::Fault> faults;
  for (int i = 0; i < 12; ++i) {
    faults.push_back(fault(fakes::Status{503, "", {}}, 20s * i, world::at(20s * i + 10s)));
    faults.back().id = "f" + std::to_string(i);
  }
  CoreWorld w(with(config, std::move(faults)));
  Sendings all;
  for (std::uint32_t u = 1; u <= 240; ++u) all.push_back(turn(1s * u, {u, 0, 0}, false));
  w.ask_all(std::move(all));
  int opened = 0;
  for (const auto& entry : w.entries(LedgerKind::breaker)) opened += entry.to == "open" ? 1 : 0;
  return opened > 6;
}

// What the pipeline asks before it lets an answer of the core's own stand in.
bool has_no_words(Config config) { return config.degraded.when == agent::DegradeWhen::never; }

// A command of ten minutes that was given fifteen.
ToolWorld::Calling long_command() {
  return {"run_command", R"({"argv":["build"],"timeout_seconds":900})"};
}

bool is_silent(Config config) {
  config.commands.allow = {"build"};
  ToolWorld w(config);
  w.processes.install("build", program(600s));
  w.call(long_command());
  return w.heard("progress").empty();
}

bool kills_too_soon(Config config) {
  config.commands.allow = {"build"};
  ToolWorld w(config);
  w.processes.install("build", program(600s));
  return w.call(long_command()).member("exit_reason") != "exited";
}

bool leaves_an_orphan(Config config) {
  config.commands.allow = {"build"};
  ToolWorld w(config);
  w.processes.install("build", program(600s));
  ToolWorld::Calling calling = long_command();
  calling.patience = 60s;
  w.call(calling);
  return w.entries(LedgerKind::command_ended).empty();
}

// Twenty flex requests, and for two minutes more of priority than there are slots for.
bool starves_flex(Config config) {
  config.queue.running_max = 10;
  QueueWorld w(config.queue, config.defect);
  std::vector<QueueWorld::Asking> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back({5s, "f" + std::to_string(i), ServiceTier::flex, 1s, 60s});
  }
  w.stream(all, {0s, "p", ServiceTier::priority, 1s, 60s}, 12, 0s, 120s, 40);
  w.run(all);
  int served = 0;
  for (const QueueWorld::Ended& each : w.ended) {
    if (each.asking.tier == ServiceTier::flex) served += each.answered ? 1 : 0;
  }
  return served < 20;
}

bool leaves_some_waiting(Config config) {
  config.queue.running_max = 1;
  CoreWorld w(with(config));
  int served = 0;
  for (const Got& got : w.ask_all(at_once(12))) served += got.status == 200 ? 1 : 0;
  return served < 12;
}

bool takes_every_slot(Config config) {
  CoreWorld w(with(config));
  Sendings all;
  for (std::uint32_t s = 0; s < 10; ++s) all.push_back(turn(0s, {1, s, 0}, false, 100));
  w.ask_all(std::move(all));
  std::size_t at_once = 0;  // each takes two seconds
  for (const auto& record : w.records) at_once += record.at < world::at(100ms) ? 1 : 0;
  return at_once > 5;
}

// A life that ends right after it has acknowledged a job.
bool loses_what_it_acknowledged(Config config) {
  StoreWorld w(StoreArm::sqlite, config.store, config.defect);
  w.create(job("a"));
  w.create(job("b"));
  w.reopen();
  return !w.read("a") || !w.read("b");
}

bool loses_ended_jobs(Config config) {
  int lost = 0;
  for (const StoreArm arm : {StoreArm::memory, StoreArm::sqlite}) {
    StoreWorld w(arm, config.store, config.defect);
    int missing = 0;
    for (const char* id : {"a", "b", "c", "d"}) {
      w.create(job(id));
      REQUIRE(w.advance(change(id, agent::JobState::completed, "result")));
      missing += w.read(id) ? 0 : 1;
    }
    lost += missing == 1 ? 1 : 0;
  }
  return lost == 2;
}

bool revives_cancelled_jobs(Config config) {
  int revived = 0;
  for (const StoreArm arm : {StoreArm::memory, StoreArm::sqlite}) {
    StoreWorld w(arm, config.store, config.defect);
    w.create(job("a"));
    REQUIRE(w.advance(change("a", agent::JobState::cancelled, "cancelled", {{0, "cancelled"}})));
    const bool late = w.advance(change("a", agent::JobState::completed, "late", {{1, "late"}}));
    const bool changed = w.read("a")->state == agent::JobState::completed;
    revived += late && changed && w.events("a").size() == 2 ? 1 : 0;
  }
  return revived == 2;
}

// Calls of a tool, all at once: when each was admitted.
world::Task<void> call_tool(agent::ToolLimiter& limiter, world::Clock& clock, int number,
                            std::vector<world::Instant>& admitted) {
  const std::string task = "t" + std::to_string(number);
  const agent::ToolLimiter::Admission admission =
      co_await limiter.admit("u1", task, "search", clock.now() + 10min, {});
  if (!admission.error) admitted.push_back(clock.now());
}

std::vector<world::Instant> admitted_of(int calls, agent::ToolRateConfig rate,
                                        agent::Defect defect) {
  InSim in;
  rate.rate_limit = true;
  agent::ToolLimiter limiter(in.clock, rate, {}, defect);
  std::vector<world::Instant> admitted;
  const auto all = [&]() -> world::Task<void> {
    world::Scope scope(in.clock);
    for (int i = 0; i < calls; ++i) scope.spawn(call_tool(limiter, in.clock, i, admitted));
    co_await scope.join();
  };
  in.clock.run(all());
  return admitted;
}

bool lets_a_sixth_in(Config config) {
  agent::ToolRateConfig rate;
  rate.burst_size = 5;
  const std::vector<world::Instant> admitted = admitted_of(8, rate, config.defect);
  return admitted.at(5) == admitted.at(0);
}

bool lets_all_in_together(Config config) {
  agent::ToolRateConfig rate;
  rate.calls_per_minute = 2;
  rate.burst_size = 0;
  const std::vector<world::Instant> admitted = admitted_of(6, rate, config.defect);
  return admitted.at(5) - admitted.at(0) < 60s;
}

bool charges_for_nothing(Config config) {
  InSim in;
  agent::MemoryDayCounts counts;
  config.rate.user_per_minute = 1;
  config.rate.user_burst = 1;
  config.rate.user_waiting_max = 0;
  config.rate.daily_free = 100;
  agent::Admission admission(in.clock, config.rate, 0, counts, config.defect);
  const agent::Admission::Asker asker{"c", "u1", agent::EdgeClass::api};
  const agent::Admission::Pass first(admission, asker, world::kNever);
  for (int i = 0; i < 10; ++i) {
    const agent::Admission::Pass pass(admission, asker, world::kNever);
  }
  return admission.standing(asker)[agent::Limit::daily].remaining < 99;
}

bool begins_each_life_anew(Config config) {
  config.rate.daily_free = 1;
  config.degraded.when = agent::DegradeWhen::never;
  CoreWorld w(with(config));
  agent::Provider provider{"primary", w.fake.endpoints().at("primary"), "fake-1", {}, "key"};
  const std::unique_ptr<agent::JobStore> store =
      agent::open_store(w.clock(), agent::StoreConfig{}, {}, agent::Defect::none);
  std::vector<int> statuses;
  for (std::uint64_t life = 0; life < 2; ++life) {
    agent::Outside outside;
    outside.store = store.get();
    w.agent = std::make_unique<agent::Agent>(w.clock(), w.world.network, config,
                                             std::vector<agent::Provider>{provider},
                                             agent::LedgerSink(), world::Random(life), outside);
    statuses.push_back(
        w.ask(R"({"model":"m","user":"u1","messages":[{"role":"user","content":"Hello."}]})")
            .status);
  }
  return statuses == std::vector<int>{200, 200};
}

struct Row {
  const char* profile;
  bool (*shows)(Config config);
};
const Row kRows[] = {{"history_without_lock", loses_parallel_turns},
                     {"leaked_turn", shows_others_turns},
                     {"crossed_answers", crosses_answers},
                     {"crossed_answers", crosses_streams},
                     {"forgets_turns", forgets},
                     {"trusts_truncated_stream", trusts_a_cut},
                     {"repeats_chunks", repeats_pieces},
                     {"passes_empty_answer", passes_silence},
                     {"passes_planning_json", passes_a_plan},
                     {"leaks_internals", shows_internals},
                     {"generic_errors", says_nothing},
                     {"retries_4xx", asks_again_after_400},
                     {"ignores_retry_after", comes_back_early},
                     {"retries_without_jitter", retries_in_step},
                     {"wakes_all_at_once", wakes_in_step},
                     {"retries_without_end", never_gives_up},
                     {"loses_on_disconnect", forgets_who_left},
                     {"upstream_not_cancelled", works_for_nobody},
                     {"leaks_slots", loses_slots},
                     {"answers_twice", ends_twice},
                     {"memory_grows", grows},
                     {"seed_breaker", never_opens_at_half_errors},
                     {"seed_breaker", floods_the_probe},
                     {"never_recovers", stays_down},
                     {"probes_without_limit", floods_the_probe},
                     {"repeats_commands", repeats_a_command},
                     {"serves_first_come", starves_others},
                     {"invents_eta", invents_places},
                     {"overspends", spends_too_much},
                     {"no_failback", stays_with_the_second},
                     {"ignores_quota_group", asks_the_same_account},
                     {"cooldown_only_first_attempt", hears_only_first_limits},
                     {"never_degrades", has_no_words},
                     {"blind_to_slowness", crawls_along},
                     {"impatient_breaker", opens_again_and_again},
                     {"silent_commands", is_silent},
                     {"kills_at_60s", kills_too_soon},
                     {"orphans_commands", leaves_an_orphan},
                     {"flex_starves", starves_flex},
                     {"forgets_waiters", leaves_some_waiting},
                     {"users_without_limit", takes_every_slot},
                     {"acks_before_durable", loses_what_it_acknowledged},
                     {"forgets_jobs", loses_ended_jobs},
                     {"late_result_overwrites", revives_cancelled_jobs},
                     {"generic_validation", names_no_field},
                     {"burst_off_by_one", lets_a_sixth_in},
                     {"cooldown_stampede", lets_all_in_together},
                     {"rejects_are_charged", charges_for_nothing},
                     {"forgets_quotas", begins_each_life_anew}};

}  // namespace

TEST_CASE("each defect shows its bug, and the sound core does not",
          "[agent][defects][REQ-002][REQ-020][REQ-021][REQ-023][REQ-025][REQ-028][REQ-031]"
          "[REQ-034][REQ-037][REQ-039][REQ-061][REQ-070][REQ-071][REQ-076]") {
  for (const Row& row : kRows) {
    CAPTURE(row.profile);
    CHECK_FALSE(row.shows(profile("hardened")));
    CHECK(row.shows(profile(row.profile)));
  }
}

TEST_CASE("every profile is tested", "[agent][defects]") {
  std::set<std::string> tested = {"hardened", "legacy"};
  for (const Row& row : kRows) tested.insert(row.profile);
  for (const agent::Profile& each : agent::kProfiles) {
    CAPTURE(std::string(each.name));
    CHECK(tested.count(std::string(each.name)) == 1);
  }
}
