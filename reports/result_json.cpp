#include "reports/result_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/text.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kDigits = 9;  // of estimated doubles; latencies are exact to the nanosecond

Json maybe(const std::optional<double>& value) {
  return value ? Json(rounded(*value, kDigits)) : Json(nullptr);
}

Json maybe_ms(const std::optional<Nanos>& value) {
  return value ? Json(milliseconds(*value)) : Json(nullptr);
}

Json requests_of(const Counts& counts) {
  Json json;
  json["planned"] = counts.planned;
  json["sent"] = counts.sent;
  json["dropped"] = counts.of(Outcome::dropped);
  json["ok"] = counts.of(Outcome::ok);
  json["error"] = counts.of(Outcome::error);
  json["timeout"] = counts.of(Outcome::timeout);
  json["cancelled"] = counts.of(Outcome::cancelled);
  json["in_flight_at_end"] = counts.of(Outcome::in_flight);
  return json;
}

Json latencies_of(const LatencySummaries& summaries) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kLatencies; ++i) {
    const LatencySummary& s = summaries[i];
    Json row;
    row["p50"] = milliseconds(s.p50);
    row["p90"] = milliseconds(s.p90);
    row["p95"] = milliseconds(s.p95);
    row["p99"] = milliseconds(s.p99);
    row["p999"] = milliseconds(s.p999);
    row["max"] = milliseconds(s.max);
    row["mean"] = milliseconds(s.mean);
    row["count"] = s.count;
    for (std::size_t p = 0; s.count > 0 && p < kPercentileNames.size(); ++p) {
      const std::string name(kPercentileNames[p]);
      row[name + "_low"] = maybe_ms(s.bounds[p].low);  // 95 %; null: no bound on that side
      row[name + "_high"] = maybe_ms(s.bounds[p].high);
    }
    json[std::string(name_of(static_cast<Latency>(i)))] = std::move(row);
  }
  return json;
}

Json breakdown_of(const std::vector<Breakdown>& rows) {
  Json json = Json::object();
  for (const Breakdown& row : rows) {
    Json& entry = json[row.name];
    entry["requests"] = requests_of(row.counts);
    entry["latency_ms"] = latencies_of(row.latencies);
  }
  return json;
}

Json slo_json(const SloResult& slo) {
  Json json;
  json["expr"] = slo.expr;
  json["value"] = maybe(slo.value);
  json["unit"] = slo.unit;
  json["bound"] = rounded(slo.bound, kDigits);
  json["n"] = slo.n;
  json["exceedances"] = slo.exceedances;
  json["undetermined"] = slo.undetermined;
  json["ci"] = Json::array();
  json["ci"].push_back(maybe(slo.ci_low));
  json["ci"].push_back(maybe(slo.ci_high));
  SloResult shown = slo;  // the margin of the numbers above, so that reading back gives it again
  shown.bound = rounded(slo.bound, kDigits);
  if (slo.value) shown.value = rounded(*slo.value, kDigits);
  json["margin"] = maybe(shown.margin());
  json["better"] = slo.lower_is_better ? "lower" : "higher";
  json["rule"] = slo.rule;
  json["design_effect"] = rounded(slo.design_effect, kDigits);
  json["n_effective"] = rounded(slo.n_effective, kDigits);
  json["verdict"] = name_of(slo.verdict);
  json["why"] = slo.why;
  if (slo.rule != "fixed") json["rule"] = slo.rule;
  return json;
}

Json invariant_json(const InvariantResult& invariant) {
  Json json;
  json["name"] = invariant.name;
  json["verdict"] = name_of(invariant.verdict);
  if (!invariant.skipped.empty()) json["skipped"] = invariant.skipped;
  json["checked"] = invariant.checked;
  json["violation_count"] = invariant.violation_count;
  json["violations"] = Json::array();
  for (const Violation& violation : invariant.violations) {
    Json row;
    row["at_s"] = seconds(world::since_start(violation.at));
    row["who"] = violation.who;
    row["what"] = violation.what;
    json["violations"].push_back(std::move(row));
  }
  return json;
}

Json fault_json(const FaultResult& fault) {
  Json json;
  json["id"] = fault.id;
  json["kind"] = fault.kind;
  json["on"] = fault.on;
  json["window_s"] = Json::array();
  json["window_s"].push_back(seconds(world::since_start(fault.begin)));
  json["window_s"].push_back(seconds(world::since_start(fault.end)));
  json["fired"] = fault.fired;
  return json;
}

void add_measurements(Json& json, const RunRecord& run) {
  json["requests"] = requests_of(run.counts);
  json["latency_ms"] = latencies_of(run.latencies);
  json["error_rate"] = maybe(run.error_rate());
  Json& failures = json["failures"] = Json::object();
  for (std::size_t i = 1; i < kFailures; ++i)  // from 1: Failure::none is no failure
    if (run.failures[i] > 0)
      failures[std::string(name_of(static_cast<Failure>(i)))] = run.failures[i];
  Json& by = json["by"];
  by["phase"] = breakdown_of(run.by_phase);
  by["class"] = breakdown_of(run.by_class);
  by["outcome"] = breakdown_of(run.by_outcome);
}

}  // namespace

void write_result_json(const RunRecord& run, const Environment&, const Sink& sink) {
  Json json;
  json["schema"] = kResultSchema;
  json["scenario"] = run.scenario;
  json["about"] = run.about;
  json["seed"] = run.seed;
  json["mode"] = run.mode;
  json["sut"] = run.sut;
  json["profile"] = run.profile;
  json["time_scale"] = rounded(run.time_scale, kDigits);
  if (!run.segment.empty()) json["segment"] = run.segment;
  json["verdict"] = name_of(run.verdict);
  json["reasons"] = run.reasons;
  json["interrupted"] = run.interrupted;
  if (!run.stopped_early.empty()) json["stopped_early"] = run.stopped_early;
  json["digest"] = fmt::format("{:016x}", run.digest);
  json["duration_s"] = seconds(run.duration);
  add_measurements(json, run);

  json["phases"] = Json::array();
  for (const Phase& phase : run.phases) {
    Json row;
    row["name"] = phase.name;
    row["begin_s"] = seconds(world::since_start(phase.begin));
    row["end_s"] = seconds(world::since_start(phase.end));
    json["phases"].push_back(std::move(row));
  }
  json["slos"] = Json::array();
  for (const SloResult& slo : run.slos) json["slos"].push_back(slo_json(slo));
  json["invariants"] = Json::array();
  for (const InvariantResult& i : run.invariants) json["invariants"].push_back(invariant_json(i));
  json["faults"] = Json::array();
  for (const FaultResult& fault : run.faults) json["faults"].push_back(fault_json(fault));
  json["validity"] = Json::array();
  for (const ValidityResult& rule : run.validity) {
    Json row;
    row["name"] = rule.name;
    row["holds"] = rule.holds;
    row["detail"] = rule.detail;
    if (rule.warning) row["warning"] = true;
    json["validity"].push_back(std::move(row));
  }
  json["reproduce"] = run.reproduce;
  json["fingerprint"] = fmt::format("{:016x}", run.fingerprint);
  json["configuration"] = Json::object();
  for (const auto& [path, value] : run.configuration) json["configuration"][path] = value;
  sink(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace reports
