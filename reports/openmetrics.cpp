#include "reports/openmetrics.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reports/text.hpp"

namespace reports {

namespace {

// A label's value, on one line and without control characters.
std::string label_text(std::string_view text) {
  std::string out;
  for (const char c : terminal_text(text)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class Metrics {
 public:
  Metrics(const RunRecord& run, const Sink& sink) : sink_(sink) {
    run_ = fmt::format(R"(scenario="{}",mode="{}",sut="{}",profile="{}")", label_text(run.scenario),
                       run.mode, run.sut, label_text(run.profile));
  }

  void family(std::string_view name, std::string_view type, std::string_view unit,
              std::string_view help) {
    name_ = "shakedown_" + std::string(name);
    sink_(fmt::format("# TYPE {} {}\n", name_, type));
    if (!unit.empty()) sink_(fmt::format("# UNIT {} {}\n", name_, unit));
    sink_(fmt::format("# HELP {} {}\n", name_, help));
  }

  void sample(std::string_view suffix, const Labels& labels, double value) {
    if (!std::isfinite(value)) return;
    std::string text = run_;
    for (const auto& [label, is] : labels) {
      text += fmt::format(R"(,{}="{}")", label, label_text(is));
    }
    sink_(fmt::format("{}{}{{{}}} {}\n", name_, suffix, text, human_number(value, 12)));
  }

 private:
  const Sink& sink_;
  std::string run_;
  std::string name_;
};

void latencies(Metrics& metrics, const LatencySummaries& summaries, std::string_view cls) {
  for (std::size_t i = 0; i < kLatencies; ++i) {
    const LatencySummary& s = summaries[i];
    if (s.count == 0) continue;
    const std::string_view name = name_of(static_cast<Latency>(i));
    const auto quantile = [&](std::string_view q, Nanos value) {
      metrics.sample("", {{"latency", name}, {"class", cls}, {"quantile", q}}, seconds(value));
    };
    quantile("0.5", s.p50);
    quantile("0.9", s.p90);
    quantile("0.95", s.p95);
    quantile("0.99", s.p99);
    quantile("0.999", s.p999);
    quantile("1", s.max);
    metrics.sample("_count", {{"latency", name}, {"class", cls}}, static_cast<double>(s.count));
    metrics.sample("_sum", {{"latency", name}, {"class", cls}},
                   seconds(s.mean) * static_cast<double>(s.count));
  }
}

void objectives(Metrics& metrics, const RunRecord& run) {
  metrics.family("slo_value", "gauge", "", "Measured value of an objective, in its unit.");
  for (const SloResult& slo : run.slos)
    if (slo.value) metrics.sample("", {{"slo", slo.expr}, {"unit", slo.unit}}, *slo.value);
  metrics.family("slo_margin", "gauge", "", "Distance to the bound, as a share of it.");
  for (const SloResult& slo : run.slos)
    if (slo.margin()) metrics.sample("", {{"slo", slo.expr}}, *slo.margin());
  metrics.family("slo_requests", "gauge", "", "Requests that an objective was judged on.");
  for (const SloResult& slo : run.slos)
    metrics.sample("", {{"slo", slo.expr}}, static_cast<double>(slo.n));
  metrics.family("slo_verdict", "gauge", "", "1 for the verdict of an objective.");
  for (const SloResult& slo : run.slos)
    metrics.sample("", {{"slo", slo.expr}, {"verdict", name_of(slo.verdict)}}, 1);
}

}  // namespace

void write_openmetrics(const RunRecord& run, const Environment& environment, const Sink& sink) {
  Metrics metrics(run, sink);
  metrics.family("verdict", "gauge", "", "1 for the verdict of the run.");
  metrics.sample("", {{"verdict", name_of(run.verdict)}}, 1);
  metrics.family("run_duration_seconds", "gauge", "seconds", "Scenario time.");
  metrics.sample("", {}, seconds(run.duration));
  metrics.family("requests", "counter", "", "Requests by how they ended.");
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    metrics.sample("_total", {{"outcome", name_of(outcome)}},
                   static_cast<double>(run.counts.of(outcome)));
  }
  metrics.family("latency_seconds", "summary", "seconds",
                 "Latencies in scenario time; response counts from the planned instant.");
  latencies(metrics, run.latencies, "");
  for (const Breakdown& row : run.by_class) latencies(metrics, row.latencies, row.name);
  objectives(metrics, run);
  metrics.family("invariant_violations", "counter", "", "Broken invariants.");
  for (const InvariantResult& invariant : run.invariants)
    metrics.sample("_total", {{"invariant", invariant.name}},
                   static_cast<double>(invariant.violation_count));
  metrics.family("invariant_checks", "counter", "", "What invariants looked at.");
  for (const InvariantResult& invariant : run.invariants)
    metrics.sample("_total", {{"invariant", invariant.name}},
                   static_cast<double>(invariant.checked));
  metrics.family("fault_fired", "counter", "", "How often a fault struck.");
  for (const FaultResult& fault : run.faults)
    metrics.sample("_total", {{"fault", fault.id}, {"kind", fault.kind}, {"on", fault.on}},
                   static_cast<double>(fault.fired));
  metrics.family("build", "info", "", "The program that ran it.");
  metrics.sample("_info", {{"version", environment.version}}, 1);
  sink("# EOF\n");
}

}  // namespace reports
