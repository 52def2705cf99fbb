#include "harness/run/run_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/run/judge.hpp"
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

std::string words_of(world::FileFailure failure) {
  std::string words(world::name_of(failure));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

}  // namespace

std::string read_run_file(const std::string& path, std::size_t bytes_max) {
  auto text = read(path, bytes_max);
  if (text) return std::move(*text);
  throw FinishedRunError(path + ": " + words_of(text.error()) +
                         "; give the folder of a finished run, as shakedown-out/steady");
}

reports::RunRecord read_result_of(const std::string& folder) {
  const std::string path = folder + "/result.json";
  const std::string text = read_run_file(path, reports::kResultBytesMax);
  try {
    return reports::read_result(text);
  } catch (const reports::ResultError& error) {
    const std::string why = error.what();
    const bool other = why.starts_with("not a result of schema");
    throw FinishedRunError(
        path + ": " +
        (other ? "a result of another version (" + why + "); run it again with this one" : why));
  }
}

std::shared_ptr<const reports::Measurements> read_measurements_of(const std::string& folder) {
  const std::string path = folder + "/measurements.json";
  const std::string text = read_run_file(path, reports::kMeasurementsBytesMax);
  try {
    return std::make_shared<const reports::Measurements>(
        reports::read_measurements(text, add_thresholds));
  } catch (const reports::MeasurementsError& error) {
    throw FinishedRunError(path + ": " + error.what());
  }
}

reports::RunRecord read_whole_run(const std::string& folder) {
  reports::RunRecord run = read_result_of(folder);
  run.measurements = read_measurements_of(folder);
  return run;
}

nlohmann::ordered_json read_environment_of(const std::string& folder) {
  using Json = nlohmann::ordered_json;
  const auto text = read(folder + "/environment.json", kEnvironmentBytesMax);
  Json parsed = text ? Json::parse(*text, nullptr, false) : Json();
  return parsed.is_object() ? parsed : Json::object();
}

}  // namespace harness
