#include "reports/suite_html.hpp"

#include <nlohmann/json.hpp>

#include "reports/page.hpp"
#include "reports/text.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;

Json by_verdict(const std::array<std::uint64_t, kVerdicts>& counts) {
  Json json;
  for (std::size_t i = 0; i < kVerdicts; ++i)
    json[std::string(name_of(static_cast<Verdict>(i)))] = counts[i];
  return json;
}

Json entry_json(const SuiteEntry& e) {
  Json json;
  json["scenario"] = e.scenario;
  json["about"] = e.about;
  json["profile"] = e.profile;
  json["mode"] = e.mode;
  json["sut"] = e.sut;
  json["segment"] = e.segment;
  json["seed"] = e.seed;
  json["verdict"] = name_of(e.verdict);
  json["reasons"] = e.reasons;
  json["duration_s"] = seconds(e.duration);
  json["requests"] = e.requests;
  json["failed"] = e.failed;
  json["error_rate"] = e.error_rate ? Json(*e.error_rate) : Json(nullptr);
  json["p95_ms"] = e.requests > 0 ? Json(milliseconds(e.p95)) : Json(nullptr);
  json["interrupted"] = e.interrupted;
  json["slos"] = by_verdict(e.slos);
  json["invariants"] = by_verdict(e.invariants);
  json["faults_fired"] = e.faults_fired;
  json["reproduce"] = e.reproduce;
  json["href"] = e.href;
  return json;
}

}  // namespace

SuiteEntry suite_entry(const RunRecord& run, std::string href) {
  SuiteEntry e;
  e.scenario = run.scenario;
  e.about = run.about;
  e.profile = run.profile;
  e.mode = run.mode;
  e.sut = run.sut;
  e.segment = run.segment;
  e.seed = run.seed;
  e.verdict = run.verdict;
  e.reasons = run.reasons;
  e.duration = run.duration;
  e.requests = run.counts.sent;
  e.failed = run.counts.failed();
  e.error_rate = run.error_rate();
  e.p95 = run.latencies[static_cast<std::size_t>(Latency::response)].p95;
  e.interrupted = run.interrupted;
  for (const SloResult& slo : run.slos) ++e.slos[static_cast<std::size_t>(slo.verdict)];
  for (const InvariantResult& invariant : run.invariants)
    ++e.invariants[static_cast<std::size_t>(invariant.verdict)];
  for (const FaultResult& fault : run.faults) e.faults_fired += fault.fired;
  e.reproduce = run.reproduce;
  e.href = std::move(href);
  return e;
}

void write_suite_html(std::string_view title, std::string_view version,
                      std::span<const SuiteEntry> entries, const Sink& sink) {
  Json json;
  json["kind"] = "suite";
  json["title"] = title;
  json["version"] = version;
  json["runs"] = Json::array();
  Page page;
  page.title = std::string(title) + " - Shakedown";
  for (const SuiteEntry& entry : entries) {
    json["runs"].push_back(entry_json(entry));
    page.plain += std::string(name_of(entry.verdict)) + "  " + entry.scenario + "  " +
                  entry.profile + "  " + entry.href + "\n";
  }
  write_page(page, json, sink);
}

}  // namespace reports
