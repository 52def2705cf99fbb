#include "reports/recorder.hpp"

#include <catch2/catch.hpp>

#include "reports/run_record.hpp"
#include "sample_run.hpp"

using namespace reports;
using namespace std::chrono_literals;
using reports::test::operation;

namespace {

Layout layout_with(std::vector<Threshold> thresholds = {}) {
  Layout layout;
  layout.phases = {{"baseline", world::at(0s), world::at(60s)},
                   {"outage", world::at(60s), world::at(120s)}};
  layout.classes = {"chat", "stream"};
  layout.duration = 120s;
  layout.thresholds = std::move(thresholds);
  return layout;
}

double milliseconds_of(const std::optional<Nanos>& value) {
  return value ? static_cast<double>(value->count()) / 1e6 : -1;
}

void take(Recorder& recorder, const Operation& op) {
  recorder.planned();
  if (op.outcome != Outcome::dropped) recorder.sent();
  recorder.record(op);
}

}  // namespace

TEST_CASE("every planned request is in exactly one bucket, and each bucket has its histogram") {
  Recorder recorder(layout_with());
  for (std::size_t o = 0; o < kOutcomes; ++o)
    for (std::size_t i = 0; i <= o; ++i) {
      Operation op = operation(std::chrono::seconds(10 * o), 100ms, static_cast<Outcome>(o));
      op.phase = static_cast<std::uint32_t>(o % 2);
      op.cls = static_cast<std::uint32_t>(i % 2);
      take(recorder, op);
    }
  const Counts counts = recorder.counts();
  CHECK(counts.planned == 21);
  CHECK(counts.sent == 15);
  CHECK(counts.of(Outcome::dropped) == 6);
  CHECK_FALSE(counts.broken_law());
  std::uint64_t in_buckets = 0;
  for (std::size_t o = 0; o < kOutcomes; ++o) {
    const Histogram h = recorder.histogram(Latency::response, static_cast<Outcome>(o));
    CHECK(h.count() == o + 1);
    in_buckets += h.count();
  }
  CHECK(in_buckets == counts.planned);
  CHECK(recorder.histogram(Latency::response).count() == counts.sent);
  CHECK(recorder.histogram(Latency::service).count() == counts.sent);
  Counts by_phase;
  for (std::uint32_t p = 0; p < 2; ++p)
    by_phase.planned += recorder.counts({p, Filter::kAll}).planned;
  CHECK(by_phase.planned == counts.planned);
}

TEST_CASE("a law that is broken is named") {
  Recorder recorder(layout_with());
  take(recorder, operation(0s, 1s));
  recorder.planned();
  REQUIRE(recorder.counts().broken_law());
  CHECK(*recorder.counts().broken_law() == "planned 2 is not sent 1 + dropped 0");
  recorder.sent();
  REQUIRE(recorder.counts().broken_law());
  CHECK(recorder.counts().broken_law()->starts_with("sent 2 is not ok 1 + error 0"));
}

TEST_CASE("latencies count from the plan, whoever was late") {
  Operation op = operation(10s, 3s);
  op.sent = world::at(12s);
  op.streamed = true;
  op.first_event = world::at(12500ms);
  op.stall = 200ms;
  CHECK(latency_of(op, Latency::response) == 3s);
  CHECK(latency_of(op, Latency::service) == 1s);
  CHECK(latency_of(op, Latency::lateness) == 2s);
  CHECK(latency_of(op, Latency::ttft) == 500ms);
  CHECK(latency_of(op, Latency::stall) == 200ms);
  op.streamed = false;
  CHECK_FALSE(latency_of(op, Latency::ttft));
  op.sent = world::kNever;
  CHECK_FALSE(latency_of(op, Latency::service));
  CHECK_FALSE(latency_of(op, Latency::lateness));
  op.sent = world::at(9s);
  CHECK(latency_of(op, Latency::lateness) == 0s);
}

TEST_CASE("what an operation says about a threshold of 1 s") {
  struct Row {
    const char* what;
    Outcome outcome;
    Nanos response;
    bool inclusive;
    std::uint64_t n, exceedances, undetermined;
  };
  const Row rows[] = {
      {"fast", Outcome::ok, 999ms, false, 1, 0, 0},
      {"exactly the bound of <", Outcome::ok, 1s, false, 1, 1, 0},
      {"exactly the bound of <=", Outcome::ok, 1s, true, 1, 0, 0},
      {"one nanosecond beyond", Outcome::ok, 1s + 1ns, true, 1, 1, 0},
      {"a fast failure is no fast answer", Outcome::error, 1ms, false, 1, 1, 0},
      {"timeout", Outcome::timeout, 10ms, false, 1, 1, 0},
      {"dropped", Outcome::dropped, 0ms, false, 1, 1, 0},
      {"cancelled early is no evidence", Outcome::cancelled, 500ms, false, 0, 0, 0},
      {"cancelled after the bound", Outcome::cancelled, 2s, false, 1, 1, 0},
      {"unfinished and young", Outcome::in_flight, 500ms, false, 1, 0, 1},
      {"unfinished and old", Outcome::in_flight, 2s, false, 1, 1, 0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Recorder recorder(layout_with({{Latency::response, 1s, row.inclusive, {}}}));
    take(recorder, operation(5s, row.response, row.outcome));
    CHECK(recorder.threshold(0).n == row.n);
    CHECK(recorder.threshold(0).exceedances == row.exceedances);
    CHECK(recorder.threshold(0).undetermined == row.undetermined);
  }
}

TEST_CASE("thresholds of streams and of lateness") {
  const std::vector<Threshold> thresholds{{Latency::ttft, 1s, false, {}},
                                          {Latency::lateness, 5ms, false, {}},
                                          {Latency::response, 1s, false, {1, 1}}};
  const auto counted = [&](const Operation& op, std::size_t which) {
    Recorder recorder(layout_with(thresholds));
    take(recorder, op);
    const ThresholdCount c = recorder.threshold(which);
    return std::vector<std::uint64_t>{c.n, c.exceedances, c.undetermined};
  };
  using Three = std::vector<std::uint64_t>;

  Operation op = operation(5s, 4s);
  CHECK(counted(op, 0) == Three{0, 0, 0});  // not a stream
  op.streamed = true;
  CHECK(counted(op, 0) == Three{1, 1, 0});  // first event after 2 s
  op.first_event = world::at(5500ms);
  CHECK(counted(op, 0) == Three{1, 0, 0});
  op.outcome = Outcome::in_flight;
  CHECK(counted(op, 0) == Three{1, 0, 0});  // its first event is known already
  op.first_event = world::kNever;
  CHECK(counted(op, 0) == Three{1, 1, 0});  // 4 s without any
  op.last_event = world::at(5200ms);
  CHECK(counted(op, 0) == Three{1, 0, 1});
  CHECK(counted(op, 1) == Three{1, 0, 0});  // lateness is known of whatever was sent
  op.outcome = Outcome::error;
  CHECK(counted(op, 0) == Three{1, 1, 0});
  CHECK(counted(op, 1) == Three{1, 0, 0});
  CHECK(counted(operation(5s, 0s, Outcome::dropped), 1) == Three{1, 1, 0});

  op = operation(70s, 2s);
  CHECK(counted(op, 2) == Three{0, 0, 0});  // another class and phase
  op.phase = op.cls = 1;
  CHECK(counted(op, 2) == Three{1, 1, 0});
}

TEST_CASE("recorders of several threads add up to one") {
  const std::vector<Threshold> thresholds{{Latency::response, 150ms, false, {}}};
  Recorder a(layout_with(thresholds)), b(layout_with(thresholds)), both(layout_with(thresholds));
  for (int i = 0; i < 500; ++i) {
    Operation op = operation(std::chrono::milliseconds(i * 200), 100ms + i * 1ms,
                             static_cast<Outcome>(i % kOutcomes));
    op.phase = both.layout().phase_at(op.planned);
    op.cls = static_cast<std::uint32_t>(i % 2);
    take(i % 3 == 0 ? a : b, op);
    take(both, op);
  }
  a.merge(b);
  CHECK(a.counts().planned == 500);
  CHECK(a.counts().ended == both.counts().ended);
  CHECK(a.histogram(Latency::service) == both.histogram(Latency::service));
  CHECK(a.threshold(0).exceedances == both.threshold(0).exceedances);
  REQUIRE(a.threshold_seconds(0).size() == both.threshold_seconds(0).size());
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < a.threshold_seconds(0).size(); ++i) {
    const ThresholdSecond &ours = a.threshold_seconds(0)[i], &whole = both.threshold_seconds(0)[i];
    CHECK(ours.n == whole.n);
    CHECK(ours.exceedances == whole.exceedances);
    CHECK(ours.undetermined == whole.undetermined);
    CHECK(ours.values == whole.values);
    CHECK(ours.sum_ns == whole.sum_ns);
    n += ours.n;
  }
  CHECK(n == a.threshold(0).n);
  CHECK(a.failures(Failure::timeout) == both.failures(Failure::timeout));
  const std::vector<Slice> ours = a.timeline().slices(), theirs = both.timeline().slices();
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(ours[i].interval == theirs[i].interval);
    CHECK(ours[i].cls == theirs[i].cls);
    CHECK(ours[i].max_ns == theirs[i].max_ns);
    CHECK(ours[i].counts == theirs[i].counts);
  }
  REQUIRE(a.timeline().seconds().size() == both.timeline().seconds().size());
  for (std::size_t i = 0; i < a.timeline().seconds().size(); ++i)
    CHECK(a.timeline().seconds()[i].bad == both.timeline().seconds()[i].bad);
}

TEST_CASE("the timeline is the histogram cut into intervals, in any order of ends") {
  Recorder recorder(layout_with());
  for (int i = 0; i < 300; ++i)
    take(recorder, operation(std::chrono::milliseconds(i * 37 % 300 * 100), 50ms + i * 3ms));
  Histogram sum;
  std::uint32_t last = 0;
  for (const Slice& slice : recorder.timeline().slices()) {
    CHECK(slice.interval >= last);
    last = slice.interval;
    sum.merge(slice.histogram());
  }
  CHECK(sum == recorder.histogram(Latency::response));
}

TEST_CASE("the timeline is bounded") {
  CHECK(Timeline(120s, 1).interval() == 1s);
  CHECK(Timeline(1h, 1).interval() == 1s);
  CHECK(Timeline(1h + 1s, 1).interval() == 2s);
  CHECK(Timeline(24h, 1).interval() == 24s);
  Timeline timeline(0s, 1);
  timeline.response(world::kNever, 0, 1s);
  timeline.planned_request(world::kNever, true);
  CHECK(timeline.seconds().size() == Timeline::kSecondsMax);
  REQUIRE(timeline.slices().size() == 1);
  CHECK(timeline.slices()[0].interval == Timeline::kIntervalsMax - 1);
}

TEST_CASE("a second is bad by its failures and by its slow answers") {
  Layout layout = layout_with();
  layout.good_within = 1s;
  Recorder recorder(layout);
  take(recorder, operation(3s, 1s));
  take(recorder, operation(3s, 1001ms));
  take(recorder, operation(3500ms, 1ms, Outcome::error));
  take(recorder, operation(3500ms, 1ms, Outcome::cancelled));
  REQUIRE(recorder.timeline().seconds().size() == 4);
  CHECK(recorder.timeline().seconds()[3].requests == 3);
  CHECK(recorder.timeline().seconds()[3].bad == 2);
}

TEST_CASE("the server that stops for 1 s at 1,000 requests/s shows a p99 of about 0.9 s") {
  Recorder recorder(layout_with());
  for (int i = 0; i < 10'000; ++i) {  // ten seconds; the server stops from 5 s to 6 s
    const Nanos planned = std::chrono::milliseconds(i);
    const bool is_stopped = planned >= 5s && planned < 6s;
    take(recorder, operation(planned, is_stopped ? 6s - planned : Nanos(1ms)));
  }
  const Nanos p99 = recorder.histogram(Latency::response).percentile(990'000);
  CHECK(p99 >= 890ms);
  CHECK(p99 <= 910ms);
}

TEST_CASE("an instant belongs to the phase that it is in") {
  const Layout layout = layout_with();
  CHECK(layout.phase_at(world::at(0s)) == 0);
  CHECK(layout.phase_at(world::at(60s - 1ns)) == 0);
  CHECK(layout.phase_at(world::at(60s)) == 1);
  CHECK(layout.phase_at(world::at(999s)) == 1);
}

TEST_CASE("durations beyond 24 h are counted as overflow") {
  Recorder recorder(layout_with());
  take(recorder, operation(0s, 25h));
  CHECK(recorder.overflow() == 2);  // response and service
}

TEST_CASE("what an objective counts is known by the second of the plan") {
  using Exceeds = Threshold::Exceeds;
  Layout layout = layout_with({{Latency::response, 1s, false, {}},
                               {Latency::response, 0s, false, {}, Exceeds::failure},
                               {Latency::response, 0s, false, {}, Exceeds::not_good},
                               {Latency::response, 0s, false, {}, Exceeds::not_ok}});
  layout.good_within = 2s;
  Recorder recorder(layout);
  take(recorder, operation(3s, 500ms));
  take(recorder, operation(3900ms, 1500ms));
  take(recorder, operation(3s, 3s));
  take(recorder, operation(3s, 100ms, Outcome::error));
  take(recorder, operation(3s, 100ms, Outcome::cancelled));
  take(recorder, operation(3s, 100ms, Outcome::in_flight));
  const auto counted = [&](std::size_t which) {
    REQUIRE(recorder.threshold_seconds(which).size() == 4);
    const ThresholdSecond s = recorder.threshold_seconds(which)[3];
    return std::vector<std::uint64_t>{s.n, s.exceedances, s.undetermined};
  };
  using Three = std::vector<std::uint64_t>;
  CHECK(counted(0) == Three{5, 3, 1});
  CHECK(counted(1) == Three{5, 1, 1});
  CHECK(counted(2) == Three{6, 3, 1});
  CHECK(counted(3) == Three{6, 2, 1});
  CHECK(recorder.threshold_seconds(0)[3].values == 3);
  CHECK(recorder.threshold_seconds(0)[3].sum_ns == 5'000'000'000);
  take(recorder, operation(world::since_start(world::kNever) - 1s, 1s));
  CHECK(recorder.threshold_seconds(0).size() == Timeline::kSecondsMax);
}

TEST_CASE("filters on outcomes and streams") {
  Recorder recorder(layout_with());
  Operation op = operation(1s, 100ms);
  take(recorder, op);
  op.streamed = true;
  take(recorder, op);
  take(recorder, op);
  op.outcome = Outcome::error;
  take(recorder, op);
  Filter where;
  CHECK(recorder.counts(where).planned == 4);
  where.streamed = true;
  CHECK(recorder.counts(where).planned == 3);
  where.outcome = Outcome::ok;
  CHECK(recorder.counts(where).planned == 2);
  CHECK(recorder.histogram(Latency::response, where).count() == 2);
  where.streamed = false;
  CHECK(recorder.histogram(Latency::response, where).count() == 1);
}

TEST_CASE("every percentile has the interval of its order statistics") {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(Nanos(1ms) * i);
  const LatencySummary summary = summary_of(histogram);
  const auto ms = [](const std::optional<Nanos>& value) { return milliseconds_of(value); };
  CHECK(ms(summary.bounds[2].low) == Approx(936).epsilon(0.001));   // p95: ranks 936 and 964
  CHECK(ms(summary.bounds[2].high) == Approx(964).epsilon(0.001));
  CHECK(ms(summary.bounds[3].low) == Approx(983).epsilon(0.001));   // p99
  CHECK(ms(summary.bounds[3].high) == Approx(997).epsilon(0.001));
  CHECK(summary.bounds[4].low);
  CHECK_FALSE(summary.bounds[4].high);  // p99.9 of 1,000 has no upper bound
  CHECK(*summary.bounds[0].low <= summary.p50);
  CHECK(*summary.bounds[0].high >= summary.p50);
  CHECK(summary_of(Histogram()).bounds[0] == Bounds{});
}
