// The language of objectives beyond its core (slo_test.cpp): k6's spelling, tags, windows,
// baselines, the units of every metric, and where each mistake is pointed at.
#include <catch2/catch.hpp>

#include "harness/verdict/slo.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Latency;
using reports::Outcome;

namespace {

reports::Layout layout() {
  reports::Layout layout;
  layout.phases = {{"baseline", world::at(0s), world::at(60s)},
                   {"outage", world::at(60s), world::at(120s)}};
  layout.classes = {"chat", "stream"};
  layout.duration = 120s;
  return layout;
}

void check_error(const std::string& text, const SloError& e, std::size_t offset,
                 const std::string& part) {
  INFO(text);
  CHECK(e.offset == offset);
  CHECK_THAT(e.what(), Catch::Contains(part));
}

}  // namespace

TEST_CASE("k6's thresholds mean what they mean there") {
  struct Row {
    const char* text;
    MetricKind kind;
    Statistic statistic;
    std::uint32_t percentile;
    Comparison comparison;
    std::int64_t bound;
  };
  const auto latency = MetricKind::latency;
  const auto p = Statistic::percentile;
  const Row rows[] = {
      {"p(95)<500", latency, p, 950'000, Comparison::less, 500'000'000},
      {"p(99.9) <= 1500.5", latency, p, 999'000, Comparison::at_most, 1'500'500'000},
      {"p95<500", latency, p, 950'000, Comparison::less, 500'000'000},
      {"med<200", latency, p, 500'000, Comparison::less, 200'000'000},
      {"avg < 200 of chat", latency, Statistic::avg, 0, Comparison::less, 200'000'000},
      {"avg<2s", latency, Statistic::avg, 0, Comparison::less, 2'000'000'000},
      {"max<=5000", latency, Statistic::max, 0, Comparison::at_most, 5'000'000'000},
      {"min>1", latency, Statistic::min, 0, Comparison::more, 1'000'000},
      {"count>100", latency, Statistic::count, 0, Comparison::more, 100},
      {"count===100", latency, Statistic::count, 0, Comparison::equal, 100},
      {"count == 0", latency, Statistic::count, 0, Comparison::equal, 0},
      {"count!=0", latency, Statistic::count, 0, Comparison::not_equal, 0},
      {"rate<0.01", MetricKind::error_rate, Statistic::number, 0, Comparison::less, 10'000},
      {"error_rate.rate <= 0.05", MetricKind::error_rate, Statistic::number, 0,
       Comparison::at_most, 50'000},
      {"goodput.rate >= 10", MetricKind::goodput, Statistic::number, 0, Comparison::at_least,
       36'000'000'000},
      {"fairness.value > 0.9", MetricKind::fairness, Statistic::number, 0, Comparison::more,
       900'000},
      {"service.p(95) < 2s", latency, p, 950'000, Comparison::less, 2'000'000'000},
      {"ttft.med < 2s", latency, p, 500'000, Comparison::less, 2'000'000'000},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const Slo slo = parse_slo(row.text);
    CHECK(slo.kind == row.kind);
    CHECK(slo.statistic == row.statistic);
    CHECK(slo.percentile_ppm == row.percentile);
    CHECK(slo.comparison == row.comparison);
    CHECK(slo.bound == row.bound);
  }
}

TEST_CASE("every metric has bounds in its unit") {
  struct Row {
    const char* text;
    std::int64_t bound;
    double shown;
  };
  const Row rows[] = {
      {"inter_token.p99 < 250ms", 250'000'000, 250},
      {"queue_wait.p95 < 5s", 5'000'000'000, 5'000},
      {"agent_added.p99 < 50ms", 50'000'000, 50},
      {"goodput > 10/s", 36'000'000'000, 10},
      {"goodput >= 90/min", 5'400'000'000, 1.5},
      {"throughput > 0.5/h", 500'000, 0.5 / 3600},
      {"retry_amplification <= 1.3", 1'300'000, 1.3},
      {"fairness > 90%", 900'000, 0.9},
      {"fairness >= 0.95", 950'000, 0.95},
      {"fairness >= 1", 1'000'000, 1},
      {"memory_slope < 64KiB/h", 65'536, 65'536},
      {"memory_slope < 1.5MB/min", 90'000'000, 90e6},
      {"memory_slope <= 2 GiB / h", 2'147'483'648, 2'147'483'648.0},
      {"recovery_time < 1m", 60'000'000'000, 60},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const Slo slo = parse_slo(row.text);
    CHECK(slo.bound == row.bound);
    CHECK(slo.shown_bound() == Approx(row.shown));
  }
}

TEST_CASE("clauses in any order, and tags wherever k6 has them") {
  const Slo slo = parse_slo(
      " response.p95{outcome:ok, stream:yes} < 2s over 30s min 300 samples in outage of chat ");
  CHECK(slo.outcome == Outcome::ok);
  CHECK(slo.streamed == true);
  CHECK(slo.window == 30s);
  CHECK(slo.min_samples == 300);
  CHECK(slo.cls == "chat");
  CHECK(slo.phase == "outage");
  CHECK(slo.expr.substr(slo.cls_offset, 4) == "chat");
  CHECK(slo.expr.substr(slo.phase_offset, 6) == "outage");
  CHECK(slo.expr.substr(slo.window_offset, 3) == "30s");

  const Slo tagged = parse_slo("error_rate{class:stream,phase:outage,stream:no} < 5%");
  CHECK(tagged.cls == "stream");
  CHECK(tagged.phase == "outage");
  CHECK(tagged.streamed == false);
  CHECK(parse_slo("response{class:chat}.p95 < 2s").cls == "chat");
  CHECK(parse_slo("p(95){class:chat} < 500").cls == "chat");

  const reports::Filter where = filter_of(slo, layout());
  CHECK(where.cls == 0);
  CHECK(where.phase == 1);
  CHECK(where.outcome == Outcome::ok);
  CHECK(where.streamed == true);
}

TEST_CASE("comparisons with the baseline") {
  const Slo both = parse_slo("response.p95 vs baseline +10% or +50ms in outage");
  REQUIRE(both.versus);
  CHECK(both.versus->relative_ppm == 100'000);
  CHECK(both.versus->absolute == 50'000'000);
  CHECK(both.phase == "outage");
  CHECK_FALSE(both.is_counted());
  const Slo turned = parse_slo("ttft.avg vs baseline +1s or +0.5%");
  CHECK(turned.versus->relative_ppm == 5'000);
  CHECK(turned.versus->absolute == 1'000'000'000);
  CHECK(parse_slo("service.p99 vs baseline +20%").versus->absolute == 0);
  CHECK(parse_slo("error_rate vs baseline +1pp").versus->absolute == 10'000);
}

TEST_CASE("mistakes are pointed at, with what to write instead") {
  struct Row {
    const char* text;
    std::size_t offset;
    const char* part;
  };
  const Row rows[] = {
      {"http_req_duration < 500", 0, "called response here"},
      {"value < 3", 0, "the value of what?"},
      {"p(95 < 500", 4, "expected )"},
      {"p(101)<500", 0, "between p0 and p100"},
      {"p(95)>500", 5, "expected < or <="},
      {"p(95)<500 parsecs", 10, "unknown word parsecs"},
      {"response.avg == 3s", 13, "expected < or <="},
      {"response.min == 3s", 13, "expected <, <=, > or >="},
      {"goodput < 10/s", 8, "expected > or >= (more of goodput is better)"},
      {"goodput > 10", 12, "expected /s, /min or /h"},
      {"goodput > 10/parsec", 12, "expected /s, /min or /h"},
      {"goodput > 0/s", 10, "a rate above 0"},
      {"fairness < 0.9", 9, "expected > or >="},
      {"retry_amplification > 1.3", 20, "expected < or <="},
      {"memory_slope < 64", 17, "expected bytes per time"},
      {"memory_slope < 64KiB", 20, "expected bytes per time"},
      {"memory_slope < 64lightyears/h", 17, "expected bytes per time"},
      {"goodput.p95 > 3/s", 7, "no percentiles"},
      {"response.rate < 3", 9, "expected a percentile"},
      {"count > 1.5", 8, "expected a whole number"},
      {"response.p95{clas:chat} < 2s", 13, "did you mean class?"},
      {"response.p95{user:u1} < 2s", 13, "there are: class, phase, outcome, stream"},
      {"response.p95{} < 2s", 13, "expected a tag"},
      {"response.p95{class} < 2s", 18, "expected : and a value"},
      {"response.p95{class:chat < 2s", 24, "expected , or }"},
      {"response.p95{outcome:timout} < 2s", 21, "did you mean timeout?"},
      {"response.p95{stream:maybe} < 2s", 20, "expected yes or no"},
      {"ttft.p95{stream:no} < 2s", 16, "of streams only"},
      {"error_rate{outcome:ok} < 5%", 11, "takes no tag outcome; it can have class"},
      {"fairness >= 5", 12, "at most 1"},
      {"fairness >= 1.000001", 12, "can never hold"},
      {"fairness > 1", 11, "can never hold"},
      {"fairness > 100%", 11, "can never hold"},
      {"response.count < 0", 17, "never below 0"},
      {"fairness{class:chat} > 0.9", 9, "of the whole run"},
      {"memory_slope < 1MB/h{stream:yes}", 21, "of the whole run"},
      {"retry_amplification < 1.3 in outage", 26, "of the whole run"},
      {"error_rate{class:a} < 5% of b", 25, "a second class"},
      {"response.p95 < 2s over", 22, "whole seconds"},
      {"response.p95 < 2s over 1.5s", 23, "whole seconds"},
      {"response.p95 < 2s over 30", 23, "whole seconds"},
      {"response.p95 < 2s over 0s", 23, "whole seconds"},
      {"response.avg < 2s over 5s", 23, "at least 10s"},
      {"response.count < 5 over 30s", 19, "windows are for"},
      {"recovery_time < 5s over 30s", 19, "windows are for"},
      {"error_rate < 5% over 30s over 60s", 25, "a second window"},
      {"response.p95 vs basline +10%", 16, "expected baseline"},
      {"response.p95 vs baseline", 24, "expected a margin"},
      {"response.p95 vs baseline 10%", 25, "expected a margin"},
      {"response.p95 vs baseline +10", 28, "expected % or the unit"},
      {"response.p95 vs baseline +0%", 26, "above 0"},
      {"response.p95 vs baseline +10% or +20%", 33, "a second margin"},
      {"error_rate vs baseline +50ms", 26, "+1pp"},
      {"goodput vs baseline +10%", 8, "vs compares"},
      {"response.p95 vs baseline +10% over 30s", 30, "takes no windows"},
      {"response.p95 < 2s vs baseline +10%", 18, "not both"},
  };
  for (const Row& row : rows) {
    try {
      parse_slo(row.text);
      FAIL_CHECK(std::string("it was understood: ") + row.text);
    } catch (const SloError& e) {
      check_error(row.text, e, row.offset, row.part);
    }
  }
}

TEST_CASE("what a scenario must have for an objective") {
  struct Row {
    const char* text;
    std::size_t offset;
    const char* part;
  };
  const Row rows[] = {
      {"response.p95{class:chatt} < 2s", 19, "did you mean chat?"},
      {"response.p95 < 2s over 2m in outage", 23, "no whole window of 2m fits into the 60s"},
      {"response.p95 < 2s over 3m", 23, "of the run"},
      {"response.p95 vs baseline +10% in baseline", 33, "with itself"},
  };
  for (const Row& row : rows) {
    try {
      filter_of(parse_slo(row.text), layout());
      FAIL_CHECK(std::string("it was found: ") + row.text);
    } catch (const SloError& e) {
      check_error(row.text, e, row.offset, row.part);
    }
  }
  reports::Layout other = layout();
  other.phases[0].name = "warmup";
  CHECK_THROWS_WITH(filter_of(parse_slo("response.p95 vs baseline +10%"), other),
                    Catch::Contains("no phase named baseline"));
  CHECK(windows_of(parse_slo("error_rate < 5% over 25s"), layout()).size() == 5);
  CHECK(windows_of(parse_slo("error_rate < 5% over 25s in outage"), layout()).size() == 3);
  const auto windows = windows_of(parse_slo("error_rate < 5% over 25s"), layout());
  CHECK(windows[3].end == world::at(100s));
  CHECK(windows[4].begin == world::at(95s));  // the tail, aligned to the end
  CHECK(windows[4].end == world::at(120s));
  CHECK(windows_of(parse_slo("error_rate < 5% over 30s"), layout()).size() == 4);
  CHECK(windows_of(parse_slo("error_rate < 5%"), layout()).size() == 1);
}

TEST_CASE("every metric has its name once, a unit, a sentence and a formula") {
  std::vector<std::string_view> names;
  for (const Metric& metric : metrics()) {
    INFO(metric.name);
    CHECK_FALSE(metric.unit.empty());
    CHECK_FALSE(metric.doc.empty());
    CHECK_FALSE(metric.formula.empty());
    CHECK(&metric_of(metric.kind, metric.latency) == &metric);
    CHECK(std::find(names.begin(), names.end(), metric.name) == names.end());
    names.push_back(metric.name);
  }
  CHECK(names.size() == 16);
}
