#include "harness/commands/report.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/commands/colour.hpp"
#include "harness/run/finished_page.hpp"
#include "harness/run/finished_run.hpp"
#include "harness/run/judge.hpp"
#include "harness/verdict/verdict.hpp"
#include "harness/version.hpp"
#include "reports/console.hpp"
#include "reports/junit_xml.hpp"
#include "reports/latency_hgrm.hpp"
#include "reports/openmetrics.hpp"
#include "reports/read_result.hpp"
#include "reports/report_html.hpp"
#include "reports/result_json.hpp"
#include "reports/suite_html.hpp"
#include "reports/summary_md.hpp"

namespace harness {

namespace {

struct ReportCommand {
  std::string run;
  bool junit = false;
  bool markdown = false;
  bool hlog = false;
  bool html = false;
  bool hgrm = false;
  bool openmetrics = false;
  bool json = false;
  bool rejudge = false;
};

// What the run measured, judged as this version judges.
reports::RunRecord judged_again(const std::string& run) { return judge(read_measurements_of(run)); }

// The page of one run, or of a folder with several.
void print_page(const ReportCommand& command, const reports::Sink& out) {
  const std::vector<std::string> runs = finished_runs_below(command.run);
  if (runs.size() > 1) {
    return reports::write_suite_html(command.run, version(), suite_of_folder(command.run), out);
  }
  const std::string& run = runs.front();
  reports::write_report_html(read_whole_run(run), read_environment_of(run), out);
}

// What it was made with, and not what shows it.
reports::Environment environment_of(const std::string& run) {
  reports::Environment environment;
  environment.version = read_environment_of(run).value("version", "");
  return environment;
}

void check_usage(const ReportCommand& command) {
  const std::array<bool, 7> forms{command.html, command.markdown, command.junit,      command.json,
                                  command.hlog, command.hgrm,     command.openmetrics};
  if (std::count(forms.begin(), forms.end(), true) > 1) {
    throw std::runtime_error("report: one form at a time; leave the others out");
  }
}

int report(const ReportCommand& command) {
  check_usage(command);
  const reports::Sink out = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  };
  if (command.html && !command.rejudge) {
    print_page(command, out);
    return exit_code::kPass;
  }
  if (command.hlog) {
    const std::string text = read_run_file(command.run + "/latency.hlog", reports::kResultBytesMax);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return exit_code::kPass;
  }
  const reports::RunRecord record = command.rejudge ? judged_again(command.run)
                                    : command.hgrm  ? read_whole_run(command.run)
                                                    : read_result_of(command.run);
  if (command.html) {
    reports::write_report_html(record, read_environment_of(command.run), out);
  } else if (command.hgrm) {
    reports::write_latency_hgrm(record, {}, out);
  } else if (command.openmetrics) {
    reports::write_openmetrics(record, environment_of(command.run), out);
  } else if (command.junit) {
    reports::write_junit_xml(record, {}, out);
  } else if (command.json) {
    reports::write_result_json(record, {}, out);
  } else if (command.markdown) {
    reports::write_summary_md(record, {}, out);
  } else {
    reports::ConsoleOptions options;
    options.colour = colour_wanted();
    out(reports::console_text(record, options));
  }
  return exit_code::kPass;
}

}  // namespace

void add_report(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<ReportCommand>();
  command.add_option("run", o->run, "Folder of a finished run.")->required()->type_name("RUN");
  const auto form = [&](const char* flag, bool ReportCommand::*is, const char* doc) {
    command.add_flag(flag, (*o).*is, doc);
  };
  form("--html", &ReportCommand::html,
       "The page for a browser; of several runs the one that links them.");
  form("--markdown", &ReportCommand::markdown, "A summary for a pull request.");
  form("--junit", &ReportCommand::junit, "JUnit XML.");
  form("--json", &ReportCommand::json, "result.json.");
  form("--hlog", &ReportCommand::hlog, "The HdrHistogram interval log.");
  form("--hgrm", &ReportCommand::hgrm, "The percentile distribution of responses.");
  form("--openmetrics", &ReportCommand::openmetrics, "OpenMetrics text.");
  command.add_flag("--rejudge", o->rejudge,
                   "Judge the run's measurements.json again instead of showing its result.json.");
  command.callback([o, &exit_code] { exit_code = report(*o); });
}

}  // namespace harness
