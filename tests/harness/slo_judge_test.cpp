// How objectives are judged beyond one share of one stretch (slo_test.cpp): dependence, windows,
// baselines, means, rates, counts, and what comes from outside of the recorder.
#include <catch2/catch.hpp>

#include "harness/verdict/slo.hpp"
#include "reports/text.hpp"

using namespace harness;
using namespace std::chrono_literals;
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
                   {"outage", world::at(60s), world::at(120s)}};
  layout.classes = {"chat"};
  layout.duration = 120s;
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

void take(Recorder& recorder, const Operation& op, int times = 1) {
  for (int i = 0; i < times; ++i) {
    recorder.planned();
    if (op.outcome != Outcome::dropped) recorder.sent();
    recorder.record(op);
  }
}

template <class Fill>
SloResult judged(const std::string& expression, Fill&& fill, JudgeInput input = {}) {
  const std::vector<Slo> slos{parse_slo(expression)};
  reports::Layout l = layout();
  register_thresholds(slos, l);
  Recorder recorder(l);
  fill(recorder);
  return judge_slos(slos, recorder, input).at(0);
}

// `per_second` requests in each of the 120 seconds, as `of` says of each (second, which).
template <class Of>
auto every_second(int per_second, Of&& of) {
  return [=](Recorder& r) {
    for (int s = 0; s < 120; ++s)
      for (int i = 0; i < per_second; ++i) take(r, of(s, i));
  };
}

}  // namespace

TEST_CASE("failures that come in bursts are worth fewer than they are") {
  // 2 % of the requests fail: one in each of 24 seconds spread evenly, or whole seconds at once.
  const auto spread = every_second(10, [](int s, int i) {
    return operation(std::chrono::seconds(s), 1s, s % 5 == 0 && i == 0 ? Outcome::error
                                                                       : Outcome::ok);
  });
  const auto bursts = every_second(10, [](int s, int) {
    return operation(std::chrono::seconds(s), 1s, s % 50 == 0 && s > 0 ? Outcome::error
                                                                       : Outcome::ok);
  });
  const SloResult even = judged("error_rate < 5%", spread);
  CHECK(even.verdict == Verdict::pass);
  CHECK(even.design_effect == 1);
  CHECK(even.n_effective == 1200);
  CHECK(even.rule == "fixed");
  const SloResult clustered = judged("error_rate < 5%", bursts);
  CHECK(clustered.exceedances == 20);
  CHECK(clustered.design_effect > 4);
  CHECK(clustered.n_effective == Approx(1200 / clustered.design_effect));
  CHECK(clustered.verdict == Verdict::inconclusive);
  CHECK_THAT(clustered.why, Catch::Contains("independent ones"));
  CHECK(*clustered.ci_high - *clustered.ci_low > *even.ci_high - *even.ci_low);
  // In a phase alone it is of that phase's windows, wherever the phase lies.
  const SloResult late = judged("error_rate < 5% in outage", bursts);
  CHECK(late.n == 600);
  CHECK(late.design_effect == Approx(9.83).epsilon(0.01));  // 30 windows of 2 s, half of one bad
  // An outage that is a phase of its own is a stratum, not dependence.
  const SloResult outage = judged("error_rate < 60%", every_second(10, [](int s, int) {
    return operation(std::chrono::seconds(s), 1s, s >= 60 ? Outcome::error : Outcome::ok);
  }));
  CHECK(outage.design_effect == 1);
  CHECK(outage.verdict == Verdict::pass);
}

TEST_CASE("every whole window must hold") {
  const auto bad_from_to = [](int from, int to) {
    return every_second(20, [=](int s, int i) {
      const bool is_bad = s >= from && s < to && i < 10;
      return operation(std::chrono::seconds(s), is_bad ? 3s : 1s);
    });
  };
  const SloResult good = judged("response.p90 < 2s over 30s", bad_from_to(0, 0));
  CHECK(good.verdict == Verdict::pass);
  CHECK_THAT(good.why, Catch::Contains("4 of 4 windows of 30s hold"));
  CHECK(good.n == 2400);
  // 8 % of the whole are slow, which p90 allows; half of one window is not.
  CHECK(judged("response.p90 < 2s", bad_from_to(60, 79)).verdict != Verdict::fail);
  const SloResult bad = judged("response.p90 < 2s over 30s", bad_from_to(60, 90));
  CHECK(bad.verdict == Verdict::fail);
  CHECK_THAT(bad.why, Catch::Contains("3 of 4 windows of 30s hold; the worst, 60s..90s: 300 of "
                                      "600 took longer or failed"));
  CHECK(judged("response.p90 < 2s over 30s in baseline", bad_from_to(60, 90)).verdict ==
        Verdict::pass);
  // A window without requests is no pass; none at all is INVALID.
  const SloResult silent = judged("error_rate < 5% over 30s", [](Recorder& r) {
    for (int s = 0; s < 90; ++s) take(r, operation(std::chrono::seconds(s), 1s), 10);
  });
  CHECK(silent.verdict == Verdict::inconclusive);
  CHECK(judged("error_rate < 5% over 30s", [](Recorder&) {}).verdict == Verdict::invalid);
  CHECK(judged("response.max < 2s over 60s", bad_from_to(60, 61)).verdict == Verdict::fail);
  CHECK(judged("response.max < 4s over 60s", bad_from_to(60, 61)).verdict == Verdict::pass);
  // 25s leave a tail of 20s, which is in a fifth window; its requests are counted once.
  const SloResult tail = judged("response.p90 < 2s over 25s", bad_from_to(100, 120));
  CHECK(tail.verdict == Verdict::fail);
  CHECK(tail.n == 2400);
  CHECK(tail.exceedances == 200);
  CHECK_THAT(tail.why, Catch::Contains("4 of 5 windows of 25s (the last overlaps) hold; the worst, "
                                       "95s..2m: 200 of 500 took longer or failed"));
  CHECK(judged("response.max < 2s over 50s", bad_from_to(119, 120)).verdict == Verdict::fail);
}

TEST_CASE("filters on outcomes ask for their latencies, not for failures") {
  const auto fill = [](Recorder& r) {
    take(r, operation(1s, 1s), 500);
    take(r, operation(1s, 50ms, Outcome::error), 500);
    take(r, operation(1s, 10ms, Outcome::dropped), 5);
  };
  const SloResult refusals = judged("response.p95{outcome:error} < 100ms", fill);
  CHECK(refusals.verdict == Verdict::pass);
  CHECK(refusals.n == 500);
  CHECK(*refusals.value == Approx(50).epsilon(0.001));
  CHECK(judged("response.p95{outcome:ok} < 2s", fill).verdict == Verdict::pass);
  CHECK(judged("response.p95 < 2s", fill).verdict == Verdict::fail);
  CHECK(judged("response.count{outcome:error} <= 500", fill).verdict == Verdict::pass);
  CHECK(judged("response.count{outcome:dropped} == 5", fill).verdict == Verdict::pass);
  CHECK(judged("response.count{outcome:timeout} == 0", fill).verdict == Verdict::pass);
  CHECK(judged("response.count != 1005", fill).verdict == Verdict::fail);
  CHECK(judged("response.p95{stream:yes} < 2s", fill).verdict == Verdict::invalid);
  CHECK(judged("response.count{outcome:timeout} == 0", [](Recorder&) {}).verdict ==
        Verdict::invalid);
  CHECK(judged("response.count{outcome:timeout} == 0", [](Recorder& r) {
          take(r, operation(1s, 1s, Outcome::in_flight));
        }).verdict == Verdict::inconclusive);
}

TEST_CASE("streams and others are told apart") {
  const auto fill = [](Recorder& r) {
    Operation op = operation(1s, 1s);
    take(r, op, 300);
    op.streamed = true;
    op.first_event = world::at(1200ms);
    op.last_event = world::at(6s);
    take(r, op, 300);
  };
  CHECK(judged("response.p95{stream:no} < 2s", fill).verdict == Verdict::pass);
  CHECK(judged("response.p95{stream:yes} < 2s", fill).verdict == Verdict::fail);
  CHECK(*judged("response.p95{stream:yes} < 2s", fill).value == Approx(5000).epsilon(0.001));
  CHECK(judged("ttft.p95 < 300ms", fill).n == 300);
}

TEST_CASE("gaps between tokens, and waits that the target tells") {
  const SloResult gaps = judged("inter_token.p95 < 100ms", [](Recorder& r) {
    Operation op = operation(1s, 3s);
    op.streamed = true;
    const std::vector<Nanos> all(50, 20ms);
    for (int i = 0; i < 10; ++i) r.record(op, all);
  });
  CHECK(gaps.n == 500);
  CHECK(gaps.verdict == Verdict::pass);
  CHECK(*gaps.value == Approx(20).epsilon(0.001));
  CHECK(judged("agent_added.p95 < 50ms", [](Recorder& r) {
          const Operation op = operation(1s, 1s);
          for (int i = 0; i < 100; ++i) r.note(op, reports::Latency::agent_added, 5ms);
        }).verdict == Verdict::pass);
  // Failures of a target that tells nothing are no evidence of waits.
  CHECK(judged("queue_wait.p95 < 1s", [](Recorder& r) {
          take(r, operation(1s, 1s, Outcome::error), 100);
        }).verdict == Verdict::invalid);
  const SloResult waits = judged("queue_wait.p95 < 1s", [](Recorder& r) {
    Operation op = operation(1s, 9s, Outcome::error);
    op.queue_wait = 200ms;
    take(r, op, 100);
  });
  CHECK(waits.verdict == Verdict::pass);
  CHECK(*waits.value == Approx(200).epsilon(0.001));
}

TEST_CASE("averages have an interval of batches") {
  const auto fill = every_second(5, [](int s, int i) {
    return operation(std::chrono::seconds(s), 100ms + (s * 7 + i) % 10 * 10ms);  // 100 to 190 ms
  });
  const SloResult r = judged("response.avg < 160ms", fill);
  CHECK(r.verdict == Verdict::pass);
  CHECK(*r.value == Approx(145).epsilon(0.01));
  CHECK(*r.ci_low < *r.value);
  CHECK(*r.ci_high > *r.value);
  CHECK(r.n == 600);
  CHECK(judged("response.avg < 120ms", fill).verdict == Verdict::fail);
  CHECK(judged("response.avg < 145.2ms", fill).verdict == Verdict::inconclusive);
  CHECK(judged("response.avg < 120ms over 20s", fill).verdict == Verdict::fail);
  const SloResult short_run = judged("response.avg < 1s", [](Recorder& recorder) {
    take(recorder, operation(1s, 100ms), 500);
  });
  CHECK(short_run.verdict == Verdict::inconclusive);
  CHECK(*short_run.value == Approx(100));
  // An unfinished request may have taken any time.
  CHECK(judged("response.avg < 160ms", [&](Recorder& recorder) {
          fill(recorder);
          take(recorder, operation(119s, 1s, Outcome::in_flight));
        }).verdict == Verdict::inconclusive);
}

TEST_CASE("extremes are measured") {
  const auto fill = [](Recorder& r) {
    for (int i = 1; i <= 100; ++i) take(r, operation(1s, Nanos(1ms) * i));
  };
  const SloResult max = judged("response.max <= 100ms", fill);
  CHECK(max.verdict == Verdict::pass);
  CHECK(max.rule == "measured");
  CHECK(*max.value == 100);
  CHECK(judged("response.max < 100ms", fill).verdict == Verdict::fail);
  CHECK(judged("response.min >= 1ms", fill).verdict == Verdict::pass);
  CHECK(judged("response.min > 1ms", fill).verdict == Verdict::fail);
  CHECK(judged("response.max < 1s", [&](Recorder& r) {
          fill(r);
          take(r, operation(1s, 1ms, Outcome::error));
        }).verdict == Verdict::fail);  // it was never answered
  CHECK(judged("response.max <= 100ms min 101 samples", fill).verdict == Verdict::inconclusive);
}

TEST_CASE("goodput and throughput are shares of what was planned") {
  const auto with_bad = [](int bad_of_ten) {
    return every_second(10, [=](int s, int i) {
      return operation(std::chrono::seconds(s), 1s, i < bad_of_ten ? Outcome::error : Outcome::ok);
    });
  };
  const SloResult r = judged("throughput > 8/s", with_bad(1));
  CHECK(r.verdict == Verdict::pass);
  CHECK(r.unit == "/s");
  CHECK(*r.value == Approx(9));
  CHECK(r.n == 1200);
  CHECK(r.exceedances == 120);
  CHECK(*r.margin() == Approx(0.125));
  CHECK(*r.ci_low < 9);
  CHECK(*r.ci_high > 9);
  CHECK(judged("throughput > 8/s", with_bad(3)).verdict == Verdict::fail);
  CHECK(judged("throughput > 9/s", with_bad(1)).verdict == Verdict::inconclusive);
  CHECK(judged("throughput > 480/min in outage", with_bad(1)).verdict == Verdict::pass);
  CHECK(judged("throughput > 8/s over 30s", with_bad(1)).verdict == Verdict::pass);
  // Nobody can give more than was asked for.
  const SloResult too_little = judged("throughput > 12/s", with_bad(0));
  CHECK(too_little.verdict == Verdict::invalid);
  CHECK_THAT(too_little.why, Catch::Contains("only 10/s were planned"));

  // Good is also fast, by the tightest response bound of the objectives.
  const std::vector<Slo> slos{parse_slo("response.p95 < 2s"), parse_slo("goodput > 8/s"),
                              parse_slo("throughput > 8/s")};
  reports::Layout l = layout();
  register_thresholds(slos, l);
  Recorder recorder(l);
  every_second(10, [](int s, int i) {
    return operation(std::chrono::seconds(s), i < 4 ? 3s : 1s);
  })(recorder);
  const std::vector<SloResult> results = judge_slos(slos, recorder, {});
  CHECK(results[1].verdict == Verdict::fail);
  CHECK(*results[1].value == Approx(6));
  CHECK(results[2].verdict == Verdict::pass);

  // In a closed loop the target decides how many are planned: the mean of batches judges.
  JudgeInput closed;
  closed.closed = true;
  CHECK(judged("throughput > 8/s", with_bad(1), closed).verdict == Verdict::pass);
  CHECK(judged("throughput > 12/s", with_bad(0), closed).verdict == Verdict::fail);
}

TEST_CASE("the limit is the baseline's, and has an error of its own") {
  // Uniform from `base` to twice that in the baseline, `factor` times as slow afterwards.
  const auto slower_by = [](double factor, int per_second = 20) {
    return every_second(per_second, [=](int s, int i) {
      const auto ns = static_cast<std::int64_t>(1e9 * (1 + (s * 13 + i * 7) % 100 / 100.0) *
                                                (s < 60 ? 1 : factor));
      return operation(std::chrono::seconds(s), Nanos(ns));
    });
  };
  const SloResult same = judged("response.p95 vs baseline +25% in outage", slower_by(1));
  CHECK(same.verdict == Verdict::pass);
  CHECK(same.bound == Approx(1950 * 1.25).epsilon(0.02));
  CHECK(*same.value == Approx(1950).epsilon(0.02));
  CHECK(same.n == 1200);
  CHECK_THAT(same.why, Catch::Contains("gives a limit of"));
  CHECK(judged("response.p95 vs baseline +25%", slower_by(1)).n == 1200);  // all but the baseline
  CHECK(judged("response.p95 vs baseline +25% in outage", slower_by(2)).verdict == Verdict::fail);
  CHECK(judged("response.p95 vs baseline +25% in outage", slower_by(1.27)).verdict ==
        Verdict::inconclusive);
  // The larger of the two margins counts.
  CHECK(judged("response.p95 vs baseline +1% or +2s in outage", slower_by(1.5)).verdict ==
        Verdict::pass);
  CHECK(judged("response.p95 vs baseline +200% or +1ms in outage", slower_by(1.5)).verdict ==
        Verdict::pass);
  CHECK(judged("response.p95 vs baseline +25% in outage", slower_by(1, 1)).verdict ==
        Verdict::inconclusive);  // sixty requests each
  CHECK(judged("response.avg vs baseline +25% in outage", slower_by(1)).verdict == Verdict::pass);
  CHECK(judged("response.avg vs baseline +25% in outage", slower_by(2)).verdict == Verdict::fail);
  CHECK(judged("response.p95 vs baseline +25%", [](Recorder& r) {
          take(r, operation(70s, 1s), 500);
        }).verdict == Verdict::invalid);
  CHECK(judged("response.p95 vs baseline +25%", [](Recorder& r) {
          take(r, operation(10s, 1s), 500);
        }).verdict == Verdict::invalid);

  const auto failing = [](int baseline, int outage) {
    return every_second(20, [=](int s, int i) {
      const bool fails = i == 0 && s % 10 < (s < 60 ? baseline : outage);
      return operation(std::chrono::seconds(s), 1s, fails ? Outcome::error : Outcome::ok);
    });
  };
  CHECK(judged("error_rate vs baseline +2pp", failing(2, 2)).verdict == Verdict::pass);
  CHECK(judged("error_rate vs baseline +1pp", failing(0, 10)).verdict == Verdict::fail);
  CHECK(judged("error_rate vs baseline +10%", failing(2, 2)).verdict == Verdict::inconclusive);
}

TEST_CASE("what comes from outside of the recorder") {
  const auto nothing = [](Recorder&) {};
  JudgeInput input;
  input.ledger.provider_calls = 1'300;
  input.ledger.turns_asked = 1'000;
  input.ledger.jain_index = 0.97;
  input.ledger.users = 20;
  input.ledger.memory_slope_bytes_per_hour = 32'768;
  input.ledger.memory_samples = 60;
  struct Row {
    const char* text;
    Verdict verdict;
    double value;
  };
  const Row rows[] = {{"retry_amplification <= 1.3", Verdict::pass, 1.3},
                      {"retry_amplification < 1.3", Verdict::fail, 1.3},
                      {"fairness > 0.95", Verdict::pass, 0.97},
                      {"fairness > 0.98", Verdict::fail, 0.97},
                      {"memory_slope < 64KiB/h", Verdict::pass, 32'768},
                      {"memory_slope < 16KiB/h", Verdict::fail, 32'768},
                      {"fairness > 0.95 min 21 samples", Verdict::inconclusive, 0.97}};
  for (const Row& row : rows) {
    INFO(row.text);
    const SloResult r = judged(row.text, nothing, input);
    CHECK(r.verdict == row.verdict);
    CHECK(*r.value == Approx(row.value));
    CHECK(r.rule == "measured");
    CHECK(judged(row.text, nothing).verdict == Verdict::invalid);
  }
  input.ledger.users = 1;
  CHECK(judged("fairness > 0.5", nothing, input).verdict == Verdict::invalid);
}

TEST_CASE("Jain's index and the slope of memory") {
  const auto index = [](std::vector<UserTally> users) { return jain_index(users); };
  // 27 answers given out fairly are 5, 10 and 12: x = 0, 0.9, 1.5. The last never asked.
  CHECK(*index({{10, 9}, {20, 18}, {5, 0}, {0, 0}}) == Approx(2.4 * 2.4 / (3 * 3.06)));
  // Who asks for more than there is may have what the others leave.
  CHECK(*index({{10, 10}, {10, 10}, {1'000, 80}}) == Approx(1));
  CHECK(*index({{10, 1}, {10, 1}, {1'000, 98}}) < 0.5);
  CHECK(*index({{10, 5}, {10, 5}}) == Approx(1));
  CHECK(*index({{10, 10}, {10, 0}, {10, 0}, {10, 0}}) == Approx(0.25));
  CHECK(*index({{10, 0}, {10, 0}}) == 0);
  CHECK_FALSE(index({{10, 10}}));

  std::vector<MemorySample> samples;
  for (int i = 0; i < 61; ++i)
    samples.push_back({world::at(std::chrono::minutes(i)), 1'000'000u + 100u * unsigned(i)});
  CHECK(*memory_slope(samples) == Approx(6'000));
  samples[30].bytes = 900'000'000;  // one spike is no leak
  CHECK(*memory_slope(samples) == Approx(6'000));
  CHECK_FALSE(memory_slope(std::span(samples).first(4)));
  std::vector<MemorySample> shrinking;
  for (int i = 0; i < 5'000; ++i)
    shrinking.push_back({world::at(std::chrono::seconds(i)), 10'000'000u - 10u * unsigned(i)});
  CHECK(*memory_slope(shrinking) == Approx(-36'000));
}

TEST_CASE("a false PASS is as rare at the boundary when failures come in bursts") {
  // Bursts of six failing requests: 5 % of all, so the target is exactly at its budget.
  constexpr std::uint64_t kRuns = 400;
  std::uint64_t passes = 0, naive = 0, state = 88'172'645'463'325'252u;
  const auto draw = [&state] {  // xorshift
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    std::vector<std::vector<Tally>> windows(1);
    std::uint64_t k = 0;
    for (int w = 0; w < 40; ++w) {
      Tally tally{30, 0};
      for (int burst = 0; burst < 5; ++burst) tally.k += draw() < 0.05 ? 6 : 0;
      k += tally.k;
      windows[0].push_back(tally);
    }
    const double effect = design_effect(windows);
    passes += judge_share(k, 0, 1200, 0.05, {}, effect) == Verdict::pass ? 1 : 0;
    naive += judge_share(k, 0, 1200, 0.05) == Verdict::pass ? 1 : 0;
  }
  INFO("with the design effect " << passes << ", without " << naive << " of " << kRuns);
  CHECK(passes <= kRuns * 9 / 100);
  CHECK(naive > kRuns * 12 / 100);  // what it is for
}
