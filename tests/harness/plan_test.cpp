#include "harness/plan/plan.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <set>

#include "harness/plan/users.hpp"
#include "harness/scenario/loader.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

ArrivalWindow window(world::Nanos from, world::Nanos to, std::uint64_t seed = 1) {
  return {world::at(from), world::at(to), world::Random(seed), 42};
}

Scenario scenario_with(const std::string& load, const std::string& phases = "{all: 100s}") {
  return parse_scenario(
      "scenario: s\nbackends: {primary: {}}\nphases: " + phases + "\nload:\n" + load, "s.yaml");
}

bool inside(const std::vector<world::Instant>& instants, const ArrivalWindow& w) {
  return std::is_sorted(instants.begin(), instants.end()) &&
         std::all_of(instants.begin(), instants.end(),
                     [&](world::Instant t) { return w.from <= t && t < w.to; });
}

// Most requests of one user in any 60 s.
std::size_t busiest_minute(const Plan& plan) {
  std::map<std::uint32_t, std::deque<world::Instant>> recent;
  std::size_t most = 0;
  for (const PlannedRequest& r : plan.requests) {
    auto& times = recent[r.turn.user];
    while (!times.empty() && times.front() <= r.at - 60s) times.pop_front();
    times.push_back(r.at);
    most = std::max(most, times.size());
  }
  return most;
}

}  // namespace

TEST_CASE("every row of the table of arrivals is its alternative", "[plan]") {
  CHECK(kind_of(Constant{}).name == Constant::kind);
  CHECK(kind_of(Poisson{}).name == Poisson::kind);
  CHECK(kind_of(PoissonExact{}).name == PoissonExact::kind);
  CHECK(kind_of(Ramp{}).name == Ramp::kind);
  CHECK(kind_of(Burst{}).name == Burst::kind);
  CHECK(kind_of(Closed{}).name == Closed::kind);
  CHECK(kind_of(Recorded{}).name == Recorded::kind);
}

TEST_CASE("constant arrivals stand at equal distances", "[plan]") {
  const auto w = window(10s, 12s);
  const auto instants = arrivals(Constant{world::Rate::per_second(4)}, w);
  REQUIRE(instants.size() == 8);
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK(world::since_start(instants[k]) == 10s + 125ms + static_cast<int>(k) * 250ms);
  }
  // A rate that divides nothing: three a second for an hour, none lost to rounding.
  CHECK(arrivals(Constant{world::Rate::per_second(3)}, window(0s, 3600s)).size() == 10'800);
}

TEST_CASE("poisson arrivals have exponential gaps", "[plan]") {
  const auto w = window(0s, 10'000s);
  const auto instants = arrivals(Poisson{world::Rate::per_second(2)}, w);
  CHECK(inside(instants, w));
  // 20,000 expected, deviation 141; four of them.
  CHECK(instants.size() > 19'434);
  CHECK(instants.size() < 20'566);
  std::size_t long_gaps = 0;  // over the mean: e^-1 = 36.79 % of them
  for (std::size_t i = 1; i < instants.size(); ++i)
    long_gaps += instants[i] - instants[i - 1] > 500ms;
  CHECK(static_cast<double>(long_gaps) / static_cast<double>(instants.size()) ==
        Approx(0.3679).margin(0.0137));
  CHECK(arrivals(Poisson{world::Rate::per_second(2)}, window(0s, 10'000s, 2)) != instants);
}

TEST_CASE("exact poisson arrivals are exactly so many, evenly spread", "[plan]") {
  const auto w = window(60s, 160s);
  const auto instants = arrivals(PoissonExact{10'000}, w);
  CHECK(instants.size() == 10'000);
  CHECK(inside(instants, w));
  const auto first_half = std::count_if(instants.begin(), instants.end(),
                                        [](world::Instant t) { return t < world::at(110s); });
  CHECK(first_half > 4'800);  // 5,000, deviation 50
  CHECK(first_half < 5'200);
}

TEST_CASE("a ramp has its exact integral", "[plan]") {
  struct Row {
    const char* what;
    Ramp ramp;
    world::Nanos length;
    std::size_t count;
  };
  const auto rate = [](std::int64_t n) { return world::Rate::per_second(n); };
  const Row rows[] = {
      {"up", {{{rate(10), 60s}}, rate(0)}, 60s, 300},
      {"up, then held", {{{rate(10), 60s}}, rate(0)}, 120s, 900},
      {"down", {{{rate(0), 60s}}, rate(10)}, 60s, 300},
      {"up and down", {{{rate(10), 30s}, {rate(0), 30s}}, rate(0)}, 60s, 300},
      {"a jump", {{{rate(5), 0s}, {rate(5), 10s}, {rate(20), 0s}}, rate(0)}, 20s, 250},
      {"cut by the window", {{{rate(10), 60s}}, rate(0)}, 30s, 75},
      {"uneven", {{{rate(7), 13s}, {rate(3), 17s}}, rate(1)}, 30s, 137},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto w = window(5s, 5s + row.length);
    const auto instants = arrivals(row.ramp, w);
    CHECK(instants.size() == row.count);
    CHECK(inside(instants, w));
  }
  // Half of a linear ramp's arrivals come in its last 29.3 %: at 1 / sqrt 2 of the time.
  const auto instants = arrivals(rows[0].ramp, window(0s, 60s));
  CHECK(static_cast<double>(world::since_start(instants[150]).count()) / 60e9 ==
        Approx(0.7083).margin(0.001));
  // The longest and steepest ramp that fits the bounds neither overflows nor hangs.
  const Ramp steep{{{world::Rate{9}, world::Nanos(kArrivalWindowMax)}}, world::Rate{0}};
  CHECK(arrivals(steep, window(0s, world::Nanos(kArrivalWindowMax))).size() == 12);
}

TEST_CASE("bursts repeat within their window", "[plan]") {
  CHECK(arrivals(Burst{50, 30s, std::nullopt}, window(10s, 100s)) ==
        std::vector<world::Instant>(50, world::at(40s)));
  const auto repeated = arrivals(Burst{2, 0s, 20s}, window(0s, 60s));
  CHECK(repeated == std::vector<world::Instant>{world::at(0s), world::at(0s), world::at(20s),
                                                world::at(20s), world::at(40s), world::at(40s)});
  CHECK(arrivals(Burst{1, 60s, std::nullopt}, window(0s, 60s)).empty());
}

TEST_CASE("users are chosen uniformly, in turn, or by Zipf's law", "[plan]") {
  const auto counts = [](const Users& users, int n) {
    const UserPicker picker(users, world::Random(3), 9);
    std::vector<int> of(static_cast<std::size_t>(users.count), 0);
    for (int k = 0; k < n; ++k) ++of[picker.pick(static_cast<std::uint64_t>(k))];
    return of;
  };
  for (int n : counts({10, UserChoice::uniform, 0}, 10'000)) {
    CHECK(n > 880);  // 1,000, deviation 30
    CHECK(n < 1'120);
  }
  CHECK(counts({4, UserChoice::round_robin, 0}, 10) == std::vector<int>{3, 3, 2, 2});
  // s = 1 over 10 users: user k has 1 / (k H10), H10 = 2.92897; 34,142 of 100,000 for the first.
  const auto zipf = counts({10, UserChoice::zipf, 1'000'000}, 100'000);
  CHECK(zipf[0] == Approx(34'142).margin(600));
  CHECK(zipf[1] == Approx(17'071).margin(480));
  CHECK(zipf[9] == Approx(3'414).margin(230));
}

TEST_CASE("turns group into conversations", "[plan]") {
  const auto turns = [](const std::string& sessions) {
    const Scenario s = scenario_with(
        "  c: {arrivals: constant(1/s), users: round_robin(2), sessions: " + sessions + "}\n",
        "{all: 8s}");
    std::vector<world::TurnId> ids;
    for (const auto& r : make_plan(s, world::Random(1)).requests) ids.push_back(r.turn);
    return ids;
  };
  using Ids = std::vector<world::TurnId>;
  CHECK(
      turns("one per user") ==
      Ids{{0, 0, 0}, {1, 0, 0}, {0, 0, 1}, {1, 0, 1}, {0, 0, 2}, {1, 0, 2}, {0, 0, 3}, {1, 0, 3}});
  CHECK(
      turns("one per request") ==
      Ids{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {0, 2, 0}, {1, 2, 0}, {0, 3, 0}, {1, 3, 0}});
  CHECK(
      turns("{turns_per_session: 3}") ==
      Ids{{0, 0, 0}, {1, 0, 0}, {0, 0, 1}, {1, 0, 1}, {0, 0, 2}, {1, 0, 2}, {0, 1, 0}, {1, 1, 0}});
}

TEST_CASE("classes merge by instant and have users of their own", "[plan]") {
  const Scenario s = scenario_with(
      "  a: {arrivals: constant(1/s), users: 3, parallel: 2}\n"
      "  b: {arrivals: constant(1/s), users: 2, in: late, stream: true, output_tokens: 50}\n",
      "{early: 2s, late: 2s}");
  const Plan plan = make_plan(s, world::Random(1));
  REQUIRE(plan.requests.size() == 10);
  CHECK(plan.users[1].first == 3);
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    const PlannedRequest& r = plan.requests[i];
    CHECK(r.id == i);
    if (i > 0) CHECK(plan.requests[i - 1].at <= r.at);
    CHECK((r.load_class == 0 ? r.turn.user < 3 : r.turn.user >= 3));
    CHECK(r.stream == (r.load_class == 1));
    CHECK(r.output_tokens == (r.load_class == 1 ? 50u : 0u));
    if (r.load_class == 1) CHECK(r.at >= world::at(2s));
  }
  // Two in parallel: the same user at the same instant.
  CHECK(plan.requests[0].at == plan.requests[1].at);
  CHECK(plan.requests[0].turn.user == plan.requests[1].turn.user);
  CHECK(plan.requests[0].turn != plan.requests[1].turn);
}

TEST_CASE("a plan is a pure function of scenario and seed", "[plan]") {
  const Scenario s = scenario_with(
      "  a: {arrivals: poisson(20/s), users: \"zipf(users=50, s=1.1)\", prompt_tokens: "
      "\"lognormal(p50=60, "
      "p99=400)\"}\n");
  const Plan plan = make_plan(s, world::Random(7));
  CHECK(plan.requests == make_plan(s, world::Random(7)).requests);
  CHECK(plan.requests != make_plan(s, world::Random(8)).requests);
  // The same on every compiler and at every optimisation level.
  std::uint64_t digest = 0;
  for (const PlannedRequest& r : plan.requests) {
    digest = digest * 31 + static_cast<std::uint64_t>(world::since_start(r.at).count());
    digest = digest * 31 + r.turn.key() + r.prompt_tokens;
  }
  CHECK(digest == 0x735779687dff4b4fULL);
}

TEST_CASE("adding a class moves no request of another", "[plan]") {
  const std::string a =
      "  a: {arrivals: poisson(5/s), users: 10, prompt_tokens: \"uniform(10, 500)\"}\n";
  const std::string b = "  b: {arrivals: poisson(5/s), users: 10}\n";
  const Plan alone = make_plan(scenario_with(a), world::Random(1));
  const Plan both = make_plan(scenario_with(a + b), world::Random(1));
  std::vector<PlannedRequest> of_a;
  for (PlannedRequest r : both.requests) {
    if (r.load_class != 0) continue;
    r.id = of_a.size();
    of_a.push_back(r);
  }
  CHECK(of_a == alone.requests);
}

TEST_CASE("a closed loop is a sequence for each user", "[plan]") {
  const Scenario s = scenario_with(
      "  c: {arrivals: closed(exp(mean=5s)), users: 3, parallel: 2, sessions: {turns_per_session: "
      "2}}\n");
  const world::Random random(1);
  const Plan plan = make_plan(s, random);
  CHECK(plan.requests.empty());
  REQUIRE(plan.closed.size() == 1);
  const ClosedLoop& loop = plan.closed[0];
  CHECK(loop.users.count == 3);
  CHECK(loop.to == world::at(100s));
  std::set<std::uint64_t> ids;
  double sum = 0;
  for (std::uint32_t user = 0; user < 3; ++user) {
    for (std::uint32_t n = 0; n < 2'000; ++n) {
      const ClosedTurn step = closed_turn(s, random, loop, user, n);
      CHECK(step.request.turn == world::TurnId{user, n / 2, n % 2});
      if (n % 2 == 1) CHECK(step.think == 0s);
      ids.insert(step.request.id);
      sum += static_cast<double>(step.think.count());
    }
  }
  CHECK(ids.size() == 6'000);
  CHECK(*ids.begin() >> 63 == 1);
  CHECK(sum / 3'000 == Approx(5e9).epsilon(0.08));  // deviation of the mean: 1.8 %
}

TEST_CASE("the text of a turn carries its marker and its length", "[plan]") {
  const world::TurnId id{17, 2, 5};
  CHECK(turn_text("Hello.", id, 0) == "[turn u17.s2.t5] Hello.");
  CHECK(turn_text("", id, 0) == "[turn u17.s2.t5]");
  CHECK(turn_text("Hello.", id, 1) == "[turn u17.s2.t5] Hello.");
  const std::string text = turn_text("Hello.", id, 1'469);
  CHECK(text.size() == 5'876);
  CHECK(text.starts_with("[turn u17.s2.t5] Hello. "));
  CHECK(text == turn_text("Hello.", id, 1'469));
  CHECK(text.substr(30) != turn_text("Hello.", {17, 2, 6}, 1'469).substr(30));
  CHECK(world::turn_ids_in(text) == std::vector<world::TurnId>{id});
}

TEST_CASE("nobody in the shipped control scenarios exceeds 30 requests a minute", "[plan]") {
  struct Row {
    const char* file;
    std::size_t requests;
  };
  for (const Row& row :
       {Row{"azure_code_replay", 8'819}, Row{"backend_down", 1'640}, Row{"steady", 360}}) {
    CAPTURE(row.file);
    const Scenario s =
        load_scenario(source_dir() + "/scenarios/" + std::string(row.file) + ".yaml");
    const Plan plan = make_plan(s, world::Random(s.seed));
    CHECK(plan.requests.size() == row.requests);
    CHECK(busiest_minute(plan) <= 30);
  }
}

TEST_CASE("the shipped overload scenarios are what their seeds describe", "[plan]") {
  const Scenario spam = load_scenario(source_dir() + "/scenarios/user_spam.yaml");
  const Plan spam_plan = make_plan(spam, world::Random(spam.seed));
  CHECK(spam_plan.requests.size() == 1'200 + 240);
  CHECK(busiest_minute(spam_plan) == 600);

  const Scenario same = load_scenario(source_dir() + "/scenarios/same_user.yaml");
  const Plan same_plan = make_plan(same, world::Random(same.seed));
  CHECK(same_plan.requests.size() == 2 * (6 * 2 + 6 * 5 + 4 * 20));
  std::map<std::pair<std::uint32_t, world::Instant>, int> at_once;
  for (const PlannedRequest& r : same_plan.requests) ++at_once[{r.turn.user, r.at}];
  std::set<int> sizes;
  for (const auto& [key, n] : at_once) sizes.insert(n);
  CHECK(sizes == std::set<int>{2, 5, 20});
}
