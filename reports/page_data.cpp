#include "reports/page_data.hpp"

#include <nlohmann/json.hpp>

#include "reports/environment_json.hpp"
#include "reports/measurements.hpp"
#include "reports/percentile_steps.hpp"
#include "reports/result_json.hpp"
#include "reports/text.hpp"
#include "reports/writers.hpp"

namespace reports {

namespace {

using Json = PageJson;

// What a writer writes, as JSON again.
Json written_by(void (*write)(const RunRecord&, const Environment&, const Sink&),
                const RunRecord& run, const Environment& environment) {
  std::string text;
  write(run, environment, [&text](std::string_view part) { text += part; });
  return Json::parse(text);
}

Json spectrum_of(const Recorder& recorder) {
  Json json = Json::object();
  for (const Latency latency :
       {Latency::response, Latency::service, Latency::ttft, Latency::inter_token,
        Latency::agent_added, Latency::lateness}) {
    const std::vector<PercentileStep> steps = percentile_steps(recorder.histogram(latency));
    if (steps.empty()) continue;
    Json& rows = json[std::string(name_of(latency))] = Json::array();
    for (const PercentileStep& step : steps)
      rows.push_back({rounded(step.percentile, 10), milliseconds(Nanos(step.value)), step.count});
  }
  return json;
}

Json events_of(const Lanes& lanes) {
  Json json = Json::array();
  for (const Event& event : lanes.events())
    json.push_back({{"at_s", seconds(world::since_start(event.at))},
                    {"kind", event.kind},
                    {"on", event.on},
                    {"detail", event.detail}});
  return json;
}

}  // namespace

Json phases_of(const std::vector<Phase>& phases) {
  Json json = Json::array();
  for (const Phase& phase : phases)
    json.push_back({{"name", phase.name},
                    {"begin_s", seconds(world::since_start(phase.begin))},
                    {"end_s", seconds(world::since_start(phase.end))}});
  return json;
}

Json run_page_data(const RunRecord& run, const Environment& environment) {
  return run_page_data(run, written_by(write_environment_json, run, environment));
}

Json run_page_data(const RunRecord& run, Json environment) {
  Json json;
  json["kind"] = "run";
  json["result"] = written_by(write_result_json, run, {});
  json["environment"] = std::move(environment);
  json["phases"] = phases_of(run.phases);
  json["files"] = Json::array();
  for (const Writer& writer : writers())
    if (writer.file != kReportFile) json["files"].push_back(writer.file);
  if (!run.measurements) return json;
  const Recorder& recorder = run.measurements->recorder;
  const Lanes& lanes = run.measurements->lanes;
  const std::size_t n = intervals_of(recorder, lanes);
  json["series"] = series_of(recorder, lanes, 0, n);
  json["lanes"] = lanes_of(lanes, 0, n);
  json["spectrum"] = spectrum_of(recorder);
  json["events"] = events_of(lanes);
  json["events_left_out"] = lanes.left_out();
  return json;
}

}  // namespace reports
