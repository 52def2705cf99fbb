#include "reports/measurements_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/fingerprint.hpp"
#include "reports/lanes_json.hpp"
#include "reports/recorder_json.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t nanos(Instant t) { return world::since_start(t).count(); }

Json layout_json(const Layout& layout) {
  Json json;
  json["duration_ns"] = layout.duration.count();
  json["classes"] = layout.classes;
  json["phases"] = Json::array();
  for (const Phase& phase : layout.phases) {
    Json row;
    row["name"] = phase.name;
    row["begin_ns"] = nanos(phase.begin);
    row["end_ns"] = nanos(phase.end);
    json["phases"].push_back(std::move(row));
  }
  return json;
}

Json invariants_json(const std::vector<InvariantResult>& invariants) {
  Json json = Json::array();
  for (const InvariantResult& invariant : invariants) {
    Json row;
    row["name"] = invariant.name;
    row["verdict"] = name_of(invariant.verdict);
    row["checked"] = invariant.checked;
    row["violation_count"] = invariant.violation_count;
    row["skipped"] = invariant.skipped;
    row["violations"] = Json::array();
    for (const Violation& violation : invariant.violations) {
      Json witness;
      witness["at_ns"] = nanos(violation.at);
      witness["who"] = violation.who;
      witness["what"] = violation.what;
      row["violations"].push_back(std::move(witness));
    }
    json.push_back(std::move(row));
  }
  return json;
}

Json faults_json(const std::vector<FaultResult>& faults) {
  Json json = Json::array();
  for (const FaultResult& fault : faults) {
    Json row;
    row["id"] = fault.id;
    row["kind"] = fault.kind;
    row["on"] = fault.on;
    row["begin_ns"] = nanos(fault.begin);
    row["end_ns"] = nanos(fault.end);
    row["fired"] = fault.fired;
    json.push_back(std::move(row));
  }
  return json;
}

Json validity_json(const std::vector<ValidityResult>& validity) {
  Json json = Json::array();
  for (const ValidityResult& rule : validity) {
    Json row;
    row["name"] = rule.name;
    row["holds"] = rule.holds;
    row["detail"] = rule.detail;
    row["warning"] = rule.warning;
    json.push_back(std::move(row));
  }
  return json;
}

}  // namespace

std::string measurements_text(const Measurements& m) {
  Json json;
  json["schema"] = kMeasurementsSchema;
  json["version"] = m.version;
  json["scenario"] = m.scenario;
  json["about"] = m.about;
  json["seed"] = m.seed;
  json["mode"] = m.mode;
  json["sut"] = m.sut;
  json["profile"] = m.profile;
  json["time_scale"] = m.time_scale;
  json["segment"] = m.layout().segment.text();
  json["missing"] = m.missing;
  json["interrupted"] = m.interrupted;
  json["stopped_early"] = m.stopped_early;
  json["stopped_at_ns"] = world::since_start(m.stopped_at).count();
  json["anytime"] = Json::array();
  for (const AnytimeVerdict& a : m.anytime) {
    Json row;
    row["verdict"] = name_of(a.verdict);
    row["rule"] = a.rule;
    row["why"] = a.why;
    json["anytime"].push_back(std::move(row));
  }
  json["never_started"] = m.never_started;
  json["digest"] = fmt::format("{:016x}", m.digest);
  json["fingerprint"] = fmt::format("{:016x}", fingerprint_of(m.configuration));
  json["reproduce"] = m.reproduce;
  json["configuration"] = Json::object();
  for (const auto& [path, value] : m.configuration) json["configuration"][path] = value;
  json["objectives"] = m.objectives;
  json["layout"] = layout_json(m.layout());
  json["start_unix_ms"] = m.start_unix_ms;
  json["planned_ahead"] = m.planned_ahead;
  json["has_closed_loops"] = m.has_closed_loops;
  json["facts"] = Json::object();
  for (const auto& [name, value] : m.facts) json["facts"][name] = value;
  json["validity"] = validity_json(m.validity);
  json["faults"] = faults_json(m.faults);
  json["invariants"] = invariants_json(m.invariants);
  json["lanes"] = LanesJson::written(m.lanes);
  const Json recorded = RecorderJson::written(m.recorder);
  for (const auto& [key, value] : recorded.items()) json[key] = value;

  const auto text = [](const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string out;
  for (const auto& [key, value] : json.items()) {
    out += out.empty() ? "{\n" : ",\n";
    out += text(Json(key)) + ":" + text(value);
  }
  return out + "\n}\n";
}

void write_measurements_json(const RunRecord& run, const Environment&, const Sink& sink) {
  if (run.measurements) sink(measurements_text(*run.measurements));
}

}  // namespace reports
