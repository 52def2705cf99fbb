#include "reports/page.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/page_assets.hpp"
#include "reports/page_data.hpp"
#include "reports/report_html.hpp"
#include "reports/suite_html.hpp"
#include "sample_run.hpp"

using namespace reports;
using namespace reports::test;
using Json = nlohmann::ordered_json;

namespace {

std::string page_of(const RunRecord& run) {
  std::string html;
  write_report_html(run, sample_environment(), [&](std::string_view part) { html += part; });
  return html;
}

std::string suite_of(const RunRecord& run) {
  const std::vector<SuiteEntry> entries(2, suite_entry(run, "a/report.html"));
  std::string html;
  write_suite_html(hostile_text(), "0.1.0", entries,
                   [&](std::string_view part) { html += part; });
  return html;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// The data as a browser gets it: up to the first end of its element.
std::string data_text(const std::string& html) {
  const std::string begin = R"(id="data">)";
  const std::size_t from = html.find(begin) + begin.size();
  return html.substr(from, html.find("</script", from) - from);
}

// All of a page but what is the same in each.
std::string own_part(std::string html) {
  for (const std::string_view part : {kPageStyle, kPageCharts, kPageScript}) {
    const std::size_t at = html.find(part);
    REQUIRE(at != std::string::npos);
    html.erase(at, part.size());
  }
  return html;
}

}  // namespace

TEST_CASE("the page holds the result as it is, and what charts need") {
  const RunRecord run = sample_run();
  const Json data = Json::parse(data_text(page_of(run)));
  check_golden("sample.report.data.json", data.dump(1) + "\n");
  CHECK(data["kind"] == "run");
  CHECK(data["series"]["n"] == 190);  // the last request ended 10 s behind the plan
  CHECK(data["series"]["by_outcome"]["error"][61] == 1);
  CHECK(data["series"]["response"]["p95"].size() == 190);
  CHECK(data["series"]["response"]["max"][189] == 10'000.0);
  CHECK(data["series"]["classes"]["stream"]["count"].size() == 190);
  CHECK(data["lanes"]["states"][0]["changes"][0] == Json::array({0.0, "closed"}));
  CHECK(data["lanes"]["gauges"][0]["values"][0].is_null());
  CHECK(data["spectrum"]["response"].back()[0] == 100.0);
}

TEST_CASE("the requests of the page's series are those of the result") {
  const RunRecord run = sample_run();
  const Json data = run_page_data(run, sample_environment());
  std::uint64_t responses = 0;
  for (const Json& count : data["series"]["response"]["count"]) responses += count.get<int>();
  CHECK(responses == run.counts.sent);
  std::int64_t open = 0;
  for (const Json& count : data["series"]["in_flight"]) open = count.get<std::int64_t>();
  CHECK(open == 0);
}

TEST_CASE("hostile text stays data in pages") {
  for (const std::string& html : {page_of(hostile_run()), suite_of(hostile_run())}) {
    const std::string own = own_part(html);
    // One data element and two scripts, in which nothing is left here.
    CHECK(count_of(own, "<script") == 3);
    CHECK(count_of(own, "</script") == 3);
    CHECK(count_of(own, "<b>") == 0);
    CHECK(count_of(own, "</pre>") == 1);
    const std::string data = data_text(html);
    CHECK(data.find_first_of("<>&") == std::string::npos);
    for (const char c : data) CHECK((c >= ' ' && c <= '~'));
    CHECK(Json::parse(data).is_object());
  }
}

TEST_CASE("marks in texts are not filled in") {
  Page page;
  page.title = "<!--DATA--> /*SCRIPT*/ <!--TOKEN-->";
  page.plain = "/*CHARTS*/ <!--DATA-->";
  Json data;
  data["kind"] = "/*SCRIPT*/";
  std::string html;
  write_page(page, data, [&](std::string_view part) { html += part; });
  CHECK(count_of(html, kPageScript) == 1);
  CHECK(count_of(html, kPageCharts) == 1);
  CHECK(count_of(html, R"({"kind":"/*SCRIPT*/"})") == 1);
}

TEST_CASE("a run without measurements has a page all the same") {
  RunRecord run = sample_run();
  run.measurements.reset();
  const Json data = Json::parse(data_text(page_of(run)));
  CHECK(data["result"]["scenario"] == "backend_down");
  CHECK_FALSE(data.contains("series"));
}

TEST_CASE("the embedded pages are whole") {
  CHECK(kPageCharts.find("Chart.js v3") != std::string_view::npos);
  CHECK(kPageCharts.find("MIT License") != std::string_view::npos);
  CHECK(kPageScript.size() > 10'000);
  for (const char* mark : {"<!--TITLE-->", "/*STYLE*/", "<!--NOSCRIPT-->", "<!--DATA-->",
                           "/*CHARTS*/", "/*SCRIPT*/", "<!--TOKEN-->"})
    CHECK(count_of(kPageHtml, mark) == 1);
  CHECK(count_of(kPageScript, "</script") == 0);
  CHECK(count_of(kPageCharts, "</script") == 0);
  CHECK(count_of(kPageScript, "innerHTML") == 0);
}
