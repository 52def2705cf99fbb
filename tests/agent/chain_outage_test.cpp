// The provider chain when no provider can be had: who settles for less is told at once, background
// requests wait for the recovery; and answers that are plans, or none.
#include <catch2/catch.hpp>

#include "tests/agent/chain_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Config;
using agent::LedgerKind;
using agent::ProblemCode;
using world::Nanos;

namespace {

// Users who settle for a degraded answer.
ChainAsking settling() {
  ChainAsking asking;
  asking.settles = true;
  return asking;
}

std::vector<fakes::Fault> down(const std::vector<std::string>& names, fakes::FaultAction action,
                               Nanos from = 0s, world::Instant to = world::kNever) {
  std::vector<fakes::Fault> faults;
  for (const std::string& name : names) faults.push_back(fault_on(name, action, from, to));
  return faults;
}

}  // namespace

TEST_CASE("who settles for less is told within half a second of the first failure",
          "[chain][REQ-059]") {
  SECTION("all refuse: the very first one") {
    ChainWorld w(chain_config({"a", "b"}), down({"a", "b"}, fakes::Refuse{}));
    const ChainReply reply = w.ask(settling());
    CHECK_FALSE(reply.answered);
    CHECK(reply.may_degrade);
    CHECK(reply.took() <= 500ms);
    CHECK(reply.attempts == 2);
  }
  SECTION("the only one hangs: from the third request that fails on") {
    ChainWorld w(chain_config({"a"}), down({"a"}, fakes::Hang{}));
    const auto replies = w.ask_all(in_a_row(100, 200ms, settling()));
    std::size_t late = 0;
    for (const ChainReply& reply : replies) {
      CHECK_FALSE(reply.answered);
      CHECK(reply.may_degrade);
      const Nanos first = reply.tried.empty() ? Nanos{0} : reply.tried.front().took;
      late += reply.took() - first > 500ms ? 1 : 0;
    }
    CHECK(late <= 2);
  }
}

TEST_CASE("one failure of one request is no outage: it is tried again", "[chain][REQ-019]") {
  for (const fakes::FaultAction& action :
       {fakes::FaultAction(fakes::Hang{}), fakes::FaultAction(fakes::Status{503, "", {}})}) {
    fakes::Fault once = fault_on("a", action);
    once.attempts = {1, 1};
    ChainWorld w(chain_config({"a"}), {once});
    const ChainReply reply = w.ask(settling());
    CHECK(reply.answered);
    CHECK(reply.attempts == 2);
  }
}

TEST_CASE("when one provider can still be asked, nobody settles for less", "[chain]") {
  ChainWorld w(chain_config({"a", "b"}), down({"a"}, fakes::Refuse{}));
  for (const ChainReply& reply : w.ask_all(in_a_row(20, 1s, settling()))) {
    CHECK(reply.answered);
    CHECK(reply.provider == "b");
  }
}

TEST_CASE("with every breaker open answers are quick and say why, and probes are few",
          "[chain][REQ-006][REQ-064]") {
  Config config = chain_config({"a", "b"});
  config.retry_waits = {};
  ChainWorld w(config, down({"a", "b"}, fakes::Status{503, "", {}}));
  const auto replies = w.ask_all(in_a_row(600, 100ms));
  for (std::size_t i = 100; i < replies.size(); ++i) {
    CHECK(replies[i].took() <= 5ms);
    CHECK(replies[i].problem.code == ProblemCode::circuit_open);
    CHECK(replies[i].problem.retry_after.has_value());
    CHECK(replies[i].may_degrade);
  }
  CHECK(replies[100].problem.detail.starts_with("Circuit breaker open for "));
  CHECK(w.hits_of("a") <= 6);
  CHECK(w.hits_of("b") <= 6);
}

TEST_CASE("background requests wait for the recovery: each once, in order, ramped",
          "[chain][REQ-060]") {
  Config config = chain_config({"a"});
  config.chain.capacity = 16;  // of which four are for them
  fakes::Backend backend = steady_backend();
  backend.ttft = world::Distribution::fixed(1'000'000'000);
  ChainWorld w(config, down({"a"}, fakes::Refuse{}, 10s, world::at(100s)), backend);
  ChainAsking job;
  job.background = true;
  job.at = 12s;
  job.patience = 1h;
  const auto replies = w.ask_all(in_a_row(60, 1s, job));
  std::vector<std::uint32_t> order;
  std::vector<std::pair<world::Instant, int>> edges;
  for (const auto& record : w.records) {
    CHECK(record.status == 200);
    order.push_back(record.asked->user);
    edges.emplace_back(record.at, 1);
    edges.emplace_back(record.ended, -1);
  }
  REQUIRE(order.size() == 60);  // each once
  // The first requests had met the refusals, and knew nothing of a breaker: they waited in turn.
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (const ChainReply& reply : replies) CHECK(reply.answered);
  std::sort(edges.begin(), edges.end());
  int at_once = 0;
  int most_early = 0;
  int most = 0;
  const world::Instant first = edges.front().first;
  for (const auto& [at, step] : edges) {
    at_once += step;
    most = std::max(most, at_once);
    if (at < first + 8s) most_early = std::max(most_early, at_once);
  }
  CHECK(most_early == 1);
  CHECK(most <= 4);
  CHECK(most >= 3);
  CHECK(first >= world::at(100s));
}

TEST_CASE("background requests that came later do not pass those who wait", "[chain]") {
  ChainWorld w(chain_config({"a"}), down({"a"}, fakes::Refuse{}, 0s, world::at(50s)));
  ChainAsking job;
  job.background = true;
  job.patience = 1h;
  std::vector<ChainAsking> all = in_a_row(12, 1s, job);
  for (std::uint32_t i = 0; i < 4; ++i) {  // at the instants of the recovery
    job.at = 60s + 20s * i;
    job.turn = {20 + i, 0, 0};
    all.push_back(job);
  }
  for (const ChainReply& reply : w.ask_all(all)) CHECK(reply.answered);
  std::vector<std::uint32_t> order;
  for (const auto& record : w.records) order.push_back(record.asked->user);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a background request waits until its deadline and not longer", "[chain]") {
  ChainWorld w(chain_config({"a"}), down({"a"}, fakes::Refuse{}));
  ChainAsking job;
  job.background = true;
  job.patience = 10min;
  for (const ChainReply& reply : w.ask_all(in_a_row(8, 1s, job))) {
    CHECK_FALSE(reply.answered);
    CHECK(reply.may_degrade);
    CHECK(reply.took() <= 10min);
    CHECK(reply.attempts <= 12);
  }
}

TEST_CASE("the ramp goes from a tenth to the whole share", "[chain][REQ-060]") {
  world::SimClock clock;
  agent::ChainConfig config;
  config.capacity = 400;  // of which a hundred are for those who waited
  agent::Recovery recovery(clock, config, [] { return Nanos{0}; });
  struct Nap {
    static world::Task<void> take(world::Clock& c, Nanos time) { co_await c.sleep(time); }
  };
  clock.run(Nap::take(clock, 1h));
  CHECK(recovery.places() == 100);
  recovery.began();
  CHECK(recovery.places() == 10);
  clock.run(Nap::take(clock, 10s));
  CHECK(recovery.places() == 40);
  clock.run(Nap::take(clock, 20s));
  CHECK(recovery.places() == 100);
}

TEST_CASE("a plan is never the answer: what it says to the user is, or it is asked again once",
          "[chain][REQ-069][REQ-070][REQ-071]") {
  struct Row {
    const char* text;
    const char* answer;  // empty: none
    std::size_t calls;
  };
  const Row rows[] = {
      {R"({"thought":"a","plan":["b"],"shell_info":"The disk is 40% full."})",
       "The disk is 40% full.", 1},
      {"```json\n{\"plan\":[],\"tool\":\"x\",\"answer\":\"It ships.\"}\n```", "It ships.", 1},
      {R"({"response":"{\"steps\":[],\"action\":\"ask\",\"answer\":\"Which city?\"}"})",
       "Which city?", 1},
      {R"({"thought":"a","action":"b"})", "", 2},
      {R"({"thought":"a","action":"b","answer":"cut off he)", "", 2},
      {"   ", "", 4}};
  for (const Row& row : rows) {
    for (const bool stream : {false, true}) {
      CAPTURE(row.text, stream);
      fakes::Backend backend = steady_backend();
      fakes::ReplyRule rule;
      rule.canary = false;
      rule.text = row.text;
      backend.replies = {rule};
      ChainWorld w(chain_config({"a"}), {}, backend);
      ChainAsking asking;
      asking.stream = stream;
      asking.tokens = 100;
      const ChainReply reply = w.ask(asking);
      CHECK(w.records.size() == row.calls);
      CHECK(reply.answered == (std::string(row.answer) != ""));
      CHECK(reply.text.find("thought") == std::string::npos);
      CHECK(reply.text.find("plan") == std::string::npos);
      CHECK(reply.text.find("steps") == std::string::npos);
      if (reply.answered) CHECK(reply.text.find(row.answer) != std::string::npos);
      if (!reply.answered) CHECK(reply.problem.code == ProblemCode::backend_invalid_response);
    }
  }
}

TEST_CASE("who asks for JSON gets it, whatever it looks like", "[chain]") {
  fakes::Backend backend = steady_backend();
  fakes::ReplyRule rule;
  rule.canary = false;
  rule.text = R"({"plan":"a","steps":[1]})";
  backend.replies = {rule};
  for (const bool stream : {false, true}) {
    ChainWorld w(chain_config({"a"}), {}, backend);
    ChainAsking asking;
    asking.stream = stream;
    asking.further = R"(,"response_format":{"type":"json_object"})";
    CHECK(w.ask(asking).answered);
    CHECK(w.records.size() == 1);
  }
}

TEST_CASE("a stream that is cut before its first word is asked for again, later it is not",
          "[chain][REQ-058]") {
  for (const std::int64_t events : {0, 1, 5}) {
    CAPTURE(events);
    fakes::Fault cut = fault_on("a", fakes::Cut{events, fakes::CutEnd::fin});
    ChainWorld w(chain_config({"a", "b"}), {cut});
    ChainAsking asking;
    asking.stream = true;
    asking.tokens = 20;
    const ChainReply reply = w.ask(asking);
    CHECK(reply.answered);
    // The first event of a stream says who speaks; the first word comes with the second.
    CHECK(reply.provider == (events <= 1 ? "b" : "a"));
    CHECK(w.records.size() == (events <= 1 ? 2 : 1));
    CHECK(count(reply.text, "[reply u1.s0.t0]") == 1);
  }
}
