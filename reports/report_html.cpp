#include "reports/report_html.hpp"

#include <nlohmann/json.hpp>

#include "reports/console.hpp"
#include "reports/page.hpp"
#include "reports/page_data.hpp"

namespace reports {

namespace {

void write(const RunRecord& run, const PageJson& data, const Sink& sink) {
  Page page;
  page.title = std::string(name_of(run.verdict)) + " " + run.scenario + " - Shakedown";
  page.plain = console_text(run, ConsoleOptions{});
  write_page(page, data, sink);
}

}  // namespace

void write_report_html(const RunRecord& run, const Environment& environment, const Sink& sink) {
  write(run, run_page_data(run, environment), sink);
}

void write_report_html(const RunRecord& run, PageJson environment, const Sink& sink) {
  write(run, run_page_data(run, std::move(environment)), sink);
}

}  // namespace reports
