#include "harness/run/sample_size.hpp"

#include <algorithm>

namespace harness {

namespace {

bool is_rate(const Slo& slo) {
  return slo.kind == MetricKind::goodput || slo.kind == MetricKind::throughput;
}

// The share that may exceed; nothing for what is no share, or not known before the run.
std::optional<double> budget_of(const Slo& slo, const SampleRow& row) {
  if (!slo.is_share()) return std::nullopt;
  if (slo.versus && slo.kind == MetricKind::error_rate) return std::nullopt;
  if (!is_rate(slo)) return slo.budget();
  if (!row.planned) return std::nullopt;
  const double budget = rate_budget(slo, row.stretch, *row.planned);
  if (!(budget > 0)) return std::nullopt;
  return budget;
}

}  // namespace

std::optional<world::Nanos> SampleRow::time_for(std::uint64_t requests) const {
  if (!planned || *planned == 0) return std::nullopt;
  const double ns = static_cast<double>(stretch.count()) * static_cast<double>(requests) /
                    static_cast<double>(*planned);
  constexpr double kMax = 9e18;  // 285 years
  return world::Nanos(static_cast<std::int64_t>(std::min(ns, kMax)));
}

std::vector<SampleRow> sample_sizes(const Prepared& prepared) {
  std::vector<ScenarioError> errors = undecidable(prepared);
  std::vector<SampleRow> rows;
  for (std::size_t i = 0; i < prepared.slos.size(); ++i) {
    const Slo& slo = prepared.slos[i];
    const PlannedFor planned = planned_for(prepared, slo);
    SampleRow row;
    row.expr = slo.expr;
    row.planned = planned.requests;
    row.stretch = planned.stretch.length();
    row.to_pass = samples_needed(slo, row.stretch);
    const Confidence confidence;
    const double alpha = slo.versus ? confidence.pass / 2 : confidence.pass;
    if (const auto budget = budget_of(slo, row)) {
      // Of a rate: at the planned one for as long as it takes, not more of them in this stretch.
      if (is_rate(slo)) row.to_pass = std::max(samples_to_pass(0, *budget, alpha), slo.min_samples);
      for (std::size_t h = 0; h < kHeadrooms.size(); ++h) {
        const std::uint64_t n = samples_for_chance(*budget, kHeadrooms[h], alpha, kChance);
        if (n > 0) row.for_chance[h] = std::max(n, slo.min_samples);
      }
    }
    for (const ScenarioError& error : errors)
      if (error.place == prepared.scenario.slos[i].place) row.never = error.sentence;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace harness
