#include "harness/run/finished_page.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/run/finished_run.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/version.hpp"
#include "reports/page_data.hpp"
#include "reports/read_measurements.hpp"
#include "reports/read_result.hpp"
#include "world/real_files.hpp"

namespace harness {

namespace {

constexpr std::size_t kEnvironmentBytesMax = 1 << 20;

world::FileResult<std::string> read(const std::string& path, std::size_t bytes_max) {
  world::RealFiles files;
  return world::run_inline(files.read(path, bytes_max));
}

reports::RunRecord read_result_of(const std::string& folder) {
  const std::string path = folder + "/result.json";
  const auto text = read(path, reports::kResultBytesMax);
  if (!text) {
    throw FinishedRunError(path + ": " + std::string(world::name_of(text.error())) +
                           "; give the folder of a finished run, as shakedown-out/steady");
  }
  try {
    return reports::read_result(*text);
  } catch (const reports::ResultError& error) {
    throw FinishedRunError(path + ": " + error.what());
  }
}

}  // namespace

reports::RunRecord read_whole_run(const std::string& folder) {
  reports::RunRecord run = read_result_of(folder);
  const std::string path = folder + "/measurements.json";
  const auto text = read(path, reports::kMeasurementsBytesMax);
  if (!text) {
    throw FinishedRunError(path + ": " + std::string(world::name_of(text.error())) +
                           "; it is what charts are made from");
  }
  try {
    run.measurements = std::make_shared<const reports::Measurements>(
        reports::read_measurements(*text, add_thresholds));
  } catch (const reports::MeasurementsError& error) {
    throw FinishedRunError(path + ": " + error.what());
  }
  return run;
}

nlohmann::ordered_json page_of_run(const std::string& folder) {
  const reports::RunRecord run = read_whole_run(folder);
  auto environment = nlohmann::ordered_json::object();
  if (const auto text = read(folder + "/environment.json", kEnvironmentBytesMax)) {
    auto parsed = nlohmann::ordered_json::parse(*text, nullptr, false);
    if (parsed.is_object()) environment = std::move(parsed);
  }
  return reports::run_page_data(run, std::move(environment));
}

std::vector<reports::SuiteEntry> suite_of_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<reports::SuiteEntry> entries;
  for (const std::string& run : finished_runs_below(folder)) {
    const std::string relative = fs::path(run).lexically_relative(folder).generic_string();
    entries.push_back(reports::suite_entry(read_result_of(run),
                                           relative + "/" + std::string(reports::kReportFile)));
  }
  return entries;
}

void write_suite_page(const std::string& folder, std::span<const reports::SuiteEntry> entries) {
  std::string text;
  reports::write_suite_html(folder, version(), entries,
                            [&text](std::string_view part) { text += part; });
  world::RealFiles files;
  const std::string path = folder + "/" + std::string(reports::kSuiteFile);
  if (!world::run_inline(files.replace(path, std::move(text)))) {
    throw OutputError(path + ": could not be written");
  }
}

}  // namespace harness
