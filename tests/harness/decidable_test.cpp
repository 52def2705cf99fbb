// What is known of objectives before a run: can they be decided, and with how many requests.
#include <catch2/catch.hpp>

#include "harness/run/decidable.hpp"
#include "harness/run/sample_size.hpp"
#include "prepared_scenario.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

std::string scenario_with(const std::string& slo, const std::string& arrivals = "constant(10/s)") {
  return "scenario: planned\n"
         "backends: {primary: {ttft: 300ms}}\n"
         "phases: {baseline: 20s, outage: 20s}\n"
         "load:\n"
         "  chat: {users: 5, arrivals: " + arrivals + "}\n"
         "  rare: {users: 1, arrivals: constant(1/s), stream: true, in: outage}\n"
         "slo:\n"
         "  - " + slo + "\n";
}

Prepared laid_out(const std::string& slo, const std::string& arrivals = "constant(10/s)") {
  return lay_out(parse_scenario(scenario_with(slo, arrivals), "test.yaml"), 7);
}

}  // namespace

TEST_CASE("an objective that can never be decided is an error with its place") {
  struct Row {
    const char* slo;
    const char* sentence;  // nothing: it can be
  };
  const Row rows[] = {
      {"response.p95 < 2s", nullptr},
      {"response.p99 < 2s", nullptr},
      {"response.p99 < 2s of chat in outage",
       "`response.p99 < 2s of chat in outage` needs at least 299 requests to pass; 200 are planned "
       "of class chat in outage"},
      {"error_rate < 5% of rare",
       "`error_rate < 5% of rare` needs at least 59 requests to pass; 20 are planned of class "
       "rare"},
      {"ttft.p90 < 2s",
       "`ttft.p90 < 2s` needs at least 29 requests to pass; 20 are planned streamed"},
      {"ttft.p50 < 2s of chat",
       "`ttft.p50 < 2s of chat` needs at least 5 requests to pass; none are planned streamed of "
       "class chat"},
      {"error_rate < 5% over 5s",
       "`error_rate < 5% over 5s` needs at least 59 requests to pass; 50 are planned in its window "
       "0..5s"},
      {"error_rate < 5% over 10s", nullptr},
      {"error_rate < 5% min 5000 samples",
       "`error_rate < 5% min 5000 samples` needs at least 5,000 requests to pass; 420 are planned"},
      {"response.p99 vs baseline +10% in outage",
       "`response.p99 vs baseline +10% in outage` needs at least 368 requests to pass; 220 are "
       "planned in outage"},
      {"throughput > 20/s",
       "`throughput > 20/s` needs at least 803 requests to pass; 420 are planned"},
      {"throughput > 5/s", nullptr},
      {"response.count > 10000",
       "`response.count > 10000` needs at least 10,001 requests to pass; 420 are planned"},
      {"response.count >= 221 in outage",
       "`response.count >= 221 in outage` needs at least 221 requests to pass; 220 are planned in "
       "outage"},
      {"response.count >= 220 in outage", nullptr},
      {"response.count > 100 of rare",
       "`response.count > 100 of rare` needs at least 101 requests to pass; 20 are planned of "
       "class rare"},
      {"response.avg < 2s min 421 samples",
       "`response.avg < 2s min 421 samples` needs at least 421 requests to pass; 420 are planned"},
      {"fairness > 0.5 min 6 samples", nullptr},
      {"fairness > 0.5 min 7 samples",
       "`fairness > 0.5 min 7 samples` asks for 7 samples; there can be 6, as many as users are "
       "planned"},
      {"retry_amplification < 2 min 421 samples",
       "`retry_amplification < 2 min 421 samples` asks for 421 samples; there can be 420, as many "
       "as requests are planned"},
      {"error_rate < 50% over 15s", nullptr},
      {"response.avg < 2s", nullptr},
      {"response.count{outcome:error} == 0", nullptr},
      {"inter_token.p99 < 2s", nullptr},
  };
  for (const Row& row : rows) {
    INFO(row.slo);
    const std::vector<ScenarioError> errors = undecidable(laid_out(row.slo));
    REQUIRE(errors.size() == (row.sentence == nullptr ? 0 : 1));
    if (row.sentence == nullptr) {
      CHECK_NOTHROW(test::prepared_from(scenario_with(row.slo)));
      continue;
    }
    CHECK(errors[0].sentence == row.sentence);
    CHECK(to_text(errors[0].place) == "test.yaml:8:5");
    CHECK_THROWS_AS(test::prepared_from(scenario_with(row.slo)), ScenarioErrors);
  }
}

TEST_CASE("the tail of a run is a window too, and may be the poorest") {
  const Prepared prepared = laid_out("error_rate < 50% over 15s in outage");
  // Class rare begins with the outage: 11 requests a second, and 16.5 s of it do not exist.
  const PlannedFor planned = planned_for(prepared, prepared.slos[0]);
  CHECK(planned.requests == 165u);
  const Prepared fading = lay_out(parse_scenario("scenario: fading\n"
                                                 "backends: {primary: {ttft: 300ms}}\n"
                                                 "phases: {busy: 30s, idle: 10s}\n"
                                                 "load:\n"
                                                 "  chat: {users: 5, arrivals: constant(10/s), in: "
                                                 "busy}\n"
                                                 "slo: [error_rate < 5% over 15s]\n",
                                                 "test.yaml"),
                                  7);
  const PlannedFor tail = planned_for(fading, fading.slos[0]);
  CHECK(tail.requests == 50u);  // 25s..40s, of which 5s are busy
  CHECK(tail.stretch.begin == world::at(25s));
  CHECK(undecidable(fading).size() == 1);
}

TEST_CASE("the parameter of an invariant has bounds") {
  struct Row {
    const char* invariant;
    const char* sentence;  // nothing: it is allowed
  };
  const Row rows[] = {
      {"fairness: 1", nullptr},
      {"fairness: 0.8", nullptr},
      {"fairness: 5", "invariant `fairness` must be above 0 and at most 1, not `5`"},
      {"fairness: 0", "invariant `fairness` must be above 0 and at most 1, not `0`"},
      {"bounded_retries: 1", nullptr},
      {"bounded_retries: 0.5",
       "invariant `bounded_retries` must be at least 1 and at most 1000, not `0.5`"},
      {"bounded_retries: 1001",
       "invariant `bounded_retries` must be at least 1 and at most 1000, not `1001`"},
      {"recovers_within: 40s", nullptr},
      {"recovers_within: 0s", "invariant `recovers_within` must be above 0, not `0s`"},
      {"recovers_within: 41s",
       "invariant `recovers_within` must be at most 40s, the run's length, not `41s`"},
      {"cancel_propagates: 1h",
       "invariant `cancel_propagates` must be at most 40s, the run's length, not `1h`"},
  };
  for (const Row& row : rows) {
    INFO(row.invariant);
    const std::string text = scenario_with("response.p95 < 2s") + "invariants: [" + row.invariant +
                             "]\n";
    if (row.sentence == nullptr) {
      CHECK_NOTHROW(test::prepared_from(text));
      continue;
    }
    try {
      test::prepared_from(text);
      FAIL_CHECK("it was accepted");
    } catch (const ScenarioErrors& errors) {
      REQUIRE(errors.errors().size() == 1);
      CHECK(errors.errors()[0].sentence == row.sentence);
      CHECK(errors.errors()[0].place.line == 9);
    }
  }
}

TEST_CASE("of closed loops nothing is claimed") {
  const char* closed = "closed(think=5s)";
  CHECK(undecidable(laid_out("response.p99 < 2s of chat in outage", closed)).empty());
  CHECK(undecidable(laid_out("error_rate < 5% of rare", closed)).size() == 1);
}

TEST_CASE("how many requests an objective needs, and how long they take") {
  const SampleRow row = sample_sizes(laid_out("response.p95 < 2s of chat")).at(0);
  CHECK(row.planned == 400u);
  CHECK(row.to_pass == 59);
  CHECK(row.for_chance[0] == 59u);
  CHECK(row.for_chance[1] == 153u);
  CHECK(row.for_chance[2] == 506u);
  CHECK(row.stretch == 40s);
  CHECK(row.time_for(59) == 5900ms);
  CHECK(row.never.empty());
  const SampleRow never = sample_sizes(laid_out("response.p99 < 2s of chat in outage")).at(0);
  CHECK(never.to_pass == 299);
  CHECK_THAT(never.never, Catch::Contains("299"));
  const SampleRow measured = sample_sizes(laid_out("recovery_time < 60s")).at(0);
  CHECK_FALSE(measured.planned);
  CHECK(measured.to_pass == 0);
  CHECK_FALSE(measured.for_chance[0]);
  CHECK_FALSE(measured.time_for(10));
  const SampleRow rate = sample_sizes(laid_out("throughput > 9/s of chat")).at(0);
  CHECK(rate.to_pass == rate.for_chance[0]);  // at the planned rate: a tenth may be no good
  CHECK(rate.to_pass == 29);
  CHECK(rate.for_chance[2] > rate.for_chance[0]);
}
