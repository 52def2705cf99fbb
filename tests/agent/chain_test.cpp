// The provider chain in front of fakes that fail: who is asked, in which order, how often, when,
// and what is told when nobody answers.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/agent/chain_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Config;
using agent::OutcomeKind;
using agent::ProblemCode;
using nlohmann::json;
using world::Nanos;

TEST_CASE("what passes is tried elsewhere at once, what the caller did is not",
          "[chain][REQ-028][REQ-054][REQ-057]") {
  struct Row {
    const char* what;
    fakes::FaultAction action;
    const char* hits;
    ProblemCode code = ProblemCode::backend_refused;  // of those that have no answer
  };
  fakes::FalseSuccess html;
  html.body = "<html></html>";
  const std::vector<Row> rows = {
      {"refuse", fakes::Refuse{}, "b"},
      {"hang", fakes::Hang{}, "a b"},
      {"500", fakes::Status{500, "", {}}, "a b"},
      {"429", fakes::RateLimit{20s}, "a b"},
      {"reset", fakes::Reset{0}, "a b"},
      {"no words", fakes::Content{fakes::ContentHow::empty}, "a b"},
      {"HTML", html, "a b"},
      {"401", fakes::Status{401, "", {}}, "a b"},
      {"403", fakes::Status{403, "", {}}, "a b"},
      {"404", fakes::Status{404, "", {}}, "a b"},
      {"empty quota", fakes::ProviderError{fakes::ProviderErrorHow::insufficient_quota}, "a b"},
      {"400", fakes::Status{400, "", {}}, "a"},
      {"422", fakes::Status{422, "", {}}, "a"},
      {"too long", fakes::ProviderError{fakes::ProviderErrorHow::context_length}, "a"}};
  for (const Row& row : rows) {
    for (const bool stream : {false, true}) {
      CAPTURE(row.what, stream);
      ChainWorld w(chain_config({"a", "b", "c"}), {fault_on("a", row.action)});
      ChainAsking asking;
      asking.stream = stream;
      const ChainReply reply = w.ask(asking);
      CHECK(w.hits() == row.hits);
      CHECK(reply.answered == (std::string(row.hits) != "a"));
      CHECK(reply.fallback == reply.answered);
      CHECK(reply.provider == (reply.answered ? "b" : "a"));
      CHECK(reply.took() < 30s);
      if (!reply.answered) CHECK(reply.problem.code == row.code);
      if (!reply.answered) CHECK_FALSE(reply.may_degrade);
    }
  }
}

TEST_CASE("a lone provider that refuses the core is asked once for each request, and rests not",
          "[chain][REQ-028]") {
  for (const int status : {401, 403, 404}) {
    ChainWorld w(chain_config({"a"}),
                 {fault_on("a", fakes::Status{status, "", {}}, 0s, world::at(5s))});
    const auto replies = w.ask_all(in_a_row(2, 10s));
    CHECK_FALSE(replies[0].answered);
    CHECK(replies[0].problem.code == ProblemCode::backend_refused);
    CHECK(replies[1].answered);
    CHECK(w.hits() == "a a");
  }
}

TEST_CASE("who refuses the core is left alone for five minutes", "[chain]") {
  ChainWorld w(chain_config({"a", "b"}),
               {fault_on("a", fakes::Status{401, "", {}}, 0s, world::at(5s))});
  w.ask_all(in_a_row(4, 101s));
  CHECK(w.hits() == "a b b b a");
}

TEST_CASE("a prompt that is too long goes to who reads more", "[chain]") {
  Config config = chain_config({"a", "b", "c"});
  config.chain.larger_context = {"c"};
  const fakes::ProviderError too_long{fakes::ProviderErrorHow::context_length};
  ChainWorld w(config, {fault_on("a", too_long)});
  CHECK(w.ask().provider == "c");
  CHECK(w.hits() == "a c");
}

TEST_CASE("over all providers there are four calls and no more", "[chain][REQ-023]") {
  for (const std::size_t providers : {1, 2, 3, 4, 5}) {
    CAPTURE(providers);
    std::vector<std::string> names;
    std::vector<fakes::Fault> faults;
    for (std::size_t i = 0; i < providers; ++i) {
      names.push_back(std::string(1, static_cast<char>('a' + i)));
      faults.push_back(fault_on(names.back(), fakes::Status{503, "", {}}));
    }
    ChainWorld w(chain_config(names), faults);
    const ChainReply reply = w.ask();
    CHECK_FALSE(reply.answered);
    CHECK(reply.attempts == 4);
    CHECK(w.records.size() == 4);
    CHECK(reply.may_degrade);
    for (const std::string& name : names) CHECK(w.hits_of(name) <= (providers == 1 ? 4 : 2));
  }
}

TEST_CASE("with other providers the waits are short, and long for the last and for jobs",
          "[chain][REQ-018]") {
  const auto gap_of = [](std::vector<std::string> providers, bool background) {
    Config config = chain_config(providers);
    config.chain.background_waits = false;
    std::vector<fakes::Fault> faults;
    for (const std::string& name : providers) {
      faults.push_back(fault_on(name, fakes::Status{503, "", {}}));
    }
    ChainWorld w(config, faults);
    ChainAsking asking;
    asking.background = background;
    w.ask(asking);
    return w.records.at(providers.size()).at - w.records.at(providers.size() - 1).at;
  };
  CHECK(gap_of({"a", "b"}, false) >= 250ms);
  CHECK(gap_of({"a", "b"}, false) <= 501ms);
  for (const Nanos ladder : {gap_of({"a"}, false), gap_of({"a", "b"}, true)}) {
    CHECK(ladder >= 2500ms);
    CHECK(ladder <= 5001ms);
  }
}

TEST_CASE("who is told not to come again does not, but goes elsewhere", "[chain]") {
  fakes::RateLimit limit{1s};
  limit.should_retry = false;
  ChainWorld alone(chain_config({"a"}), {fault_on("a", limit)});
  CHECK_FALSE(alone.ask().answered);
  CHECK(alone.hits() == "a");
  ChainWorld w(chain_config({"a", "b"}), {fault_on("a", limit)});
  CHECK(w.ask().answered);
  CHECK(w.hits() == "a b");
}

TEST_CASE("a Retry-After is obeyed, and one of a million seconds is no reason to wait",
          "[chain][REQ-021]") {
  SECTION("seven seconds") {
    ChainWorld w(chain_config({"a"}), {fault_on("a", fakes::RateLimit{7s}, 0s, world::at(1s))});
    const auto replies = w.ask_all(in_a_row(2, 2s));
    CHECK(replies[0].answered);
    CHECK(replies[1].answered);
    REQUIRE(w.records.size() == 3);
    CHECK(w.records[1].at - w.records[0].at >= 7s);
  }
  SECTION("of a 503, too") {
    fakes::Status status{503, "", {{"retry-after", "7"}}};
    ChainWorld w(chain_config({"a", "b"}), {fault_on("a", status, 0s, world::at(1s))});
    w.ask_all(in_a_row(4, 3s));
    CHECK(w.hits() == "a b b b a");
  }
  SECTION("for ever, elsewhere") {
    ChainWorld w(chain_config({"a", "b"}), {fault_on("a", fakes::RateLimit{1'000'000s})});
    const ChainReply reply = w.ask();
    CHECK(reply.provider == "b");
    CHECK(reply.took() < 200ms);
  }
  SECTION("for longer than there is time: others may be asked again, it is not") {
    Config config = chain_config({"a", "b"});
    config.chain.rest_max = 1s;
    fakes::Fault late = fault_on("a", fakes::RateLimit{1'000'000s});
    fakes::Fault down = fault_on("b", fakes::Status{503, "", {}});
    down.id = "down";
    ChainWorld w(config, {late, down});
    CHECK_FALSE(w.ask().answered);
    CHECK(w.hits_of("a") == 1);
    CHECK(w.hits_of("b") > 1);
  }
  SECTION("for ever, alone: it is asked again after a while all the same") {
    ChainWorld w(chain_config({"a"}),
                 {fault_on("a", fakes::RateLimit{1'000'000s}, 0s, world::at(1s))});
    const auto replies = w.ask_all(in_a_row(3, 301s));
    CHECK(replies[0].took() < 200ms);
    CHECK(replies[0].problem.code == ProblemCode::backend_rate_limited);
    CHECK_FALSE(replies[1].answered);
    CHECK(replies[1].took() == 0s);
    CHECK(replies[2].answered);
  }
}

TEST_CASE("limits that a later attempt is told are heard as well", "[chain]") {
  fakes::Fault later = fault_on("a", fakes::RateLimit{40s});
  later.attempts = {2, 99};
  fakes::Fault first = fault_on("a", fakes::Status{503, "", {}});
  first.id = "first";
  first.attempts = {1, 1};
  Config config = chain_config({"a"});
  ChainWorld w(config, {first, later});
  w.ask_all(in_a_row(2, 10s));
  REQUIRE(w.records.size() >= 2);
  const world::Instant told = w.records[1].at;
  CHECK(told < world::at(10s));
  for (std::size_t i = 2; i < w.records.size(); ++i) CHECK(w.records[i].at >= told + 40s);
}

TEST_CASE("providers of one account rest together", "[chain][REQ-051]") {
  Config config = chain_config({"a", "b", "c"});
  config.rate.groups = {{"main", {"a", "b"}, 0, 0}};
  ChainWorld w(config, {fault_on("a", fakes::RateLimit{20s}, 0s, world::at(1s))});
  const auto replies = w.ask_all(in_a_row(4, 8s));
  CHECK(w.hits() == "a c c c a");
  for (const ChainReply& reply : replies) CHECK(reply.answered);
}

TEST_CASE("an account is not asked for more than it allows", "[chain][REQ-051]") {
  Config config = chain_config({"a", "b", "c"});
  config.rate.groups = {{"main", {"a", "b"}, 3, 0}};
  ChainWorld w(config, {});
  for (const ChainReply& reply : w.ask_all(in_a_row(6, 1s))) CHECK(reply.answered);
  CHECK(w.hits() == "a a a c c c");
}

TEST_CASE("the deadline holds, whatever happens", "[chain][REQ-024]") {
  struct Row {
    const char* what;
    fakes::FaultAction action;
  };
  const std::vector<Row> rows = {{"hang", fakes::Hang{}},
                                 {"black hole", fakes::BlackHole{}},
                                 {"503", fakes::Status{503, "", {}}},
                                 {"429", fakes::RateLimit{29s}},
                                 {"drips", fakes::SlowHeaders{1s}},
                                 {"head only", fakes::Hang{{}, fakes::HangAfter::headers}},
                                 {"refuse", fakes::Refuse{}}};
  for (const Row& row : rows) {
    for (const std::vector<std::string>& names : {std::vector<std::string>{"a"}, {"a", "b"}}) {
      for (const bool stream : {false, true}) {
        CAPTURE(row.what, names.size(), stream);
        std::vector<fakes::Fault> faults;
        for (const std::string& name : names) faults.push_back(fault_on(name, row.action));
        ChainWorld w(chain_config(names), faults);
        ChainAsking asking;
        asking.stream = stream;
        asking.patience = 30s;
        const ChainReply reply = w.ask(asking);
        CHECK_FALSE(reply.answered);
        CHECK(reply.took() <= 30s);
        for (const auto& record : w.records) CHECK(record.at < reply.sent + 30s);
      }
    }
  }
}

TEST_CASE("no wait is begun that leaves no time for an answer", "[chain][REQ-024]") {
  fakes::Backend slow = steady_backend();
  slow.ttft = world::Distribution::fixed(8'000'000'000);
  ChainWorld w(chain_config({"a"}), {fault_on("a", fakes::Status{503, "", {}}, 20s)}, slow);
  ChainAsking asking;
  std::vector<ChainAsking> all = {asking, asking};
  all[1].at = 30s;
  all[1].turn = {2, 0, 0};
  all[1].patience = 10s;  // 2.5 to 5 s of waiting and 8 s of answering do not fit
  const auto replies = w.ask_all(all);
  CHECK(replies[0].answered);
  CHECK_FALSE(replies[1].answered);
  CHECK(replies[1].took() < 1s);
  CHECK(w.records.size() == 2);
}

TEST_CASE("connections that nobody answers are given up on sooner than calls", "[chain]") {
  ChainWorld w(chain_config({"a", "b"}), {fault_on("a", fakes::BlackHole{})});
  const ChainReply reply = w.ask();
  CHECK(reply.provider == "b");
  CHECK(reply.took() >= 5s);
  CHECK(reply.took() < 6s);
}

TEST_CASE("in an outage retries are a share of the calls", "[chain][REQ-022]") {
  Config config = chain_config({"a"});
  config.breaker.policy = agent::BreakerPolicy::none;
  config.retry.budget_floor = 1;
  ChainWorld w(config, {fault_on("a", fakes::Status{503, "", {}})});
  w.ask_all(in_a_row(3'000, 20ms));  // 50 a second, a minute long
  CHECK(w.records.size() > 3'100);
  CHECK(w.records.size() <= 3'000 * 120 / 100 + 110 + 10);  // the last ones retry after a while
}

TEST_CASE("hits follow the order, and the first comes back within two probes",
          "[chain][REQ-054]") {
  ChainWorld w(chain_config({"a", "b", "c"}),
               {fault_on("a", fakes::Status{503, "", {}}, 10s, world::at(40s)),
                fault_on("b", fakes::Status{503, "", {}}, 20s, world::at(30s))});
  const auto replies = w.ask_all(in_a_row(100, 1s));
  std::size_t answered_by_c = 0;
  std::size_t probes = 0;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    CAPTURE(i);
    CHECK(replies[i].answered);
    CHECK(replies[i].took() < 1s);
    const Nanos at = Nanos(1s) * static_cast<std::int64_t>(i);
    if (at < 10s) CHECK(replies[i].provider == "a");
    if (at > 15s && at < 20s) CHECK(replies[i].provider == "b");
    if (at > 20s && at < 30s) CHECK(replies[i].provider == "c");
    answered_by_c += replies[i].provider == "c" ? 1 : 0;
    if (at > 40s && replies[i].provider == "a") ++probes;
  }
  CHECK(answered_by_c >= 9);
  CHECK(replies.back().provider == "a");
  CHECK(probes >= 20);  // from the instant when it could be probed on
}

TEST_CASE("a provider that fails often loses its place, and is still looked at",
          "[chain][REQ-063]") {
  Config config = chain_config({"a", "b"});
  config.breaker.policy = agent::BreakerPolicy::none;
  config.chain.explore_ppm = 20'000;
  fakes::Fault sick = fault_on("a", fakes::Status{500, "", {}});
  sick.probability_ppm = 300'000;
  ChainWorld w(config, {sick});
  const auto replies = w.ask_all(in_a_row(2'000, 100ms));
  std::size_t first_at_a = 0;
  std::size_t late_at_a = 0;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    CHECK(replies[i].answered);
    const bool at_a = replies[i].tried.front().provider == "a";
    if (i < 50) first_at_a += at_a ? 1 : 0;
    if (i >= 1'000) late_at_a += at_a ? 1 : 0;
  }
  CHECK(first_at_a >= 20);
  CHECK(late_at_a >= 10);
  CHECK(late_at_a <= 300);
}

TEST_CASE("neighbours change places rarely, also when a provider flaps", "[chain]") {
  world::SimClock clock;
  agent::ChainConfig config;
  config.learn = true;
  config.explore_ppm = 0;
  agent::Preference preference(clock, config, world::Random(1), 3);
  using Known = agent::Preference::Known;
  struct Nap {
    static world::Task<void> take(world::Clock& c) { co_await c.sleep(1s); }
  };
  std::size_t changes = 0;
  std::size_t first = 0;
  for (int s = 0; s < 600; ++s) {
    clock.run(Nap::take(clock));
    const std::int64_t errors = (s / 5) % 2 == 0 ? 900'000 : 0;
    const std::vector<Known> known = {{errors, 100ms}, {0, 100ms}, {0, 100ms}};
    const std::size_t now = preference.order_for("r", known)[0];
    changes += now == first ? 0 : 1;
    first = now;
  }
  CHECK(changes >= 2);
  CHECK(changes <= 10);  // one a minute
  const std::vector<Known> crawling = {{0, 1s}, {0, 100ms}, {0, 100ms}};
  for (int s = 0; s < 200; ++s) {
    clock.run(Nap::take(clock));
    preference.order_for("r", crawling);
  }
  CHECK(preference.order()[0] == 1);
}

TEST_CASE("who wants no fallback gets the first provider or none", "[chain]") {
  ChainWorld w(chain_config({"a", "b"}), {fault_on("a", fakes::Status{503, "", {}})});
  ChainAsking asking;
  asking.allow_fallback = false;
  CHECK_FALSE(w.ask(asking).answered);
  CHECK(w.hits() == "a a a a");
}

TEST_CASE("each call is recorded, with what it came to", "[chain][REQ-055]") {
  ChainWorld w(chain_config({"a", "b", "c"}), {fault_on("a", fakes::Status{503, "", {}}),
                                               fault_on("b", fakes::Refuse{})});
  const ChainReply reply = w.ask();
  CHECK(reply.answered);
  const json attempts = json::parse(agent::attempts_json(reply.tried));
  REQUIRE(attempts.size() == 3);
  CHECK(attempts[0]["provider"] == "a");
  CHECK(attempts[0]["outcome"] == "status");
  CHECK(attempts[0]["status"] == 503);
  CHECK(attempts[0]["ms"].is_number_integer());
  CHECK(attempts[1]["provider"] == "b");
  CHECK(attempts[1]["outcome"] == "refused");
  CHECK_FALSE(attempts[1].contains("status"));
  CHECK(attempts[2]["provider"] == "c");
  CHECK(attempts[2]["outcome"] == "ok");
  CHECK(reply.fallback);

  ChainWorld down(chain_config({"a"}), {fault_on("a", fakes::Refuse{})});
  CHECK(down.ask().problem.attempts.size() == 4);
}

TEST_CASE("the health of providers is readable, and turns soon", "[chain][REQ-062]") {
  ChainWorld w(chain_config({"a", "b"}), {fault_on("a", fakes::Status{503, "", {}}, 10s)});
  const auto replies = w.ask_all(in_a_row(20, 1s));
  const json before = json::parse(replies[9].health);
  const json after = json::parse(replies[19].health);
  REQUIRE(before["data"].size() == 2);
  CHECK(before["data"][0]["name"] == "a");
  CHECK(before["data"][0]["state"] == "healthy");
  CHECK(before["data"][0]["last_failure"].is_null());
  CHECK(before["data"][0]["typical_ms"] > 0);
  CHECK(after["data"][0]["state"] == "unavailable");
  CHECK(after["data"][0]["breaker"]["state"] == "open");
  CHECK(after["data"][0]["last_failure"]["status"] == 503);
  CHECK(after["data"][0]["failures"] == 5);
  CHECK(after["data"][1]["state"] == "healthy");
  CHECK(after["data"][1]["quota_group"] == "b");
}
