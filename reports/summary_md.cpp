#include "reports/summary_md.hpp"

#include <fmt/format.h>

#include "reports/text.hpp"

namespace reports {

namespace {

// "1.2s (1.15s-1.31s)"
std::string with_bounds(Nanos value, const Bounds& bounds) {
  return fmt::format("{} ({})", human_duration(value), human_bounds(bounds));
}

}  // namespace

void write_summary_md(const RunRecord& run, const Environment&, const Sink& sink) {
  sink(fmt::format("## {}: {}\n\n", name_of(run.verdict), markdown_text(run.scenario)));
  if (!run.about.empty()) sink(markdown_text(run.about) + "\n\n");
  const std::string profile = run.profile.empty() ? "none" : markdown_text(run.profile);
  sink(fmt::format("{}, target {}, profile {}, seed {}, {} of scenario time{}{}\n\n",
                   run.mode == "sim" ? "Simulated (virtual time, no real server)" : "Live",
                   markdown_text(run.sut), profile, run.seed, human_duration(run.duration),
                   run.interrupted ? ", **interrupted**" : "",
                   run.stopped_early.empty() ? "" : ", **stopped early**"));
  if (!run.stopped_early.empty()) sink(markdown_text(run.stopped_early) + "\n\n");
  for (const std::string& reason : run.reasons) sink("- " + markdown_text(reason) + "\n");
  if (!run.reasons.empty()) sink("\n");
  for (const ValidityResult& rule : run.validity)
    if (!rule.holds || rule.warning)
      sink(fmt::format("**{}**: {}: {}\n\n", rule.holds ? "Warning" : "Not valid",
                       markdown_text(rule.name), markdown_text(rule.detail)));

  if (!run.slos.empty()) {
    sink("| objective | value | n | exceedances | 95% interval | margin | verdict |\n"
         "|---|--:|--:|--:|---|--:|---|\n");
    for (const SloResult& slo : run.slos) {
      const auto margin = slo.margin();
      sink(fmt::format("| {} | {} | {} | {} | {} to {} | {} | {} |\n", markdown_text(slo.expr),
                       human_quantity(slo.value, slo.unit, "-"), human_count(slo.n),
                       human_count(slo.exceedances), human_quantity(slo.ci_low, slo.unit, "-"),
                       human_quantity(slo.ci_high, slo.unit, "-"),
                       margin ? human_share(*margin) : "-", name_of(slo.verdict)));
    }
    sink("\n");
    for (const SloResult& slo : run.slos)
      if (slo.design_effect > kShownDesignEffect)
        sink(fmt::format("{}: its requests depend on one another (design effect {}), so {} of them "
                         "are worth {}.\n\n",
                         markdown_text(slo.expr), human_number(slo.design_effect),
                         human_count(slo.n),
                         human_count(static_cast<std::uint64_t>(slo.n_effective))));
  }
  if (!run.invariants.empty()) {
    sink("| invariant | checked | violations | first witness | verdict |\n|---|--:|--:|---|---|\n");
    for (const InvariantResult& invariant : run.invariants) {
      if (!invariant.skipped.empty()) {
        sink(fmt::format("| {} | - | - | {} | skipped |\n", markdown_text(invariant.name),
                         markdown_text(invariant.skipped)));
        continue;
      }
      std::string witness = "-";
      if (!invariant.violations.empty()) {
        const Violation& v = invariant.violations.front();
        witness = fmt::format("at {} {}: {}", human_duration(world::since_start(v.at)),
                              markdown_text(v.who), markdown_text(v.what));
      }
      sink(fmt::format("| {} | {} | {} | {} | {} |\n", markdown_text(invariant.name),
                       human_count(invariant.checked), human_count(invariant.violation_count),
                       witness, name_of(invariant.verdict)));
    }
    sink("\n");
  }
  if (!run.faults.empty()) {
    sink("| fault | kind | on | fired |\n|---|---|---|--:|\n");
    for (const FaultResult& fault : run.faults)
      sink(fmt::format("| {} | {} | {} | {} |\n", markdown_text(fault.id),
                       markdown_text(fault.kind), markdown_text(fault.on),
                       human_count(fault.fired)));
    sink("\n");
  }
  const LatencySummary& response = run.latencies[static_cast<std::size_t>(Latency::response)];
  sink(fmt::format("{} planned, {} sent, {} ok; response p50 {}, p95 {}, p99 {}, max {}.\n",
                   human_count(run.counts.planned), human_count(run.counts.sent),
                   human_count(run.counts.of(Outcome::ok)),
                   with_bounds(response.p50, response.bounds[0]),
                   with_bounds(response.p95, response.bounds[2]),
                   with_bounds(response.p99, response.bounds[3]),
                   human_duration(response.max)));
  if (!run.reproduce.empty()) {
    // An indented block, because one line of text cannot end it as it could end a fence.
    sink(fmt::format("\nReproduce:\n\n    {}\n", terminal_text(run.reproduce)));
  }
}

}  // namespace reports
