#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <variant>

#include "harness/plan/plan.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/yaml_document.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

// As a fault without an action is told of them.
std::string every_action() {
  std::string all;
  for (const fakes::FaultKind& kind : fakes::kFaultKinds) {
    all += (all.empty() ? "`" : ", `") + std::string(kind.name) + "`";
  }
  return all;
}

// A good scenario, of which each test changes one thing.
const std::string kGood = R"yaml(scenario: s
seed: 0x9f3a
agent:
  providers: [primary]
backends:
  primary: {dialect: openai-chat, ttft: "lognormal(p50=350ms, p99=2s)", inter_token: 20ms}
phases: {baseline: 60s, outage: 120s, recovery: 120s}
load:
  chat: {users: 20, arrivals: poisson(5/s), ask: "How?"}
faults:
  - {id: down, on: backends.primary, at: outage, refuse: {}}
slo:
  - response.p95 < 30s
invariants: [terminal_once, bounded_retries: 1.3]
)yaml";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string problem(const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    parse_scenario(text, "s.yaml", {sets, {}});
    return "";
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
}

}  // namespace

TEST_CASE("users who give up are read", "[scenario]") {
  const auto gives_up = [](const std::string& written) {
    return parse_scenario(replaced(kGood, "users: 20", "gives_up: " + written), "s.yaml")
        .load[0]
        .gives_up;
  };
  CHECK(!parse_scenario(kGood, "s.yaml").load[0].gives_up);
  CHECK(gives_up("{after: 5s}")->after == world::Distribution::fixed(5'000'000'000));
  CHECK(gives_up("{after: 5s}")->share == 1'000'000);
  CHECK(gives_up("{after: exp(10s), share: 30%}")->share == 300'000);
}

TEST_CASE("a scenario is read whole", "[scenario]") {
  const Scenario s = parse_scenario(kGood, "dir/s.yaml");
  CHECK(s.name == "s");
  CHECK(s.seed == 0x9f3a);
  CHECK(s.agent.providers == std::vector<std::string>{"primary"});
  CHECK(s.agent.request_timeout == 60s);
  CHECK(s.backends.at("primary").ttft ==
        world::Distribution::lognormal(350'000'000, 2'000'000'000));
  CHECK(s.phases == std::vector<Phase>{{"baseline", world::at(0s), world::at(60s)},
                                       {"outage", world::at(60s), world::at(180s)},
                                       {"recovery", world::at(180s), world::at(300s)}});
  REQUIRE(s.load.size() == 1);
  CHECK(s.load[0].name == "chat");
  CHECK(s.load[0].ask == "How?");
  CHECK(s.load[0].arrivals == Arrivals(Poisson{world::Rate::per_second(5)}));
  CHECK(s.load[0].to == world::at(300s));
  REQUIRE(s.faults.size() == 1);
  CHECK(fakes::targets_text(s.faults[0]) == "backends.primary");
  CHECK(s.faults[0].from == world::at(60s));
  CHECK(s.faults[0].to == world::at(180s));
  CHECK(std::holds_alternative<fakes::Refuse>(s.faults[0].action));
  REQUIRE(s.slos.size() == 1);
  CHECK(s.slos[0].text == "response.p95 < 30s");
  CHECK(s.slos[0].place == Place{"dir/s.yaml", 13, 5});
  REQUIRE(s.invariants.size() == 2);
  CHECK(s.invariants[0].name == "terminal_once");
  CHECK(s.invariants[1].name == "bounded_retries");
  CHECK(s.invariants[1].parameter == "1.3");
  CHECK(s.drain == 120s);
  CHECK(s.end() == world::at(300s));
}

TEST_CASE("a backend may have limits, a scheduler and a cold start", "[scenario]") {
  const std::string text =
      replaced(kGood, "inter_token: 20ms",
               "inter_token: \"empirical(18ms, 20ms, 35ms)\", prefill: 200us, coalesce: 100ms, "
               "cold_start: {after: "
               "5m, extra: 8s}, scheduler: {slots: 64, knee: 32, slope: 1.5, queue_max: 200, "
               "wait_max: 10s}, limits: {requests_per_minute: 5k, tokens_per_minute: 2M, "
               "requests_per_day: 10k, concurrent: 50, per: group, group: team, charge: up_front}");
  const fakes::Backend b = parse_scenario(text, "s.yaml").backends.at("primary");
  CHECK(b.inter_token == world::Distribution::empirical({18'000'000, 20'000'000, 35'000'000}));
  CHECK(b.prefill == 200us);
  CHECK(b.coalesce == 100ms);
  CHECK(b.cold_start == fakes::ColdStart{5min, 8s});
  CHECK(b.scheduler == fakes::Scheduler{64, 32, 1'500'000, 200, 10s, true});
  CHECK(b.limits == fakes::Limits{5'000, 2'000'000, 10'000, 50, fakes::Per::group, "team",
                                  fakes::Charge::up_front});
  const fakes::Backend plain = parse_scenario(kGood, "s.yaml").backends.at("primary");
  CHECK_FALSE(plain.limits.any());
  CHECK_FALSE(plain.scheduler.on());
}

TEST_CASE("JSON is a scenario too", "[scenario]") {
  const Scenario s = parse_scenario(
      R"({"scenario": "j", "backends": {"b": {}}, "phases": {"p": "10s"},
          "load": {"c": {"arrivals": {"constant": "1/s"}}}, "seed": 5})",
      "s.json");
  CHECK(s.name == "j");
  CHECK(s.seed == 5);
  CHECK(s.agent.providers == std::vector<std::string>{"b"});
}

TEST_CASE("phases follow one another or say where they are", "[scenario]") {
  const auto phases = [](const std::string& text) {
    return parse_scenario(
               replaced(replaced(kGood, "{baseline: 60s, outage: 120s, recovery: 120s}", text),
                        "at: outage", "at: 0s..1s"),
               "s.yaml")
        .phases;
  };
  using Phases = std::vector<Phase>;
  CHECK(phases("{a: 10s, b: {from: 20s, to: 30s}, c: 5s}") ==
        Phases{{"a", world::at(0s), world::at(10s)},
               {"b", world::at(20s), world::at(30s)},
               {"c", world::at(30s), world::at(35s)}});
  CHECK(phases("{b: {start: 20s, for: 1m}, a: {from: 0s, to: 20s}}") ==
        Phases{{"a", world::at(0s), world::at(20s)}, {"b", world::at(20s), world::at(80s)}});
}

TEST_CASE("an instant has its phase", "[scenario]") {
  const Scenario s =
      parse_scenario(replaced(replaced(kGood, "{baseline: 60s, outage: 120s, recovery: 120s}",
                                       "{a: 10s, b: {from: 20s, to: 30s}}"),
                              "at: outage", "at: b"),
                     "s.yaml");
  CHECK(s.phase_at(world::at(0s))->name == "a");
  CHECK(s.phase_at(world::at(10s)) == nullptr);
  CHECK(s.phase_at(world::at(20s))->name == "b");
  CHECK(s.phase_at(world::at(30s)) == nullptr);
}

TEST_CASE("arrivals, users, sessions and faults have short and long forms", "[scenario]") {
  const auto load = [](const std::string& text) {
    return parse_scenario(
               replaced(kGood, "{users: 20, arrivals: poisson(5/s), ask: \"How?\"}", text),
               "s.yaml")
        .load[0];
  };
  const Arrivals five = Constant{world::Rate::per_second(5)};
  CHECK(load("{arrivals: constant(5/s)}").arrivals == five);
  CHECK(load("{arrivals: constant(rate=5/s)}").arrivals == five);
  CHECK(load("{arrivals: {constant: 5/s}}").arrivals == five);
  CHECK(load("{arrivals: {constant: {rate: 5/s}}}").arrivals == five);
  CHECK(load("{arrivals: {ramp: [{to: 5/s, over: 10s}], from: 1/s}}").arrivals ==
        Arrivals(Ramp{{{world::Rate::per_second(5), 10s}}, world::Rate::per_second(1)}));
  CHECK(load("{arrivals: \"burst(50, at=30s, every=60s)\"}").arrivals ==
        Arrivals(Burst{50, 30s, 60s}));
  CHECK(load("{arrivals: poisson_exact(n=300)}").arrivals == Arrivals(PoissonExact{300}));
  CHECK(load("{arrivals: closed(think=5s)}").arrivals ==
        Arrivals(Closed{world::Distribution::fixed(5'000'000'000)}));
  CHECK(load("{arrivals: constant(1/s), users: round_robin(7)}").users ==
        Users{7, UserChoice::round_robin, 1'000'000});
  CHECK(load("{arrivals: constant(1/s), users: \"zipf(users=100, s=1.1)\"}").users ==
        Users{100, UserChoice::zipf, 1'100'000});
  CHECK(load("{arrivals: constant(1/s), users: {zipf: {users: 100, s: 1.1}}}").users ==
        Users{100, UserChoice::zipf, 1'100'000});
  CHECK(load("{arrivals: constant(1/s), sessions: one per request}").sessions == Sessions{1});
  CHECK(load("{arrivals: constant(1/s), sessions: {turns_per_session: 4}}").sessions ==
        Sessions{4});

  const auto fault = [](const std::string& rest) {
    return parse_scenario(replaced(kGood, "at: outage, refuse: {}", rest), "s.yaml").faults[0];
  };
  CHECK(fault("status: 503").action == fakes::FaultAction(fakes::Status{503, "", {}}));
  CHECK(fault("status: {code: 429, body: x, headers: {retry-after: 5}}").action ==
        fakes::FaultAction(fakes::Status{429, "x", {{"retry-after", "5"}}}));
  CHECK(fault("hang:").action == fakes::FaultAction(fakes::Hang{}));
  CHECK(fault("hang: 5s").action == fakes::FaultAction(fakes::Hang{5s}));
  CHECK(fault("stall: {after_events: 3, for: 2m}").action ==
        fakes::FaultAction(fakes::Stall{3, 120s}));
  CHECK(fault("cut: {after_events: 3, end: rst}").action ==
        fakes::FaultAction(fakes::Cut{3, fakes::CutEnd::rst}));
  CHECK(fault("rate_limit: 20s").action == fakes::FaultAction(fakes::RateLimit{20s}));
  CHECK(fault("reset: {after_bytes: 1KiB}").action == fakes::FaultAction(fakes::Reset{1024}));
  CHECK(fault("dns: servfail").action ==
        fakes::FaultAction(fakes::Dns{fakes::DnsHow::servfail, 5s}));
  CHECK(fault("dns: {how: slow, delay: 2s}").action ==
        fakes::FaultAction(fakes::Dns{fakes::DnsHow::slow, 2s}));
  const std::string https = replaced(kGood, "inter_token: 20ms", "tls: true");
  CHECK(parse_scenario(replaced(https, "refuse: {}", "tls: expired"), "s.yaml").faults[0].action ==
        fakes::FaultAction(fakes::Tls{fakes::TlsHow::expired}));
  const fakes::Fault narrow = fault(
      "at: 60s..90s, probability: 12.5%, attempts: 1..2, match: {user: u3, stream: true}, hang: "
      "{}");
  CHECK(narrow.from == world::at(60s));
  CHECK(narrow.to == world::at(90s));
  CHECK(narrow.probability_ppm == 125'000);
  CHECK(narrow.attempts == fakes::AttemptRange{1, 2});
  CHECK(narrow.match.user == "u3");
  CHECK(narrow.match.stream == true);
  // Without a window, or with one to the end of the plan, it does not heal during the drain either.
  CHECK(fault("hang: {}").to == world::kNever);
  CHECK(fault("attempts: 3, hang: {}").attempts == fakes::AttemptRange{3, 3});
  CHECK(fault("attempts: 3.., hang: {}").attempts.first == 3);
}

TEST_CASE("the conditions of a fault", "[scenario]") {
  using fakes::Course;
  const auto fault = [](const std::string& rest, const std::string& on = "backends.primary") {
    const std::string two = replaced(kGood, "  primary:", "  spare: {}\n  primary:");
    return parse_scenario(replaced(replaced(two, "at: outage, refuse: {}", rest),
                                   "backends.primary, ", on + ", "),
                          "s.yaml")
        .faults[0];
  };
  using Names = std::set<std::string, std::less<>>;
  CHECK(fault("hang: {}").on == Names{"primary"});
  CHECK(fault("hang: {}", "[backends.spare, backends.primary]").on == Names{"primary", "spare"});
  CHECK(fault("hang: {}", "backends").on.empty());

  const fakes::Fault open = fault("at: 30s.., hang: {}");
  CHECK(open.from == world::at(30s));
  CHECK(open.to == world::kNever);

  const fakes::Fault ramp = fault("at: outage, probability: 0%..80%, hang: {}");
  CHECK(ramp.course == Course{Course::Shape::ramp, {0, 800'000}, world::at(180s)});
  const fakes::Fault steps = fault("at: 60s..90s, probability: [80%, 40%, 0.5%], hang: {}");
  CHECK(steps.course == Course{Course::Shape::steps, {800'000, 400'000, 5'000}, world::at(90s)});
  // The window of one to the end of the plan ends there for its course, though it does not heal.
  for (const char* to_the_end : {"", "at: 0s.., ", "at: 0s..300s, "}) {
    CAPTURE(to_the_end);
    const fakes::Fault whole = fault(std::string(to_the_end) + "probability: 50%..1%, hang: {}");
    CHECK(whole.course == Course{Course::Shape::ramp, {500'000, 10'000}, world::at(300s)});
    CHECK(whole.to == world::kNever);
  }

  CHECK(fault("wave: {period: 20s, on: 5s}, hang: {}").wave == fakes::SquareWave{20s, 5s});
  CHECK(fault("markov: {up: 30s, down: 5s}, refuse: {}").markov == fakes::Markov{30s, 5s});
  CHECK(fault("share: 20% of users, hang: {}").share ==
        fakes::Share{200'000, fakes::ShareOf::users});
  CHECK(fault("share: 1% of sessions, hang: {}").share ==
        fakes::Share{10'000, fakes::ShareOf::sessions});
  CHECK(fault("share: 50%_of_keys, hang: {}").share ==
        fakes::Share{500'000, fakes::ShareOf::keys});
  CHECK(fault("match: {endpoint: /v1/*, model: gpt-4*, key: sk-a}, hang: {}").match.endpoint ==
        "/v1/*");
  CHECK(fault("fate: region-1, hang: {}").fate == "region-1");
  CHECK(fault("load: {above: 50, below: 20}, refuse: {}").load == fakes::LoadThreshold{50, 20});
  CHECK(fault("limit: 3, hang: {}").limit == 3);
}

TEST_CASE("what is wrong with a scenario is said with its place", "[scenario]") {
  struct Row {
    std::string what, with, expected;
  };
  const std::string chat = "{users: 20, arrivals: poisson(5/s), ask: \"How?\"}";
  const std::string fault = "{id: down, on: backends.primary, at: outage, refuse: {}}";
  for (
      const Row& row : {
          Row{"seed:", "sed:", "s.yaml:2:1: unknown key `sed` (did you mean `seed`?)"},
          Row{"scenario: s", "scenario: a/b",
              "s.yaml:1:11: the name of a scenario has 1 to 64 letters, digits, `_` or `-`; `a/b` "
              "has not"},
          Row{"inter_token:", "inter_tokens:",
              "s.yaml:6:73: unknown key `inter_tokens` in `backends.primary` (did you mean "
              "`inter_token`?)"},
          Row{"inter_token: 20ms", "inter_token: 20",
              "s.yaml:6:86: `backends.primary.inter_token` must be a duration such as `30s`, not "
              "`20` "
              "(did you mean `20s`?)"},
          Row{"[primary]", "[primry]",
              "s.yaml:4:15: `agent.providers` names `primry`, which is not a backend of this "
              "scenario "
              "(did you mean `primary`?)"},
          Row{"backends.primary, at", "backends.secondary, at",
              "s.yaml:11:20: `faults.down.on` names `backends.secondary`, which is not a backend "
              "of this "
              "scenario (did you mean `backends.primary`?)"},
          Row{"on: backends.primary", "on: primary",
              "s.yaml:11:20: `faults.down.on` names `primary`, which is not a backend of this "
              "scenario "
              "(did you mean `backends.primary`?)"},
          Row{"at: outage", "at: outtage",
              "s.yaml:11:42: `faults.down.at` must be a phase or a window such as `60s..180s`, not "
              "`outtage` (did you mean `outage`?)"},
          Row{"at: outage", "at: 60..180s",
              "s.yaml:11:42: `faults.down.at` has an end that must be a duration such as `30s`, "
              "not `60` "
              "(did you mean `60s`?)"},
          Row{"at: outage", "at: 400s..500s",
              "s.yaml:11:42: `faults.down.at` begins when the plan has ended, at 5m"},
          Row{"refuse: {}", "refuze: {}",
              "s.yaml:11:5: `faults.down` needs an action, one of " + every_action() + "\n"
              "s.yaml:11:50: unknown key `refuze` in `faults.down` (did you mean `refuse`?)"},
          Row{"refuse: {}", "refuse: {}, hang: {}",
              "s.yaml:11:68: `faults.down` has two actions, `refuse` and `hang`; it must have one"},
          Row{"refuse: {}", "refuse: {after: 3}",
              "s.yaml:11:59: unknown key `after` in `faults.down.refuse` (it takes none)"},
          Row{"refuse: {}", "status: 200",
              "s.yaml:11:58: `faults.down.status.code` must be from 400 to 599, not `200`"},
          Row{"refuse: {}", "refuse: {}, attempts: 1..2",
              "s.yaml:11:5: `faults.down` strikes connections before a request is read, so it "
              "cannot have "
              "`match` or `attempts`"},
          Row{"refuse: {}", "stuck_in_queue: {}",
              "s.yaml:11:66: `faults.down.stuck_in_queue` cannot strike `backends.primary`: in "
              "the dialect `openai-chat`, no answers are made in the background"},
          Row{"refuse: {}", R"(status: {code: 503, headers: {x: "a\r\nset-cookie: b"}})",
              "s.yaml:11:5: `faults.down` has a line break or control character in the header x"},
          Row{"refuse: {}", "tls: expired",
              "s.yaml:11:55: `faults.down` spoils handshakes, and `backends.primary` has none; "
              "give it `tls: true`"},
          Row{"refuse: {}", "dns: nxdomain, probability: 50%",
              "s.yaml:11:78: `faults.down` cannot have a `probability`: while it lasts, `dns` is "
              "the same for every connection"},
          Row{"refuse: {}", "dns: {how: timeout, delay: 3s}",
              "s.yaml:11:77: `faults.down.dns.delay` is for `how: slow` alone"},
          Row{"refuse: {}", "hang: {}, attempts: 0",
              "s.yaml:11:70: `faults.down.attempts` must be an attempt such as `1`, or a range "
              "such as "
              "`1..2`, not `0`"},
          Row{"refuse: {}", "hang: {}, probability: 0.3",
              "s.yaml:11:73: `faults.down.probability` must be a percentage such as `5%`, not "
              "`0.3` (did you "
              "mean `30%`?)"},
          Row{"refuse: {}", "hang: {}, probability: 20%..80",
              "s.yaml:11:73: `faults.down.probability` must be a percentage such as `5%`, not `80` "
              "(did you mean `80%`?)"},
          Row{"refuse: {}", "hang: {}, probability: 0%..0%",
              "s.yaml:11:73: `faults.down.probability` is 0% throughout, so it would never strike"},
          Row{"refuse: {}", "hang: {}, probability: [80%, 101%]",
              "s.yaml:11:79: `faults.down.probability[1]` must be at most `100%`, not `101%`"},
          Row{"refuse: {}", "hang: {}, probability: []",
              "s.yaml:11:73: `faults.down.probability` must have 1 to 1000 steps, not 0"},
          Row{"refuse: {}", "hang: {}, wave: {period: 20s, on: 30s}",
              "s.yaml:11:84: `faults.down.wave.on` must be at most the period, 20s, not `30s`"},
          Row{"refuse: {}", "hang: {}, wave: {period: 20s}",
              "s.yaml:11:66: `faults.down.wave` needs the key `on`: How long of each period it "
              "strikes."},
          Row{"refuse: {}", "hang: {}, wave: 20s",
              "s.yaml:11:66: `faults.down.wave` must be a map such as `{period: 20s, on: 5s}`, not "
              "`20s`"},
          Row{"refuse: {}", "hang: {}, markov: {up: 30s, down: 5us}",
              "s.yaml:11:84: `faults.down.markov.down` must be from 1ms to 31d, not `5us`"},
          Row{"refuse: {}", "hang: {}, share: 20%",
              "s.yaml:11:67: `faults.down.share` must be a share such as `20% of users`, `20% of "
              "sessions` or `20% of keys`, not `20%`"},
          Row{"refuse: {}", "hang: {}, share: 20% of user",
              "s.yaml:11:67: `faults.down.share` must be one of `users`, `sessions`, `keys`, not "
              "`user` (did you mean `users`?)"},
          Row{"refuse: {}", "refuse: {}, share: 20% of sessions",
              "s.yaml:11:69: `faults.down.share` cannot be told of connections, which are made "
              "before a request says who asks: give a `probability`, or another action such as "
              "`reset`"},
          Row{"refuse: {}", "hang: {}, load: {above: 20, below: 50}",
              "s.yaml:11:85: `faults.down.load.below` must be at most `above`, 20, not `50`: it "
              "ends with fewer requests than it begins"},
          Row{"refuse: {}", "hang: {}, limit: 0",
              "s.yaml:11:67: `faults.down.limit` must be from 1 to 1000000000, not `0`"},
          Row{"refuse: {}", "hang: {}, fate: region 1",
              "s.yaml:11:66: the name of a fate has 1 to 64 letters, digits, `_` or `-`; `region "
              "1` has not"},
          Row{"refuse: {}", "hang: {}, match: {model: gpt*4}",
              "s.yaml:11:75: `faults.down.match.model` may have a `*` only at its end, not as in "
              "`gpt*4`"},
          Row{"refuse: {}", "hang: {}, match: {endpoint: v1/responses}",
              "s.yaml:11:78: `faults.down.match.endpoint` must be a path, not `v1/responses` (did "
              "you mean `/v1/responses`?)"},
          Row{"on: backends.primary", "on: [backends.primary, backends.primry]",
              "s.yaml:11:39: `faults.down.on` names `backends.primry`, which is not a backend of "
              "this scenario (did you mean `backends.primary`?)"},
          Row{"on: backends.primary", "on: []",
              "s.yaml:11:20: `faults.down.on` must name at least one backend, or all of them with "
              "`backends`"},
          Row{fault, fault + "\n  - " + fault, "s.yaml:12:10: two faults have the id `down`"},
          Row{"{baseline: 60s, outage: 120s, recovery: 120s}",
              "{a: 90s, outage: {from: 60s, to: 120s}}",
              "s.yaml:7:18: phase `outage` (1m..2m) overlaps `a` (0s..90s)"},
          Row{"baseline: 60s", "baseline: 60",
              "s.yaml:7:20: `phases.baseline` must be a duration such as `30s`, not `60` (did you "
              "mean "
              "`60s`?)"},
          Row{"baseline: 60s", "baseline: 0s",
              "s.yaml:7:20: `phases.baseline` must be from 1ns to 31d, not "
              "`0s`"},
          Row{"baseline: 60s", "baseline: {from: 5s}",
              "s.yaml:7:20: `phases.baseline` must be a duration, `{from: 60s, to: 180s}` or "
              "`{start: 60s, "
              "for: 120s}`"},
          Row{chat, "{users: 20}",
              "s.yaml:9:9: `load.chat` needs the key `arrivals`: When requests come."},
          Row{chat, "{user: 20, arrivals: poisson(5/s)}",
              "s.yaml:9:10: unknown key `user` in `load.chat` (did you mean `users`?)"},
          Row{"poisson(5/s)", "5/s",
              "s.yaml:9:31: `load.chat.arrivals` must say how requests come (did you mean "
              "`constant(5/s)` or "
              "`poisson(5/s)`?)"},
          Row{"poisson(5/s)", "poison(5/s)",
              "s.yaml:9:31: `load.chat.arrivals` must be one of `constant(10/s)`, `poisson(5/s)`, "
              "`poisson_exact(n=300)`, `{ramp: [{to: 10/s, over: 60s}]}`, `burst(n=50, at=30s, "
              "every=60s)`, "
              "`closed(think=lognormal(p50=5s, p99=60s))`, `{trace: traces/azure_code.csv, format: "
              "azure-llm}`, not `poison(5/s)` (did you mean `poisson`?)"},
          Row{"poisson(5/s)", "poisson(5)",
              "s.yaml:9:31: `load.chat.arrivals.rate` must be a rate such as `10/s`, not `5` (did "
              "you mean "
              "`5/s`?)"},
          Row{"poisson(5/s)", "poisson(0/s)",
              "s.yaml:9:31: `load.chat.arrivals.rate` must be above 0/s and at most 1000000/s, not "
              "`0/s`"},
          Row{"poisson(5/s)", "poisson(1000000/s)",
              "s.yaml:9:3: `load` plans more than 10000000 requests"},
          Row{"users: 20", "users: 0",
              "s.yaml:9:17: `load.chat.users` must be from 1 to 1000000, not `0`"},
          Row{"poisson(5/s)", "poisson(1000001/s)",
              "s.yaml:9:31: `load.chat.arrivals.rate` must be above 0/s and at most 1000000/s, "
              "not `1000001/s`"},
          Row{"poisson(5/s)", "{ramp: [{to: 5/s, over: 32d}]}",
              "s.yaml:9:55: `load.chat.arrivals.steps[0].over` must be from 0s to 31d, not `32d`"},
          Row{"seed: 0x9f3a", "target: {url: \"localhost:80\"}",
              "s.yaml:2:15: `target.url` must begin with `http://` or `https://`, not "
              "`localhost:80` (did you mean `http://localhost:80`?)"},
          Row{"users: 20", "users: zipf(100)", ""},
          Row{"users: 20", "sessions: many",
              "s.yaml:9:20: `load.chat.sessions` must be `one per user`, `one per request` or "
              "`{turns_per_session: 4}`, not `many`"},
          Row{"users: 20", "gives_up: {share: 30%}",
              "s.yaml:9:20: `load.chat.gives_up` needs the key `after`: How long the user waits "
              "for the end of the answer before disconnecting."},
          Row{"users: 20", "gives_up: {after: 5s, share: 130%}",
              "s.yaml:9:39: `load.chat.gives_up.share` must be at most `100%`, not `130%`"},
          Row{"users: 20", "in: lunch",
              "s.yaml:9:14: `load.chat.in` names `lunch`, which is not a phase"},
          Row{"users: 20", "in: out",
              "s.yaml:9:14: `load.chat.in` names `out`, which is not a phase (did you mean "
              "`outage`?)"},
          Row{"poisson(5/s)", "{trace: nowhere.csv, format: azure-llm}",
              "nowhere.csv: cannot be opened: No such file or directory"},
          Row{"poisson(5/s)", "{trace: x.csv, format: azure}",
              "s.yaml:9:54: `load.chat.arrivals.format` must be one of `azure-llm`, not `azure` "
              "(did you "
              "mean `azure-llm`?)"},
          Row{"response.p95 < 30s", "{response.p95: 30s}",
              "s.yaml:13:5: `slo[0]` must be text, not a map"},
          Row{"[terminal_once", "[[terminal_once]",
              "s.yaml:14:14: `invariants[0]` must be a name, or `name: parameter`, not a list"},
          Row{"seed: 0x9f3a", "seed: often",
              "s.yaml:2:7: `seed` must be a seed such as `7` or `0x9f3a`, not "
              "`often`"},
          Row{"seed: 0x9f3a", "client: {timeout: 5d}",
              "s.yaml:2:19: `client.timeout` must be from 1ms to 1d, not `5d`"},
          Row{"seed: 0x9f3a", "drain: soon",
              "s.yaml:2:8: `drain` must be a duration such as `30s`, not `soon`"},
          Row{"seed: 0x9f3a", "tags: smoke", "s.yaml:2:7: `tags` must be a list, not `smoke`"},
          Row{"  providers: [primary]", "  request_timeout: 60s\n  request_timeout: 30s",
              "s.yaml:5:3: the key `request_timeout` is given twice, first in line 4"},
          Row{"  providers: [primary]", "  timeout: 60s",
              "s.yaml:4:3: unknown key `timeout` in `agent` (did you mean `request_timeout`?)"},
          Row{"dialect: openai-chat", "dialect: openai",
              "s.yaml:6:22: `backends.primary.dialect` names `openai`, which is not a dialect (did "
              "you mean `openai-chat`?); `shakedown list dialects` shows all"},
          Row{"inter_token: 20ms}",
              "inter_token: 20ms, limits: {group: g, requests_per_day: 5}}\n"
              "  b: {limits: {group: g}}",
              "s.yaml:7:15: `backends.b.limits` must be those of `backends.primary`, which is of "
              "the group `g` too"},
          Row{"inter_token: 20ms", "inter_token: 20ms, limits: {charge: later}",
              "s.yaml:6:109: `backends.primary.limits.charge` must be one of `actual`, `up_front`, "
              "not `later`"},
          Row{"seed: 0x9f3a", "target: {url: \"http://localhost:80\", dialect: morse}",
              "s.yaml:2:47: `target.dialect` must be one of `openai-chat`, `openai-responses`, "
              "`anthropic`, `json`, not `morse`"},
          // A wrong action is one fault: nothing is said of `attempts` as if it were an action.
          Row{"refuse: {}", "attempts: 1, status: 200",
              "s.yaml:11:71: `faults.down.status.code` must be from 400 to 599, not `200`"},
          Row{"seed: 0x9f3a", "seed: " + std::string(500, 'x'),
              "s.yaml:2:7: `seed` must be a seed such as `7` or `0x9f3a`, not `" +
                  std::string(80, 'x') + "...`"},
          Row{"load:", "load: {}\nbulk:",
              "s.yaml:8:7: `load` must be a map such as `{chat: {users: 20, arrivals: "
              "poisson(5/s)}}`, not an empty map\n"
              "s.yaml:9:1: unknown key `bulk` (known are `scenario`, `about`, `tags`, `seed`, "
              "`target`, `backends`, `programs`, `agent`, `client`, `phases`, `load`, `faults`, "
              "`slo`, `invariants`, `drain`)"},
      }) {
    CAPTURE(row.with);
    CHECK(problem(replaced(kGood, row.what, row.with)) == row.expected);
  }
}

TEST_CASE("a suggestion is near, or shares more than two letters", "[scenario]") {
  const std::vector<std::string> known = {"id", "on", "at", "rate_limit", "request_timeout"};
  CHECK(did_you_mean("ratelimit", known) == " (did you mean `rate_limit`?)");
  CHECK(did_you_mean("timeout", known) == " (did you mean `request_timeout`?)");
  CHECK(did_you_mean("probabilistic", known) == "");
}

TEST_CASE("what somebody wrote is shown on one line and cut between letters", "[scenario]") {
  CHECK(excerpt("a\nb\tc\x1b[31m") == "a b c [31m");
  CHECK(excerpt(std::string(kExcerptMax, 'x')) == std::string(kExcerptMax, 'x'));
  const std::string umlauts = std::string(kExcerptMax - 1, 'x') + "\xc3\xa4\xc3\xa4";
  CHECK(excerpt(umlauts) == std::string(kExcerptMax - 1, 'x') + "...");
}

TEST_CASE("all faults of a file are reported at once, in order", "[scenario]") {
  std::string text = replaced(kGood, "poisson(5/s)", "poisson(5)");
  text = replaced(text, "baseline: 60s", "baseline: 60");
  text = replaced(text, "seed:", "sed:");
  text = replaced(text, "refuse: {}", "stall: {after_event: 3}");
  CHECK(problem(text) ==
        "s.yaml:2:1: unknown key `sed` (did you mean `seed`?)\n"
        "s.yaml:7:20: `phases.baseline` must be a duration such as `30s`, not `60` (did you mean "
        "`60s`?)\n"
        "s.yaml:9:31: `load.chat.arrivals.rate` must be a rate such as `10/s`, not `5` (did you "
        "mean `5/s`?)\n"
        "s.yaml:11:58: unknown key `after_event` in `faults.down.stall` (did you mean "
        "`after_events`?)");
}

TEST_CASE("what a scenario lacks is said", "[scenario]") {
  CHECK(problem("scenario: s\n") ==
        "s.yaml:1:1: the scenario needs the key `backends`: the fakes that the agent calls\n"
        "s.yaml:1:1: the scenario needs the key `phases`: Named stretches of scenario time: name: "
        "length, one "
        "after the other.\n"
        "s.yaml:1:1: the scenario needs the key `load`: Classes of requests, by name: who asks, "
        "when, what.");
  // An agent of one's own needs no fakes.
  CHECK(problem("scenario: s\ntarget: {url: \"http://localhost:8080\"}\nphases: {a: 1s}\n"
                "load: {c: {arrivals: constant(1/s)}}\n") == "");
  CHECK(problem(replaced(replaced(kGood, "  primary:", "  b: {}\n  primary:"),
                         "  providers: [primary]", "  request_timeout: 5s")) ==
        "s.yaml:4:3: `agent.providers` must say in which order the 2 backends are asked");
}

TEST_CASE("what is not YAML is one clear error with its place", "[scenario]") {
  struct Row {
    std::string text, expected;
  };
  const std::string truncated = "is the file truncated?";
  for (const Row& row : {
           Row{"", "s.yaml: the file is empty"},
           Row{"# nothing\n", "s.yaml: the file is empty"},
           Row{"hello",
               "s.yaml:1:1: a scenario is a map that begins with `scenario: name`, not `hello`"},
           Row{"[1, 2]",
               "s.yaml:1:1: a scenario is a map that begins with `scenario: name`, not a list"},
           Row{"scenario: s\n---\nscenario: t\n",
               "s.yaml:3:1: a second YAML document begins here; one file is one scenario"},
           Row{"a: &x [*x]", "s.yaml:1:8: an alias refers to itself"},
           Row{"{[1]: 2}", "s.yaml:1:2: a key must be plain text, not a list"},
           Row{std::string("a: \0b", 5),
               "s.yaml: the file has a NUL byte at offset 3: is it a binary file?"},
       }) {
    CAPTURE(row.text);
    CHECK(problem(row.text) == row.expected);
  }
  // Cut anywhere inside a flow value, a file is said to be truncated, at one place.
  for (const char* cut :
       {"backends:\n  primary: {dialect: openai-ch", "load: [a, b", "a: \"open", "a: {b: {c: 1}"}) {
    CAPTURE(cut);
    const std::string said = problem(cut);
    CHECK(said.starts_with("s.yaml:"));
    CHECK(said.ends_with(truncated));
    CHECK(said.find('\n') == std::string::npos);
  }
}

TEST_CASE("hostile YAML is refused within bounds", "[scenario]") {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  CHECK(problem(deep) == "s.yaml:1:33: values are nested deeper than 32 levels");
  // Ten levels of ten aliases each would be 10^10 values.
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 11; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) laughs += ", " + before;
    laughs += "]\n";
  }
  CHECK(problem(laughs).find("the file has more than 200000 values, aliases counted in full") !=
        std::string::npos);
  CHECK(problem(std::string(kYamlBytesMax + 1, ' ')) ==
        "s.yaml: the text has 4194305 bytes; at most 4MiB are read");
}

TEST_CASE("a file of 100 MB is refused before it is read", "[scenario]") {
  const auto path = std::filesystem::temp_directory_path() / "shakedown_large_scenario.yaml";
  std::ofstream(path) << "scenario: s\n";
  std::filesystem::resize_file(path, 100 << 20);
  CHECK_THROWS_WITH(load_scenario(path.string()),
                    path.string() + ": has 104857600 bytes; a scenario may have at most 4MiB");
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(load_scenario("/dev/zero"),
                    "/dev/zero: is a pipe or a device; a scenario is read from a regular file");
  CHECK_THROWS_WITH(load_scenario("/"), "/: is a directory, not a scenario");
  CHECK_THROWS_WITH(load_scenario("/nonexistent.yaml"),
                    "/nonexistent.yaml: cannot be opened: No such file or directory");
}

TEST_CASE("overrides change the scenario before it is checked", "[scenario]") {
  const auto set = [](std::vector<std::string> sets) {
    return parse_scenario(kGood, "s.yaml", {std::move(sets), {}});
  };
  CHECK(set({"load.chat.users=5"}).load[0].users.count == 5);
  CHECK(set({"faults.down.probability=50%"}).faults[0].probability_ppm == 500'000);
  CHECK(set({"faults.0.at=10s..20s"}).faults[0].from == world::at(10s));
  CHECK(set({"client.timeout=5s"}).client.timeout == 5s);
  CHECK(set({"client={timeout: 5s, stream: true}"}).client.stream);
  CHECK(set({"seed=9", "seed=10"}).seed == 10);
  CHECK(set({"slo.0=error_rate < 1%"}).slos[0].text == "error_rate < 1%");
  CHECK(set({"phases.outage=10s"}).end() == world::at(190s));

  struct Row {
    std::string set, expected;
  };
  for (const Row& row : {
           Row{"load.chta.users=5", "there is no `chta` in `load` (did you mean `chat`?)"},
           Row{"load.chat.user=5", "unknown key `user` in `load.chat` (did you mean `users`?)"},
           Row{"faults.up.probability=5%", "there is no `up` in `faults`"},
           Row{"faults.dwn.probability=5%", "there is no `dwn` in `faults` (did you mean `down`?)"},
           Row{"faults.1.probability=5%", "there is no `1` in `faults`"},
           Row{"sede=5", "unknown key `sede` (did you mean `seed`?)"},
           Row{"seed.x=5", "`seed` is `0x9f3a` and has no `x` in it"},
           Row{"load.chat.users=many",
               "`load.chat.users` must be a count such as `200` or `5k`, not `many`"},
           Row{"load.chat.users", "an override is written `path=value`, as `load.chat.users=5`"},
           Row{"load.chat={users: 5",
               "the YAML ends or breaks off inside a value (end of map flow not "
               "found): is the file truncated?"},
       }) {
    CAPTURE(row.set);
    CHECK(problem(kGood, {row.set}) == "--set " + row.set + ": " + row.expected);
  }
}

TEST_CASE("the profile's configuration is what `agent` amends", "[scenario]") {
  LoadOptions options;
  options.agent.request_timeout = 5s;
  options.agent.retry_waits = {};
  const Scenario s = parse_scenario(replaced(kGood, "providers: [primary]", "retry_waits: [1s]"),
                                    "s.yaml", options);
  CHECK(s.agent.request_timeout == 5s);
  CHECK(s.agent.retry_waits == std::vector<world::Nanos>{1s});
}

TEST_CASE("a trace must fit the phase that replays it", "[scenario]") {
  const std::string file = source_dir() + "/scenarios/azure_code_replay.yaml";
  try {
    load_scenario(file, {{"phases.replay=60s"}, {}});
    FAIL("a trace of 3,436 s was accepted into 60 s");
  } catch (const ScenarioErrors& errors) {
    CHECK(std::string(errors.what()).find("longer than the 1m in which `load.completions` runs") !=
          std::string::npos);
  }
  try {
    load_scenario(file, {{"load.completions.output_tokens=5"}, {}});
    FAIL("lengths beside those of a trace were accepted");
  } catch (const ScenarioErrors& errors) {
    CHECK(std::string(errors.what()).find("has no effect: the trace gives the lengths") !=
          std::string::npos);
  }
}
