// measurements.json: what is written is read back the same, and nothing else is read.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/measurements_json.hpp"
#include "reports/read_measurements.hpp"
#include "sample_run.hpp"

using namespace reports;
using namespace reports::test;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

namespace {

// In the harness's place, which knows objectives: one threshold of 500 ms for each.
void thresholds(const std::vector<std::string>& objectives, Layout& layout) {
  for (std::size_t i = 0; i < objectives.size(); ++i)
    layout.thresholds.push_back({Latency::response, 500ms, false, {}});
}

std::string sample_text() { return measurements_text(*sample_run().measurements); }

Measurements read(const std::string& text) { return read_measurements(text, thresholds); }

// The sample's text with one value changed; `pointer` as in RFC 6901.
std::string changed(const std::string& pointer, const Json& value) {
  Json json = Json::parse(sample_text());
  json.at(Json::json_pointer(pointer)) = value;
  return json.dump();
}

}  // namespace

TEST_CASE("measurements are written and read back the same", "[measurements]") {
  const std::string text = sample_text();
  const Measurements back = read(text);
  CHECK(measurements_text(back) == text);

  const RunRecord run = sample_run();
  const Measurements& original = *run.measurements;
  for (std::size_t i = 0; i < kLatencies; ++i) {
    const auto latency = static_cast<Latency>(i);
    const Histogram a = original.recorder.histogram(latency);
    const Histogram b = back.recorder.histogram(latency);
    CHECK(a == b);
    CHECK(a.min() == b.min());
    CHECK(a.max() == b.max());
    CHECK(a.mean() == b.mean());
  }
  CHECK(original.recorder.counts().planned == back.recorder.counts().planned);
  CHECK(back.recorder.threshold(0).n == original.recorder.threshold(0).n);
  CHECK(back.recorder.threshold(0).exceedances > 0);
}

TEST_CASE("histograms keep their exact values, overflow and great sums too", "[measurements]") {
  Layout layout;
  layout.phases = {{"p", Instant{}, world::at(10s)}};
  layout.classes = {"c"};
  layout.duration = 10s;
  Measurements m(layout);
  m.mode = "sim";
  m.time_scale = 1;
  for (const Nanos response : {0ns, 1ns, 999ns, 123'456'789ns, Nanos(24h), Nanos(25h)})
    m.recorder.record(operation(1s, response));
  const Measurements back = read(measurements_text(m));
  const Histogram a = m.recorder.histogram(Latency::response);
  const Histogram b = back.recorder.histogram(Latency::response);
  CHECK(b.overflow() == 1);
  CHECK(a.mean() == b.mean());
  CHECK(b.min() == 0ns);
  CHECK(b.max() == Nanos(24h));
  CHECK(measurements_text(back) == measurements_text(m));
}

TEST_CASE("the sum of two halves is the whole", "[measurements]") {
  Layout layout;
  layout.phases = {{"p", Instant{}, world::at(100s)}};
  layout.classes = {"c", "d"};
  layout.duration = 100s;
  layout.thresholds.push_back({Latency::response, 500ms, false, {}});
  Recorder whole(layout);
  Recorder sum(layout);
  for (const Segment segment : {Segment{1, 2}, Segment{2, 2}}) {
    Layout of_segment = layout;
    of_segment.segment = segment;
    Recorder part(of_segment);
    for (std::uint32_t i = 0; i < 500; ++i) {
      Operation op = operation(Nanos(i * 200'000'000LL), Nanos(i * 7'919'003LL),
                               i % 7 == 0 ? Outcome::error : Outcome::ok);
      op.user = i % 5;
      op.cls = i % 2;
      part.record(op);
      part.note(op, Latency::agent_added, Nanos(i * 1'000));
      if (segment.index == 1) whole.record(op);
      if (segment.index == 1) whole.note(op, Latency::agent_added, Nanos(i * 1'000));
    }
    sum.merge(part);
  }
  const auto text = [](const Recorder& recorder) {
    Measurements m(recorder.layout());
    m.mode = "sim";
    m.time_scale = 1;
    m.recorder.merge(recorder);
    return measurements_text(m);
  };
  CHECK(text(sum) == text(whole));
}

TEST_CASE("a truncated file is refused wherever it ends", "[measurements]") {
  const std::string text = sample_text();
  for (std::size_t size = 0; size + 2 < text.size(); size += 1 + size / 50)
    CHECK_THROWS_AS(read(text.substr(0, size)), MeasurementsError);
}

TEST_CASE("every part is needed, and of its type", "[measurements]") {
  const Json json = Json::parse(sample_text());
  for (const auto& [key, value] : json.items()) {
    INFO(key);
    Json without = json;
    without.erase(key);
    if (key == "lanes") {  // which older versions did not write, and no verdict follows from
      CHECK_NOTHROW(read(without.dump()));
    } else {
      CHECK_THROWS_AS(read(without.dump()), MeasurementsError);
    }
    for (const Json& other : {Json(nullptr), Json(-1), Json::array({Json::object()})}) {
      Json with = json;
      with[key] = other;
      CHECK_THROWS_AS(read(with.dump()), MeasurementsError);
    }
  }
}

TEST_CASE("what cannot have been measured is refused with its place", "[measurements]") {
  const std::string response = "/cells/0/latencies/response";
  struct Row {
    std::string pointer;
    Json value;
    const char* what;
  };
  for (const Row& row :
       {Row{"/schema", "shakedown/result/1", "is not of the schema shakedown/measurements/1"},
        Row{"/segment", "0/1", "`segment`"}, Row{"/segment", "1/1001", "`segment`"},
        Row{"/segment", "01/2", "`segment`"}, Row{"/mode", "dream", "`mode`"},
        Row{"/time_scale", 0, "`time_scale`"}, Row{"/digest", "12", "`digest`"},
        Row{"/fingerprint", "0000000000000000", "`fingerprint`"},
        Row{"/configuration/load.chat.users", "21", "`fingerprint`"},
        Row{"/layout/classes", Json::array(), "`layout`"},
        Row{"/layout/duration_ns", -1, "`duration_ns`"},
        Row{"/layout/phases/1/begin_ns", 0, "`phases` are not in order"},
        Row{"/objectives", Json::array(), "`thresholds`"},
        Row{"/thresholds/0/bound_ns", 1, "`thresholds`"},
        Row{"/thresholds/0/exceedances", 1'000'000, "`exceedances`"},
        Row{"/failures", Json::array({1}), "`failures`"},
        Row{"/cells/0/phase", 2, "`phase` is 2, beyond 1"},
        Row{"/cells/1/outcome", "lost", "`outcome`"},
        Row{"/cells/3/outcome", "dropped", "`cells` are not in order"},
        Row{"/cells/0/sent", 1'000'000, "`sent`"},
        Row{response + "/counts", Json::array({1}), "`counts` is not a list of pairs"},
        Row{response + "/counts", Json::array({2, 1, 1, 1}), "`counts` is not in ascending order"},
        Row{response + "/counts", Json::array({1, 0}), "`counts` is not in ascending order"},
        Row{response + "/counts", Json::array({Histogram::kCounters, 1}), "`counts` is "},
        Row{response + "/counts", Json::array({1, 1ull << 40, 2, 1}), "too many"},
        Row{response + "/min", 0, "cannot be those of the counts"},
        Row{response + "/max", 86'400'000'000'000, "cannot be those of the counts"},
        Row{response + "/sum/1", 0, "cannot be those of the counts"},
        Row{response + "/overflow", 1, "cannot be those of the counts"},
        Row{"/seconds/1", 4'000'000, "`seconds`"}, Row{"/seconds", Json::array({1}), "`seconds`"},
        Row{"/slices/0/0", 1'000'000, "`slices`"}, Row{"/slices/0/1", 2, "`slices`"},
        Row{"/slices/0/2", 5, "`slices`"}, Row{"/slices/2/0", 0, "`slices`"},
        Row{"/invariants/0/violation_count", 1, "`violations`"},
        Row{"/invariants/0/verdict", "MAYBE", "`verdict`"}}) {
    INFO(row.pointer << " = " << row.value.dump());
    CHECK_THROWS_WITH(read(changed(row.pointer, row.value)), Catch::Contains(row.what));
  }
}

TEST_CASE("a file that would take too much memory is refused before it does", "[measurements]") {
  CHECK_THROWS_WITH(read(std::string(100'000, '[')), Catch::Contains("nested too deeply"));
  CHECK_THROWS_WITH(read("{\"seed\":1e999}"), Catch::Contains("cannot be read"));
  Json classes = Json::array();
  for (int i = 0; i < 600'000; ++i) classes.push_back("c");
  CHECK_THROWS_WITH(read(changed("/layout/classes", classes)),
                    Catch::Contains("too many phases and classes"));
}
