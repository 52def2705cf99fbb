#include "reports/report_html.hpp"

#include <nlohmann/json.hpp>

#include "reports/console.hpp"
#include "reports/page.hpp"
#include "reports/page_data.hpp"

namespace reports {

void write_report_html(const RunRecord& run, const Environment& environment, const Sink& sink) {
  Page page;
  page.title = std::string(name_of(run.verdict)) + " " + run.scenario + " - Shakedown";
  page.plain = console_text(run, ConsoleOptions{});
  write_page(page, run_page_data(run, environment), sink);
}

}  // namespace reports
