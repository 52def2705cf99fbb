#include "reports/writers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "reports/console.hpp"
#include "reports/events_jsonl.hpp"
#include "reports/hdr_codec.hpp"
#include "reports/history_jsonl.hpp"
#include "reports/read_result.hpp"
#include "reports/suite_console.hpp"
#include "reports/text.hpp"
#include "sample_run.hpp"

using namespace reports;
using namespace std::chrono_literals;
using namespace reports::test;

namespace {

std::string written(std::string_view file, const RunRecord& run) {
  for (const Writer& writer : writers())
    if (writer.file == file) {
      REQUIRE(writer.write != nullptr);
      std::string out;
      writer.write(run, sample_environment(), [&](std::string_view text) { out += text; });
      return out;
    }
  FAIL("no writer of " << file);
  return "";
}

std::string history(const RunRecord& run) {
  Layout layout;
  layout.phases = run.phases;
  layout.classes = run.classes;
  Operation op = operation(61s, 2500ms + 1ns, Outcome::error);
  op.id = 42;
  op.user = 17;
  op.session = 2;
  op.turn = 5;
  op.phase = op.cls = 1;
  op.streamed = true;
  op.stall = 1234567ns;
  op.provider = run.faults.at(0).on;
  std::string out;
  append_history_line(out, op, layout);
  op = operation(62s, 0s, Outcome::dropped);
  append_history_line(out, op, layout);
  return out;
}

std::string events(const RunRecord& run) {
  std::string out;
  append_event_line(out, {world::at(61s + 5ms), "fault_fired", run.faults.at(0).on, run.about});
  append_event_line(out, {world::at(0s), "end", "", ""});
  return out;
}

// What a viewer of a terminal or of CI must never be given.
void check_harmless(const std::string& text) {
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(valid_utf8(text) == text);
}

}  // namespace

TEST_CASE("each writer against its golden file") {
  for (const auto& [prefix, run] : {std::pair{std::string("sample."), sample_run()},
                                    std::pair{std::string("hostile."), hostile_run()}}) {
    for (const Writer& writer : writers())
      if (writer.write != nullptr && writer.file != kReportFile)  // of that: page_test.cpp
        check_golden(prefix + std::string(writer.file), written(writer.file, run));
    check_golden(prefix + "history.jsonl", history(run));
    check_golden(prefix + "events.jsonl", events(run));
    check_golden(prefix + "console.txt", console_text(run));
  }
  check_golden("sample.console.colour.txt", console_text(sample_run(), {true, false}));
  check_golden("sample.console.quiet.txt", console_text(sample_run(), {false, true}));
}

TEST_CASE("hostile text stays text in every file") {
  const RunRecord run = hostile_run();
  for (const Writer& writer : writers()) {
    INFO(writer.file);
    if (writer.write != nullptr) check_harmless(written(writer.file, run));
  }
  check_harmless(history(run));
  check_harmless(events(run));
  check_harmless(console_text(run));

  const std::string junit = written("junit.xml", run);
  CHECK(junit.find("<b>") == std::string::npos);
  CHECK(std::count(junit.begin(), junit.end(), '<') == std::count(junit.begin(), junit.end(), '>'));
  const std::string summary = written("summary.md", run);
  CHECK(summary.find("\n## PASS") == std::string::npos);
  CHECK(summary.substr(0, summary.find("Reproduce:")).find("<b>") == std::string::npos);
  CHECK(summary.find("@all **") == std::string::npos);
  for (const std::string& lines : {history(run), events(run)}) {
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) CHECK_NOTHROW(nlohmann::json::parse(line));
  }
}

TEST_CASE("result.json has the fields that others rely on") {
  const auto json = nlohmann::json::parse(written("result.json", sample_run()));
  CHECK(json.at("schema") == "shakedown/result/1");
  CHECK(json.at("digest") == "0123456789abcdef");
  CHECK(json.at("duration_s") == 180.0);
  const auto& requests = json.at("requests");
  CHECK(requests.at("planned") ==
        requests.at("sent").get<int>() + requests.at("dropped").get<int>());
  CHECK(requests.at("sent") == 181);
  for (const char* latency : {"response", "service", "lateness", "ttft"})
    for (const char* field : {"p50", "p90", "p95", "p99", "p999", "max", "mean", "count"})
      CHECK(json.at("latency_ms").at(latency).at(field).is_number());
  CHECK(json.at("latency_ms").at("response").at("count") == 181);
  CHECK(json.at("error_rate") == Approx(15 / 180.0));
  CHECK(json.at("by").at("phase").at("outage").at("requests").at("planned") == 60);
  CHECK(json.at("by").at("class").contains("chat"));
  CHECK(json.at("by").at("outcome").at("error").at("requests").at("error") == 15);
  CHECK(json.at("slos").at(0).at("ci").at(1).is_null());
  CHECK(json.at("slos").at(1).at("verdict") == "FAIL");
  CHECK(json.at("invariants").at(0).at("violations").at(0).at("at_s") == 61.0);
  CHECK(json.at("faults").at(0).at("window_s") == nlohmann::json::array({60.0, 75.0}));
}

TEST_CASE("a result that was read back is written and shown the same") {
  for (const RunRecord& run : {sample_run(), hostile_run()}) {
    const std::string text = written("result.json", run);
    const RunRecord back = read_result(text);
    CHECK(written("result.json", back) == text);
    if (run.scenario == "backend_down") {  // broken bytes of hostile text became U+FFFD on the way
      CHECK(console_text(back) == console_text(run));
      CHECK(written("junit.xml", back) == written("junit.xml", run));
      CHECK(written("summary.md", back) == written("summary.md", run));
    }
  }
}

TEST_CASE("results that are not results are refused") {
  const std::string good = written("result.json", sample_run());
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
        std::string(R"({"schema":"shakedown/result/2"})"), std::string(100'000, '['),
        good.substr(0, good.size() / 2)})
    CHECK_THROWS_AS(read_result(bad), ResultError);
  auto json = nlohmann::ordered_json::parse(good);
  for (const auto& [key, value] : json.items()) {  // each field is needed, and of its type
    INFO(key);
    if (key == "error_rate") continue;  // derived from the counts when read
    auto without = json;
    without.erase(key);
    CHECK_THROWS_AS(read_result(without.dump()), ResultError);
    auto other = json;
    other[key] = nlohmann::ordered_json::array({nlohmann::ordered_json::object()});
    CHECK_THROWS_AS(read_result(other.dump()), ResultError);
  }
}

TEST_CASE("the console fits 80 columns, and says what ran") {
  for (const RunRecord& run : {sample_run(), hostile_run()}) {
    std::istringstream in(console_text(run));
    for (std::string line; std::getline(in, line);)
      if (line.find("reproduce:") == std::string::npos) CHECK(width_of(line) <= 80);
  }
  RunRecord run = sample_run();
  CHECK(console_text(run).starts_with("FAIL"));
  CHECK(console_text(run).find("no real server") != std::string::npos);
  run.mode = "live";
  run.sut = "external";
  run.time_scale = 60;
  CHECK(console_text(run).find("no real server") == std::string::npos);
  CHECK(console_text(run).find("live at 60 times real time, external target") != std::string::npos);
  CHECK(console_text(run, {false, true}).find('\x1b') == std::string::npos);
}

TEST_CASE("JUnit is never all green unless the run is a PASS") {
  RunRecord run;
  run.scenario = "empty";
  for (Verdict verdict : {Verdict::fail, Verdict::inconclusive, Verdict::invalid}) {
    run.verdict = verdict;
    const std::string xml = written("junit.xml", run);
    CHECK(xml.find("failures=\"0\" errors=\"0\"") == std::string::npos);
    CHECK(xml.find("type=\"" + std::string(name_of(verdict)) + "\"") != std::string::npos);
  }
  run.verdict = Verdict::pass;
  CHECK(written("junit.xml", run).find("tests=\"1\" failures=\"0\" errors=\"0\"") !=
        std::string::npos);
}

TEST_CASE("the intervals of latency.hlog add up to the responses of the run") {
  const RunRecord run = sample_run();
  std::istringstream in(written("latency.hlog", run));
  Histogram sum;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("Tag=")) sum.merge(decode_hdr(line.substr(line.rfind(',') + 1)));
  CHECK(sum.count() == run.counts.sent);
}

TEST_CASE("simulated runs write nothing of the wall clock but where the table says so") {
  const RunRecord run = sample_run();
  CHECK(written("latency.hlog", run).find("StartTime: 0.000") != std::string::npos);
  RunRecord live = run;
  live.mode = "live";
  CHECK(written("latency.hlog", live).find("StartTime: 1441812279.474") != std::string::npos);
  for (const Writer& writer : writers()) {
    if (writer.write == nullptr) continue;
    INFO(writer.file);
    const bool tells = written(writer.file, run).find("1441812279474") != std::string::npos;
    CHECK(tells == writer.tells_environment);
  }
}

TEST_CASE("the table names each file once") {
  std::set<std::string_view> names;
  for (const Writer& writer : writers()) {
    CHECK(names.insert(writer.file).second);
    CHECK_FALSE(writer.doc.empty());
  }
  CHECK(names.count("history.jsonl") == 1);
}

TEST_CASE("a run that was stopped early says so in every report") {
  const std::string sentence = "stopped early at 42s: all 2 objectives are decided: PASS";
  RunRecord run = sample_run();
  CHECK_THAT(written("summary.md", run), !Catch::Contains("stopped early"));
  CHECK_THAT(written("junit.xml", run), !Catch::Contains("stopped"));
  run.stopped_early = sentence;
  CHECK_THAT(written("summary.md", run),
             Catch::Contains(", **stopped early**\n\nstopped early at 42s&#58; all 2 objectives"));
  const std::string failed = written("junit.xml", run);
  CHECK_THAT(failed, Catch::Contains("<property name=\"stopped_early\" value=\"" + sentence) &&
                         Catch::Contains("failed (8.29%) (stopped early)\">") &&
                         Catch::Contains(sentence + "&#10;</failure>"));
  run.verdict = Verdict::pass;
  run.reasons.clear();
  CHECK_THAT(written("junit.xml", run),
             Catch::Contains("<system-out>" + sentence + "</system-out>"));
  const SuiteRow rows[] = {{"calm", Verdict::pass, 120, "", true},
                           {"rush", Verdict::pass, 120, "", false}};
  CHECK_THAT(suite_text(rows, false), Catch::Contains("120  PASS (stopped early)\n") &&
                                          Catch::Contains("120  PASS\n"));
}

TEST_CASE("an objective of which nothing is determined has no value and no interval") {
  RunRecord run = sample_run();
  run.slos = {{"error_rate < 5% in outage", "ratio", 0.05, std::nullopt, 0.0, 1.0, 20, 0, 20,
               Verdict::inconclusive, "20 undetermined"}};
  ConsoleOptions options;
  const std::string text = console_text(run, options);
  CHECK_THAT(text, Catch::Contains("      -      20  -  ") && !Catch::Contains("0%..100%") &&
                       !Catch::Contains("among failures"));
}
