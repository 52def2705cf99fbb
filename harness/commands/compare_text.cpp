// A comparison as a table, as JSON, and its runs as CSV; see compare.hpp.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/commands/compare.hpp"
#include "harness/commands/compare_pairs.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::human_number;
using reports::terminal_text;
using reports::Verdict;
using reports::wrapped;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumns = 80;
constexpr int kDigits = 9;

std::string label(Verdict verdict, bool colour) {
  constexpr const char* kColours[] = {"32", "31", "33", "35"};
  const std::string name(name_of(verdict));
  if (!colour) return name;
  return fmt::format("\x1b[1;{}m{}\x1b[0m", kColours[static_cast<std::size_t>(verdict)], name);
}

std::string quantity(const std::optional<double>& value, const std::string& unit) {
  if (!value) return "failed";  // a percentile that falls among failures
  if (unit == "/s") return human_number(*value) + "/s";
  return reports::human_quantity(value, unit, "-");
}

std::string what_was_compared(const Comparison& c) {
  const std::string runs = fmt::format("{} against {} {}", c.base_runs, c.candidate_runs,
                                       c.candidate_runs == 1 ? "run" : "runs");
  if (c.method == "exact") {
    return fmt::format("simulated, one seed, request by request: {} of {} requests changed",
                       human_count(c.changed_requests), human_count(c.compared_requests));
  }
  if (c.method == "paired") return fmt::format("simulated, {}, paired by {} seeds", runs, c.pairs);
  return "live, " + runs + ", non-inferiority by block bootstrap";
}

// JSON has no infinity: nothing, and the reason is in `why`.
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  return reports::rounded(*value, kDigits);
}

Json metric_json(const MetricComparison& m) {
  Json json;
  json["name"] = m.metric.name;
  json["unit"] = m.metric.unit;
  json["direction"] = m.metric.summary.more_is_better() ? "more is better" : "less is better";
  json["base"] = number(m.base);
  json["candidate"] = number(m.candidate);
  json["times_worse"] = number(m.ratio);
  json["interval"] = Json::array();
  json["interval"].push_back(number(m.low));
  json["interval"].push_back(number(m.high));
  if (m.sign) {
    json["seeds_worse"] = m.sign->worse;
    json["seeds_better"] = m.sign->better;
    json["seeds_equal"] = m.sign->equal;
    json["sign_test_p"] = number(m.sign->p);
    json["seeds_beyond"] = m.seeds_beyond;
    json["signed_rank_p"] = number(m.beyond->p);
    json["signed_rank_p_within"] = number(m.within->p);
  }
  json["verdict"] = name_of(m.verdict);
  json["why"] = m.why;
  return json;
}

Json comparison_json(const Comparison& c) {
  Json json;
  json["scenario"] = c.scenario;
  json["mode"] = c.mode;
  json["method"] = c.method;
  json["base_runs"] = c.base_runs;
  json["candidate_runs"] = c.candidate_runs;
  json["verdict"] = name_of(c.verdict);
  json["notes"] = c.notes;
  json["metrics"] = Json::array();
  for (const MetricComparison& m : c.metrics) json["metrics"].push_back(metric_json(m));
  if (c.method == "exact") {
    json["compared_requests"] = c.compared_requests;
    json["changed_requests"] = c.changed_requests;
    json["worst"] = Json::array();
    for (const ChangedRequest& changed : c.worst) {
      Json row;
      row["turn"] = changed.turn;
      row["before"] = changed.before;
      row["after"] = changed.after;
      json["worst"].push_back(std::move(row));
    }
  }
  return json;
}

// A field of CSV (RFC 4180).
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string comparison_text(const Comparison& c, bool colour) {
  std::string out = label(c.verdict, colour) + "  " + terminal_text(c.scenario) + "\n";
  out += wrapped(what_was_compared(c), kColumns, "  ") + "\n";
  for (const std::string& note : c.notes) {
    out += wrapped(terminal_text(note), kColumns, "  ") + "\n";
  }
  out += "\n  metric              base  candidate  times worse    interval      verdict\n";
  for (const MetricComparison& m : c.metrics) {
    const std::string interval = m.low ? factor(*m.low) + ".." + factor(*m.high) : "-";
    out += fmt::format("  {:<14}{:>10}{:>11}{:>13}  {:<14}  {}\n", m.metric.name,
                       quantity(m.base, m.metric.unit), quantity(m.candidate, m.metric.unit),
                       m.base && m.candidate ? factor(m.ratio) : "-", interval,
                       label(m.verdict, colour));
    out += wrapped(m.why, kColumns, "      ") + "\n";
  }
  if (!c.worst.empty()) out += "\n  changed most\n";
  for (const ChangedRequest& changed : c.worst) {
    out += wrapped(fmt::format("{}: {}, was {}", terminal_text(changed.turn), changed.after,
                               changed.before), kColumns, "      ") + "\n";
  }
  return out;
}

std::string comparisons_json(std::span<const Comparison> comparisons, double delta) {
  Json json;
  json["schema"] = "shakedown/comparison/1";
  json["delta"] = reports::rounded(delta, kDigits);
  json["comparisons"] = Json::array();
  for (const Comparison& c : comparisons) json["comparisons"].push_back(comparison_json(c));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_csv_head() {
  return "commit,side,scenario,run,seed,metric,value,direction\n";
}

std::string comparison_csv(std::string_view commit, std::string_view side,
                           std::span<const FinishedRun> runs,
                           std::span<const ComparedMetric> metrics) {
  std::string out;
  for (const FinishedRun& run : runs) {
    for (const ComparedMetric& metric : metrics) {
      const Series series = series_of({&run, 1}, metric);
      if (series.values.empty()) continue;
      const double value = summary_of(series, metric.summary);
      out += fmt::format("{},{},{},{},{},{},{},{}\n", field(commit), side,
                         field(run.record.scenario), field(run.folder), run.record.seed,
                         metric.name,
                         std::isfinite(value) ? human_number(value, kDigits) : std::string(),
                         metric.summary.more_is_better() ? 1 : -1);
    }
  }
  return out;
}

}  // namespace harness
