#include "reports/console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text.hpp"

namespace reports {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWitnessesShown = 3;

std::string_view colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "\x1b[32m";
    case Verdict::fail: return "\x1b[31m";
    case Verdict::inconclusive: return "\x1b[33m";
    case Verdict::invalid: return "\x1b[35m";
  }
  return "";
}

// Text in a column; what is wider than its column moves the rest of the line.
std::string padded(std::string_view text, std::size_t width, bool to_right = false) {
  const std::string pad(width - std::min(width, width_of(text)), ' ');
  return to_right ? pad + std::string(text) : std::string(text) + pad;
}

std::string number(std::string_view text, std::size_t width) { return padded(text, width, true); }

// A name in a column, cut with ".." when it is wider.
std::string name_cell(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return padded(text, width);
  std::size_t bytes = 0;
  for (std::size_t columns = 0; columns + 2 < width; ++columns) {
    ++bytes;
    while ((static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  }
  return std::string(text.substr(0, bytes)) + "..";
}

class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void line(std::string text = "") {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out_ += text;
    out_ += '\n';
  }
  void paragraph(std::string_view text, std::string_view indent) {
    line(wrapped(text, kColumns, indent));
  }
  std::string label(Verdict verdict, std::size_t width) const {
    const std::string text = padded(name_of(verdict), width);
    if (!colour_) return text;
    return std::string(colour_of(verdict)) + "\x1b[1m" + text + "\x1b[0m";
  }
  std::string take() { return std::move(out_); }

 private:
  bool colour_;
  std::string out_;
};

// Never "PASS" without what it was that passed.
std::string what_ran(const RunRecord& run) {
  std::string text = run.mode == "sim" ? "simulated (virtual time, no real server)" : "live";
  if (run.mode == "live" && run.time_scale != 1)
    text += fmt::format(" at {} times real time", human_number(run.time_scale));
  if (run.sut == "linked") text += ", bundled core linked in";
  else if (run.sut == "process") text += ", bundled core as a process";
  else if (run.sut == "external") text += ", external target";
  else text += ", target " + terminal_text(run.sut);
  if (!run.profile.empty()) text += ", profile " + terminal_text(run.profile);
  text += fmt::format(", seed {}, {}", run.seed, human_duration(run.duration));
  if (!run.segment.empty())
    text += ", segment " + run.segment + ", whose verdict is not that of the whole run";
  return text;
}

void head(Page& page, const RunRecord& run, bool quiet) {
  const std::string name = wrapped(terminal_text(run.scenario), kColumns, std::string(13, ' '));
  page.line(page.label(run.verdict, 13) + name.substr(13));
  if (run.interrupted) page.line("  interrupted: this is what was measured until then");
  if (!run.stopped_early.empty()) page.paragraph(terminal_text(run.stopped_early), "  ");
  if (!run.about.empty() && !quiet) page.paragraph(terminal_text(run.about), "  ");
  page.paragraph(what_ran(run), "  ");
  for (const std::string& reason : run.reasons)
    page.paragraph("- " + terminal_text(reason), "    ");
}

// Of an interval; a long unit is said once, at the other end.
std::string lower_end(const SloResult& slo) {
  if (slo.ci_low && slo.unit == "/s") return human_number(*slo.ci_low);
  if (slo.ci_low && slo.unit == "bytes/h") return human_bytes(*slo.ci_low);
  return human_quantity(slo.ci_low, slo.unit, "-");
}

void objectives(Page& page, const RunRecord& run) {
  if (run.slos.empty()) return;
  page.line();
  page.line("  objective                  value       n  95% interval    margin  verdict");
  for (const SloResult& slo : run.slos) {
    // A percentile whose rank falls among failed requests has no value, only a meaning.
    // While nothing of it is determined it has not even that.
    const bool is_unknown = !slo.value && slo.n > 0 && slo.undetermined >= slo.n;
    const bool among_failures = !slo.value && slo.n > 0 && !is_unknown;
    const std::string interval = is_unknown                       ? "-"
                                 : among_failures && !slo.ci_low ? "among failures"
                                     : lower_end(slo) + ".." +
                                           human_quantity(slo.ci_high, slo.unit, "none");
    const auto margin = slo.margin();
    const std::string expr = terminal_text(slo.expr);
    std::string start = "  " + name_cell(expr, 24);
    if (width_of(expr) > 24) {
      page.paragraph(expr, "  ");
      start = std::string(26, ' ');
    }
    const std::string_view missing = among_failures ? "failed" : "-";
    page.line(start + number(human_quantity(slo.value, slo.unit, missing), 7) + " " +
              number(human_count(slo.n), 7) + "  " + padded(interval, 15) +
              number(margin ? human_share(*margin) : "-", 7) + "  " +
              page.label(slo.verdict, 12));
    if (slo.verdict != Verdict::pass && !slo.why.empty())
      page.paragraph(terminal_text(slo.why), "      ");
    // Else the reason has said so.
    if (slo.verdict == Verdict::pass && slo.design_effect > kShownDesignEffect)
      page.paragraph(fmt::format("design effect {}: {} requests are worth {}",
                                 human_number(slo.design_effect), human_count(slo.n),
                                 human_count(static_cast<std::uint64_t>(slo.n_effective))),
                     "      ");
  }
}

void invariants(Page& page, const RunRecord& run) {
  if (run.invariants.empty()) return;
  page.line();
  page.line("  invariant                            checked  violations         verdict");
  for (const InvariantResult& invariant : run.invariants) {
    if (!invariant.skipped.empty()) {
      page.line("  " + name_cell(terminal_text(invariant.name), 32) + number("-", 12) +
                number("-", 12) + "         skipped");
      page.paragraph(terminal_text(invariant.skipped), "      ");
      continue;
    }
    page.line("  " + name_cell(terminal_text(invariant.name), 32) +
              number(human_count(invariant.checked), 12) +
              number(human_count(invariant.violation_count), 12) + "         " +
              page.label(invariant.verdict, 12));
    const std::size_t shown = std::min(invariant.violations.size(), kWitnessesShown);
    for (std::size_t i = 0; i < shown; ++i) {
      const Violation& witness = invariant.violations[i];
      page.paragraph(fmt::format("at {} {}: {}", human_duration(world::since_start(witness.at)),
                                 terminal_text(witness.who), terminal_text(witness.what)),
                     "      ");
    }
    if (shown > 0 && invariant.violation_count > shown)
      page.line(fmt::format("      and {} more, in result.json and events.jsonl",
                            human_count(invariant.violation_count - shown)));
  }
}

void faults(Page& page, const RunRecord& run) {
  if (run.faults.empty()) return;
  page.line();
  page.line("  fault              kind               on                   window      fired");
  for (const FaultResult& fault : run.faults) {
    const std::string window = human_duration(world::since_start(fault.begin)) + ".." +
                               human_duration(world::since_start(fault.end));
    page.line("  " + name_cell(terminal_text(fault.id), 18) + " " +
              name_cell(terminal_text(fault.kind), 16) + " " +
              name_cell(terminal_text(fault.on), 18) + " " + padded(window, 14) +
              number(human_count(fault.fired), 8));
  }
}

std::string latency_row(std::string_view name, const LatencySummary& s) {
  std::string row = "  " + padded(name, 11) + number(human_count(s.count), 8);
  for (Nanos value : {s.p50, s.p90, s.p95, s.p99, s.p999})
    row += number(human_duration(value), 10);
  return row + number(human_duration(s.max), 9);
}

// The 95 % interval of each percentile, below it.
void bounds_row(Page& page, const LatencySummary& s) {
  std::string row = padded("    95% of each", 20), list;
  for (const Bounds& bounds : s.bounds) {
    const std::string text = human_bounds(bounds);
    row += " " + number(text, 9);
    list += (list.empty() ? "" : ", ") + text;
  }
  if (width_of(row) <= kColumns) page.line(row);
  else page.paragraph("95% of each: " + list, "    ");
}

void latency(Page& page, std::string_view name, const LatencySummary& s) {
  page.line(latency_row(name, s));
  bounds_row(page, s);
}

// Responses of what was answered well, when not everything was: quick refusals hide in the whole.
void answered(Page& page, const RunRecord& run) {
  for (const Breakdown& outcome : run.by_outcome) {
    const LatencySummary& s = outcome.latencies[static_cast<std::size_t>(Latency::response)];
    const bool is_all = s.count == run.latencies[static_cast<std::size_t>(Latency::response)].count;
    if (outcome.name == name_of(Outcome::ok) && s.count > 0 && !is_all)
      latency(page, " of ok", s);
  }
}

void latencies(Page& page, const RunRecord& run) {
  page.line();
  page.line("  latency    requests       p50       p90       p95       p99     p99.9      max");
  for (std::size_t i = 0; i < kLatencies; ++i) {
    const LatencySummary& s = run.latencies[i];
    if (s.count == 0) continue;
    latency(page, name_of(static_cast<Latency>(i)), s);
    if (static_cast<Latency>(i) == Latency::response) answered(page, run);
  }
  const Counts& c = run.counts;
  page.paragraph(
      fmt::format("planned {} = sent {} + dropped {}; sent = ok {} + error {} + timeout {} + "
                  "cancelled {} + in flight {}",
                  human_count(c.planned), human_count(c.sent), human_count(c.of(Outcome::dropped)),
                  human_count(c.of(Outcome::ok)), human_count(c.of(Outcome::error)),
                  human_count(c.of(Outcome::timeout)), human_count(c.of(Outcome::cancelled)),
                  human_count(c.of(Outcome::in_flight))),
      "  ");
  std::string failures;
  for (std::size_t i = 1; i < kFailures; ++i)
    if (run.failures[i] > 0)
      failures += fmt::format("{}{} {}", failures.empty() ? "" : ", ",
                              name_of(static_cast<Failure>(i)), human_count(run.failures[i]));
  if (!failures.empty()) page.paragraph("failures: " + failures, "  ");
}

// Before everything else: what is not valid, and what a reader of the verdict should know.
void validity(Page& page, const RunRecord& run) {
  const auto tell = [&page](std::string_view what, const ValidityResult& rule) {
    page.paragraph(std::string(what) + terminal_text(rule.name) + ": " +
                       terminal_text(rule.detail),
                   "  ");
  };
  for (const ValidityResult& rule : run.validity)
    if (!rule.holds) tell("not valid: ", rule);
  for (const ValidityResult& rule : run.validity)
    if (rule.holds && rule.warning) tell("warning: ", rule);
}

}  // namespace

std::string console_text(const RunRecord& run, const ConsoleOptions& options) {
  Page page(options.colour);
  head(page, run, options.quiet);
  validity(page, run);
  if (!options.quiet) {
    objectives(page, run);
    invariants(page, run);
    faults(page, run);
    latencies(page, run);
    page.line();
  }
  // On one line whatever its length: it is there to be copied.
  if (!run.reproduce.empty()) page.line("  reproduce: " + terminal_text(run.reproduce));
  return page.take();
}

}  // namespace reports
