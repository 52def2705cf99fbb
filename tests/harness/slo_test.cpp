#include "harness/verdict/slo.hpp"

#include <catch2/catch.hpp>

#include "harness/verdict/recovery.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Latency;
using reports::Operation;
using reports::Outcome;
using reports::Recorder;
using reports::SloResult;
using reports::Verdict;
using world::Nanos;

namespace {

reports::Layout layout() {
  reports::Layout layout;
  layout.phases = {{"baseline", world::at(0s), world::at(60s)},
                   {"outage", world::at(60s), world::at(120s)},
                   {"recovery", world::at(120s), world::at(240s)}};
  layout.classes = {"chat", "stream"};
  layout.duration = 240s;
  return layout;
}

Operation operation(Nanos planned, Nanos response, Outcome outcome = Outcome::ok) {
  Operation op;
  op.planned = world::at(planned);
  if (outcome != Outcome::dropped) op.sent = op.planned;
  op.last_event = world::at(planned + response);
  op.outcome = outcome;
  op.phase = layout().phase_at(op.planned);
  return op;
}

Recorder recorder_for(const std::vector<Slo>& slos) {
  reports::Layout l = layout();
  register_thresholds(slos, l);
  return Recorder(l);
}

void take(Recorder& recorder, const Operation& op, int times = 1) {
  for (int i = 0; i < times; ++i) {
    recorder.planned();
    if (op.outcome != Outcome::dropped) recorder.sent();
    recorder.record(op);
  }
}

// The only objective of a run judged by itself.
template <class Fill>
SloResult judged(const std::string& expression, Fill&& fill,
                 std::optional<world::Instant> healed = std::nullopt) {
  const std::vector<Slo> slos{parse_slo(expression)};
  Recorder recorder = recorder_for(slos);
  fill(recorder);
  JudgeInput input;
  input.healed = healed;
  return judge_slos(slos, recorder, input).at(0);
}

// A bound that everything keeps that can be measured at all.
std::string loosest_bound(const Metric& metric) {
  switch (metric.kind) {
    case MetricKind::latency: return ".p95 < 24h";
    case MetricKind::error_rate: return " < 99%";
    case MetricKind::goodput:
    case MetricKind::throughput: return " > 1/h";
    case MetricKind::recovery_time: return " < 24h";
    case MetricKind::retry_amplification: return " < 1000";
    case MetricKind::fairness: return " > 0.000001";
    case MetricKind::memory_slope: return " < 1000GiB/s";
  }
  return "";
}

}  // namespace

TEST_CASE("objectives that are understood") {
  struct Row {
    const char* text;
    MetricKind kind;
    Latency latency;
    std::uint32_t percentile;
    bool inclusive;
    std::int64_t bound;
    const char* cls;
    const char* phase;
    std::uint64_t min_samples;
  };
  const auto latency = MetricKind::latency;
  const Row rows[] = {
      {"response.p95 < 30s", latency, Latency::response, 950'000, false, 30'000'000'000, "", "", 1},
      {"ttft.p99 <= 2s in outage", latency, Latency::ttft, 990'000, true, 2'000'000'000, "",
       "outage", 1},
      {"error_rate < 5%", MetricKind::error_rate, Latency::response, 0, false, 50'000, "", "", 1},
      {"error_rate < 1% of chat in recovery", MetricKind::error_rate, Latency::response, 0, false,
       10'000, "chat", "recovery", 1},
      {"service.p50 < 100ms", latency, Latency::service, 500'000, false, 100'000'000, "", "", 1},
      {"lateness.p99.9<5ms", latency, Latency::lateness, 999'000, false, 5'000'000, "", "", 1},
      {"recovery_time < 60s", MetricKind::recovery_time, Latency::response, 0, false,
       60'000'000'000, "", "", 1},
      {"  response.p99.99 < 1.5m   min 300 samples ", latency, Latency::response, 999'900, false,
       90'000'000'000, "", "", 300},
      {"stall.p90 < 2 h of stream", latency, Latency::stall, 900'000, false, 7'200'000'000'000,
       "stream", "", 1},
      {"error_rate <= 0.01%", MetricKind::error_rate, Latency::response, 0, true, 100, "", "", 1},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const Slo slo = parse_slo(row.text);
    CHECK(slo.kind == row.kind);
    CHECK(slo.latency == row.latency);
    CHECK(slo.percentile_ppm == row.percentile);
    CHECK(slo.inclusive() == row.inclusive);
    CHECK(slo.bound == row.bound);
    CHECK(slo.cls == row.cls);
    CHECK(slo.phase == row.phase);
    CHECK(slo.min_samples == row.min_samples);
  }
  CHECK(parse_slo("  error_rate < 5%\t").expr == "error_rate < 5%");
  CHECK(parse_slo("response.p95 < 1s").budget() == 0.05);
}

TEST_CASE("objectives that are not, with the place and what to write instead") {
  struct Row {
    std::string text;
    std::size_t offset;
    const char* part;
  };
  const Row rows[] = {
      {"", 0, "expected a metric"},
      {"respons.p95 < 30s", 0, "did you mean response?"},
      {"latency_of_all < 3s", 0, "there are: response, service"},
      {"response < 30s", 8, "response.p95"},
      {"response.95 < 30s", 9, "such as p50"},
      {"response.p100 < 30s", 9, "between p0 and p100"},
      {"response.p0 < 30s", 9, "between p0 and p100"},
      {"response.p9.9.9 < 30s", 9, "between p0 and p100"},
      {"response.p99.99999 < 30s", 9, "at most 4 decimals"},
      {"error_rate.p95 < 5%", 10, "no percentiles"},
      {"response.p95 > 30s", 13, "expected < or <="},
      {"response.p95 == 30s", 13, "expected < or <="},
      {"response.p95", 12, "expected < or <="},
      {"response.p95 < ", 15, "expected a number"},
      {"response.p95 < 30", 17, "expected a unit"},
      {"response.p95 < 30 parsecs", 18, "expected a unit"},
      {"response.p95 < 5%", 16, "is a duration"},
      {"response.p95 < 0s", 15, "above 0"},
      {"response.p95 < 25h", 15, "up to 24h"},
      {"response.p95 < 99999999999999999999s", 15, "up to 24h"},
      {"response.p95 < 0.5ns", 15, "exact to the nanosecond"},
      {"error_rate < 0.05", 17, "expected a percentage"},
      {"error_rate < 0%", 13, "an invariant"},
      {"error_rate < 100%", 13, "less than 100%"},
      {"error_rate < 5% off chat", 16, "did you mean of?"},
      {"error_rate < 5% of", 18, "name of a class"},
      {"error_rate < 5% of a of b", 21, "a second class"},
      {"error_rate < 5% min 300", 23, "the word samples"},
      {"error_rate < 5% min 0 samples", 20, "number of samples"},
      {"error_rate < 5% min 3 samples min 4 samples", 30, "a second minimum"},
      {"error_rate < 5% !", 16, "expected the end"},
      {"recovery_time < 60s in outage", 20, "of the whole run"},
      {std::string(2'000, 'a'), 0, "over 1,000"},
  };
  for (const Row& row : rows) {
    INFO(row.text.substr(0, 60));
    try {
      parse_slo(row.text);
      FAIL_CHECK("it was understood");
    } catch (const SloError& e) {
      CHECK(e.offset == row.offset);
      CHECK_THAT(e.what(), Catch::Contains(row.part));
    }
  }
}

TEST_CASE("names of classes and phases must exist") {
  const reports::Layout l = layout();
  const auto filter = [&](const char* text) {
    return filter_of(parse_slo(text), l);
  };
  CHECK(filter("error_rate < 1% of stream in outage").cls == 1);
  CHECK(filter("error_rate < 1% of stream in outage").phase == 1);
  CHECK(filter("error_rate < 1%").cls == reports::Filter::kAll);
  try {
    filter("error_rate < 1% of chat in recovry");
    FAIL_CHECK("it was found");
  } catch (const SloError& e) {
    CHECK(e.offset == 27);
    CHECK_THAT(e.what(), Catch::Contains("did you mean recovery?"));
  }
}

TEST_CASE("an objective without data is INVALID, never a pass") {
  const auto nothing = [](Recorder&) {};
  for (const Metric& metric : metrics()) {
    INFO(metric.name);
    const std::string name(metric.name);
    const std::string text = name + loosest_bound(metric);
    const SloResult empty = judged(text, nothing);
    CHECK(empty.verdict == Verdict::invalid);
    CHECK_FALSE(empty.value);
    CHECK_THAT(empty.why, Catch::Contains("no data"));
    const SloResult cancelled = judged(text, [](Recorder& r) {
      take(r, operation(1s, 1s, Outcome::cancelled), 1000);
    });
    if (metric.latency != Latency::lateness) CHECK(cancelled.verdict != Verdict::pass);
    const SloResult unfinished = judged(text, [](Recorder& r) {
      take(r, operation(1s, 1s, Outcome::in_flight), 1000);
    });
    if (metric.latency != Latency::lateness) CHECK(unfinished.verdict != Verdict::pass);
  }
  CHECK(judged("ttft.p95 < 1s", [](Recorder& r) { take(r, operation(1s, 1s), 1000); }).verdict ==
        Verdict::invalid);  // none of them a stream
  CHECK(judged("error_rate < 5% in outage", [](Recorder& r) {
          take(r, operation(1s, 1s), 1000);
        }).verdict == Verdict::invalid);
}

TEST_CASE("failures are exceedances, and the percentile ranks them above all answers") {
  const SloResult r = judged("response.p90 < 2s", [](Recorder& recorder) {
    take(recorder, operation(1s, 1s), 800);
    take(recorder, operation(1s, 1ms, Outcome::error), 200);  // fast failures
  });
  CHECK(r.verdict == Verdict::fail);
  CHECK(r.n == 1000);
  CHECK(r.exceedances == 200);
  CHECK_FALSE(r.value);  // more than 10 % never answered
  CHECK_FALSE(r.ci_high);

  const SloResult p50 = judged("response.p50 < 2s", [](Recorder& recorder) {
    take(recorder, operation(1s, 1s), 800);
    take(recorder, operation(1s, 1ms, Outcome::error), 200);
  });
  CHECK(p50.verdict == Verdict::pass);
  REQUIRE(p50.value);
  CHECK(*p50.value == Approx(1000).epsilon(0.001));
}

TEST_CASE("verdicts carry n, an interval, a margin and what would decide") {
  const SloResult pass = judged("response.p95 < 2s", [](Recorder& recorder) {
    for (int i = 0; i < 1000; ++i) take(recorder, operation(1s, Nanos(1ms) * (i + 1)));
  });
  CHECK(pass.verdict == Verdict::pass);
  CHECK(*pass.value == Approx(950).epsilon(0.002));
  CHECK(*pass.ci_low == Approx(936).epsilon(0.002));
  CHECK(*pass.ci_high == Approx(964).epsilon(0.002));
  CHECK(*pass.margin() == Approx(0.525).epsilon(0.01));
  CHECK_THAT(pass.why, Catch::Contains("0 of 1,000"));

  const SloResult few =
      judged("response.p99 < 2s", [](Recorder& r) { take(r, operation(1s, 1s), 200); });
  CHECK(few.verdict == Verdict::inconclusive);
  CHECK_THAT(few.why, Catch::Contains("fewer than 299 requests"));
  const SloResult close = judged("error_rate < 5%", [](Recorder& r) {
    take(r, operation(1s, 1s), 291);
    take(r, operation(1s, 1s, Outcome::timeout), 9);
  });
  CHECK(close.verdict == Verdict::inconclusive);
  CHECK_THAT(close.why, Catch::Contains("about"));
  CHECK(*close.value == Approx(0.03));
  const SloResult minimum = judged("error_rate < 5% min 5000 samples", [](Recorder& r) {
    take(r, operation(1s, 1s), 1000);
  });
  CHECK(minimum.verdict == Verdict::inconclusive);
  CHECK_THAT(minimum.why, Catch::Contains("5,000 samples are asked for"));
}

TEST_CASE("unfinished requests can fail an objective, and never help to pass it") {
  const auto with = [](int unfinished, Nanos age) {
    return judged("response.p95 < 10s", [=](Recorder& r) {
      take(r, operation(1s, 1s), 1000 - unfinished);
      take(r, operation(1s, age, Outcome::in_flight), unfinished);
    });
  };
  CHECK(with(38, 1s).verdict == Verdict::pass);
  CHECK(with(39, 1s).verdict == Verdict::inconclusive);
  CHECK(with(39, 1s).undetermined == 39);
  CHECK(with(68, 10s).verdict == Verdict::fail);
}

TEST_CASE("filters select what is judged") {
  const auto fill = [](Recorder& r) {
    take(r, operation(1s, 1s), 500);
    take(r, operation(61s, 1s, Outcome::error), 500);
  };
  CHECK(judged("error_rate < 5% in baseline", fill).verdict == Verdict::pass);
  CHECK(judged("error_rate < 5% in outage", fill).verdict == Verdict::fail);
  CHECK(judged("response.p95 < 2s in baseline", fill).verdict == Verdict::pass);
  CHECK(judged("response.p95 < 2s of chat", fill).verdict == Verdict::fail);
  CHECK(judged("error_rate < 5% of stream", fill).verdict == Verdict::invalid);
}

TEST_CASE("recovery time lies between the last bad second and the first good one") {
  // Ten requests a second to 240 s; all fail from 60 s until `end`, where the fault heals at 120 s.
  const auto outage_until = [](Nanos end, const char* expression, int per_second = 10) {
    return judged(expression, [=](Recorder& r) {
      for (int s = 0; s < 240; ++s) {
        const bool fails = s >= 60 && world::Nanos(std::chrono::seconds(s)) < end;
        take(r, operation(std::chrono::seconds(s), 100ms, fails ? Outcome::error : Outcome::ok),
             per_second);
      }
    }, world::at(120s));
  };
  CHECK(outage_until(120s, "recovery_time < 60s").value == 0.0);
  CHECK(outage_until(120s, "recovery_time < 60s").verdict == Verdict::pass);
  CHECK(outage_until(145s, "recovery_time < 60s").value == 25.0);
  CHECK(outage_until(145s, "recovery_time < 60s").ci_low == 25.0);
  CHECK(outage_until(180s, "recovery_time <= 60s").verdict == Verdict::pass);
  CHECK(outage_until(180s, "recovery_time < 60s").verdict == Verdict::fail);
  CHECK(outage_until(200s, "recovery_time < 60s").verdict == Verdict::fail);
  const SloResult never = outage_until(240s, "recovery_time < 60s");
  CHECK(never.verdict == Verdict::fail);
  CHECK_FALSE(never.value);
  CHECK_THAT(never.why, Catch::Contains("did not recover"));
  CHECK(outage_until(240s, "recovery_time < 2h").verdict == Verdict::inconclusive);
  CHECK(outage_until(235s, "recovery_time < 2h").verdict ==
        Verdict::inconclusive);  // too late to stay
}

TEST_CASE("recovery needs a fault, and requests after it") {
  const auto fill = [](Recorder& r) { take(r, operation(10s, 1s), 100); };
  CHECK(judged("recovery_time < 60s", fill).verdict == Verdict::invalid);
  CHECK(judged("recovery_time < 60s", fill, world::at(120s)).verdict == Verdict::invalid);
}

TEST_CASE("silence is not recovery, and a relapse undoes it") {
  std::vector<reports::Second> seconds(100, {10, 0});
  for (std::size_t s = 20; s < 30; ++s) seconds[s] = {10, 10};
  for (std::size_t s = 30; s < 50; ++s) seconds[s] = {0, 0};
  Recovery recovery = recovery_after(world::at(20s), seconds);
  CHECK(recovery.at_least == 10s);
  CHECK(recovery.at_most == 30s);  // nobody asked between
  seconds[70] = {10, 10};
  recovery = recovery_after(world::at(20s), seconds);
  CHECK(recovery.at_most == 51s);
  CHECK(recovery.at_least == 51s);
  CHECK(recovery.requests == 600);
  CHECK(recovery.bad == 110);
  CHECK(recovery_after(world::at(200s), seconds).requests == 0);
  CHECK(recovery_after(world::at(0s), {}).requests == 0);
  // A heal inside a second is judged from the next whole one.
  CHECK(recovery_after(world::at(75'500ms), seconds).at_most == 500ms);
}

TEST_CASE("slow answers are bad service when an objective on the tail says so") {
  const std::vector<Slo> slos{parse_slo("response.p50 < 1s"), parse_slo("response.p95 < 8s"),
                              parse_slo("response.p99 < 2s of chat")};
  reports::Layout l = layout();
  register_thresholds(slos, l);
  CHECK(l.good_within == 8s);
  CHECK(l.thresholds.size() == 3);
}

TEST_CASE("objectives know what they need") {
  CHECK(samples_needed(parse_slo("response.p95 < 1s")) == 59);
  CHECK(samples_needed(parse_slo("response.p99 < 1s min 1000 samples")) == 1000);
  CHECK(samples_needed(parse_slo("error_rate < 1%")) == 299);
  CHECK(samples_needed(parse_slo("recovery_time < 60s")) == 0);
}
