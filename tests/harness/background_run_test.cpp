// Whole simulated runs of the bundled core by the Responses API: background turns that are polled,
// cancelled, resumed and killed under way, and requests with keys that come again.
#include <catch2/catch.hpp>

#include "agent/profile.hpp"
#include "harness/run/run.hpp"
#include "prepared_scenario.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Outcome;
using reports::Verdict;

namespace {

// Its answers take 6 s, which a breaker that minds slowness would.
std::string scenario(const std::string& load, const std::string& more,
                     const std::string& store = "sqlite") {
  return "scenario: s\nbackends: {primary: {ttft: 2s, inter_token: 100ms, output_tokens: 40}}\n"
         "agent: {store: {kind: " + store + "}, breaker: {slow_percent: 0}}\n"
         "client: {timeout: 100s}\nphases: {calm: 20s, rough: 40s}\n"
         "load: {chat: {arrivals: constant(1/s), users: round_robin(30), sessions: one per "
         "request, api: responses, " + load + "}}\nslo: [error_rate < 50%]\n" + more;
}

reports::RunRecord simulate(const std::string& text) {
  LoadOptions load;
  load.agent = agent::find_profile("hardened")->apply(agent::Config{});
  const Prepared prepared = prepare(parse_scenario(text, "s.yaml", load), 7);
  RunOptions options;
  options.profile = "hardened";
  return run_scenario(prepared, options, RunHooks{}).record;
}

void check_invariants(const reports::RunRecord& record) {
  for (const auto& invariant : record.invariants) {
    INFO(invariant.name);
    for (const auto& violation : invariant.violations) {
      INFO(violation.who << ": " << violation.what);
      CHECK(violation.what == "");
    }
    CHECK(invariant.verdict == Verdict::pass);
  }
}

const std::string kInvariants =
    "invariants: [terminal_once, conservation, job_life, stream_integrity, no_empty_response]\n";

}  // namespace

TEST_CASE("background turns of the core", "[run][responses][REQ-079]") {
  for (const char* how : {"", ", stream: true", ", cancels: {after: 3s, share: 50%}",
                          ", stream: true, cancels: {after: 3s, share: 50%}",
                          ", stream: true, reconnects: {after: \"uniform(1s, 3s)\"}"}) {
    DYNAMIC_SECTION("background: true" << how) {
      const reports::RunRecord record =
          simulate(scenario(std::string("background: true, poll: 1s") + how, kInvariants));
      CHECK(record.counts.of(Outcome::ok) + record.counts.of(Outcome::cancelled) == 60);
      check_invariants(record);
    }
  }
}

TEST_CASE("what was acknowledged survives a kill", "[run][responses][REQ-083][REQ-086]") {
  for (const char* how : {"", ", stream: true"}) {
    DYNAMIC_SECTION("background: true" << how) {
      const reports::RunRecord record = simulate(
          scenario(std::string("background: true, poll: 1s") + how,
                   kInvariants +
                       "faults: [{id: crash, on: agent, at: 30s, kill: {restart_after: 2s}}]\n"));
      // New ones find nobody for two seconds, and no more than that fails.
      CHECK(record.counts.of(Outcome::ok) >= 57);
      check_invariants(record);
    }
  }
}

TEST_CASE("what was acknowledged and kept in memory is lost, and found out",
          "[run][responses][job_life]") {
  const reports::RunRecord record = simulate(
      scenario("background: true, poll: 1s",
               "invariants: [job_life]\n"
               "faults: [{id: crash, on: agent, at: 30s, kill: {restart_after: 2s}}]\n",
               "memory"));
  REQUIRE(record.invariants.size() == 1);
  CHECK(record.invariants[0].verdict == Verdict::fail);
  REQUIRE(!record.invariants[0].violations.empty());
  CHECK(record.invariants[0].violations[0].what.find("is lost") != std::string::npos);
}

TEST_CASE("keys are carried out once", "[run][responses][REQ-029]") {
  for (const char* how : {"", "background: true, poll: 1s, ", "stream: true, "}) {
    DYNAMIC_SECTION(how) {
      const reports::RunRecord record = simulate(
          scenario(std::string(how) + "idempotency: {duplicates: 3, share: 50%}",
                   "invariants: [terminal_once, conservation, exactly_once_keys]\n"));
      CHECK(record.counts.of(Outcome::ok) == 60);
      check_invariants(record);
    }
  }
}
