#include "reports/read_result.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/json_values.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;

Instant instant_of(const Json& s) {
  const double ns = s.get<double>() * 1e9;
  if (!(std::abs(ns) < 9e18)) throw ResultError("result.json: an instant is out of range");
  return world::at(Nanos(std::llround(ns)));
}

Nanos duration_of(const Json& ms) {
  const double ns = ms.get<double>() * 1e6;
  if (!(std::abs(ns) < 9e18)) throw ResultError("result.json: a duration is out of range");
  return Nanos(std::llround(ns));
}

std::optional<Nanos> maybe_duration(const Json& ms) {
  if (ms.is_null()) return std::nullopt;
  return duration_of(ms);
}

std::optional<double> maybe(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

Verdict verdict_of(const Json& value) {
  const auto verdict = verdict_named(value.get_ref<const std::string&>());
  if (!verdict) throw ResultError("result.json: unknown verdict " + value.dump());
  return *verdict;
}

Counts counts_of(const Json& json) {
  Counts counts;
  counts.planned = json.at("planned").get<std::uint64_t>();
  counts.sent = json.at("sent").get<std::uint64_t>();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const std::string key =
        outcome == Outcome::in_flight ? "in_flight_at_end" : std::string(name_of(outcome));
    counts.ended[i] = json.at(key).get<std::uint64_t>();
  }
  return counts;
}

LatencySummaries latencies_of(const Json& json) {
  LatencySummaries summaries;
  for (std::size_t i = 0; i < kLatencies; ++i) {
    const std::string key(name_of(static_cast<Latency>(i)));
    // Results of before know nothing of it.
    if (static_cast<Latency>(i) == Latency::status && !json.contains(key)) continue;
    const Json& row = json.at(key);
    summaries[i] = {row.at("count").get<std::uint64_t>(), duration_of(row.at("p50")),
                    duration_of(row.at("p90")),           duration_of(row.at("p95")),
                    duration_of(row.at("p99")),           duration_of(row.at("p999")),
                    duration_of(row.at("max")),           duration_of(row.at("mean"))};
    for (std::size_t p = 0; summaries[i].count > 0 && p < kPercentileNames.size(); ++p) {
      const std::string name(kPercentileNames[p]);
      summaries[i].bounds[p] = {maybe_duration(row.at(name + "_low")),
                                maybe_duration(row.at(name + "_high"))};
    }
  }
  return summaries;
}

std::vector<Breakdown> breakdown_of(const Json& json) {
  std::vector<Breakdown> rows;
  for (const auto& [name, row] : json.items())
    rows.push_back({name, counts_of(row.at("requests")), latencies_of(row.at("latency_ms"))});
  return rows;
}

SloResult slo_of(const Json& json) {
  SloResult slo;
  slo.expr = json.at("expr").get<std::string>();
  slo.unit = json.at("unit").get<std::string>();
  slo.bound = json.at("bound").get<double>();
  slo.value = maybe(json.at("value"));
  slo.ci_low = maybe(json.at("ci").at(0));
  slo.ci_high = maybe(json.at("ci").at(1));
  slo.n = json.at("n").get<std::uint64_t>();
  slo.exceedances = json.at("exceedances").get<std::uint64_t>();
  slo.undetermined = json.at("undetermined").get<std::uint64_t>();
  slo.verdict = verdict_of(json.at("verdict"));
  slo.why = json.at("why").get<std::string>();
  slo.lower_is_better = json.at("better").get<std::string>() == "lower";
  slo.rule = json.at("rule").get<std::string>();
  slo.design_effect = json.at("design_effect").get<double>();
  slo.n_effective = json.at("n_effective").get<double>();
  return slo;
}

InvariantResult invariant_of(const Json& json) {
  InvariantResult invariant;
  invariant.name = json.at("name").get<std::string>();
  invariant.verdict = verdict_of(json.at("verdict"));
  if (json.contains("skipped")) invariant.skipped = json.at("skipped").get<std::string>();
  invariant.checked = json.at("checked").get<std::uint64_t>();
  invariant.violation_count = json.at("violation_count").get<std::uint64_t>();
  for (const Json& row : json.at("violations"))
    invariant.violations.push_back({instant_of(row.at("at_s")), row.at("who").get<std::string>(),
                                    row.at("what").get<std::string>()});
  return invariant;
}

FaultResult fault_of(const Json& json) {
  return {json.at("id").get<std::string>(),      json.at("kind").get<std::string>(),
          json.at("on").get<std::string>(),      instant_of(json.at("window_s").at(0)),
          instant_of(json.at("window_s").at(1)), json.at("fired").get<std::uint64_t>()};
}

std::uint64_t hex_of(const Json& json, const char* name) {
  const std::string hex = json.at(name).get<std::string>();
  if (hex.size() != 16 || hex.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw ResultError(std::string("result.json: ") + name + " is not 16 hex digits");
  return std::stoull(hex, nullptr, 16);
}

RunRecord run_of(const Json& json) {
  RunRecord run;
  run.scenario = json.at("scenario").get<std::string>();
  run.about = json.at("about").get<std::string>();
  run.seed = json.at("seed").get<std::uint64_t>();
  run.mode = json.at("mode").get<std::string>();
  run.sut = json.at("sut").get<std::string>();
  run.profile = json.at("profile").get<std::string>();
  run.time_scale = json.at("time_scale").get<double>();
  if (json.contains("segment")) run.segment = json.at("segment").get<std::string>();
  run.verdict = verdict_of(json.at("verdict"));
  run.reasons = json.at("reasons").get<std::vector<std::string>>();
  run.interrupted = json.at("interrupted").get<bool>();
  run.stopped_early = json.value("stopped_early", "");
  run.digest = hex_of(json, "digest");
  run.duration = world::since_start(instant_of(json.at("duration_s")));
  run.reproduce = json.at("reproduce").get<std::string>();
  run.fingerprint = hex_of(json, "fingerprint");
  for (const auto& [path, value] : json.at("configuration").items())
    run.configuration.emplace(path, value.get<std::string>());

  run.counts = counts_of(json.at("requests"));
  run.latencies = latencies_of(json.at("latency_ms"));
  const Json& failures = json.at("failures");
  for (std::size_t i = 0; i < kFailures; ++i)
    run.failures[i] = failures.value(std::string(name_of(static_cast<Failure>(i))), 0ull);
  run.by_phase = breakdown_of(json.at("by").at("phase"));
  run.by_class = breakdown_of(json.at("by").at("class"));
  run.by_outcome = breakdown_of(json.at("by").at("outcome"));
  for (const Breakdown& row : run.by_class) run.classes.push_back(row.name);

  for (const Json& row : json.at("phases"))
    run.phases.push_back({row.at("name").get<std::string>(), instant_of(row.at("begin_s")),
                          instant_of(row.at("end_s"))});
  for (const Json& row : json.at("slos")) run.slos.push_back(slo_of(row));
  for (const Json& row : json.at("invariants")) run.invariants.push_back(invariant_of(row));
  for (const Json& row : json.at("faults")) run.faults.push_back(fault_of(row));
  for (const Json& row : json.at("validity"))
    run.validity.push_back({row.at("name").get<std::string>(), row.at("holds").get<bool>(),
                            row.at("detail").get<std::string>(),
                            row.value("warning", false)});
  return run;
}

constexpr int kDepthMax = 16;

}  // namespace

RunRecord read_result(std::string_view text) {
  if (text.size() > kResultBytesMax) throw ResultError("result.json is larger than 64 MiB");
  if (is_deeper_than(kDepthMax, text)) throw ResultError("result.json is nested too deeply");
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || json.value("schema", "") != kResultSchema)
      throw ResultError("not a result of schema " + std::string(kResultSchema));
    return run_of(json);
  } catch (const nlohmann::json::exception& e) {
    throw ResultError(std::string("result.json: ") + e.what());
  }
}

}  // namespace reports
