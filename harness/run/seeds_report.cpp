// What many seeds say, as JSON and as a table; see many_seeds.hpp.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/run/many_seeds.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::human_quantity;
using reports::terminal_text;
using reports::Verdict;
using reports::width_of;
using reports::wrapped;

namespace {

using Json = nlohmann::ordered_json;

constexpr int kDigits = 9;
constexpr std::size_t kColumns = 80;
constexpr std::size_t kRowsMax = 64;     // beyond, only the seeds that did not pass
constexpr std::size_t kNotPassedMax = 20;

Json maybe(const std::optional<double>& value) {
  return value ? Json(reports::rounded(*value, kDigits)) : Json(nullptr);
}

Json run_json(const SeedRun& run) {
  Json json;
  json["seed"] = run.seed;
  json["verdict"] = name_of(run.verdict);
  json["reason"] = run.reason;
  json["requests"] = run.requests;
  json["digest"] = fmt::format("{:016x}", run.digest);
  json["folder"] = run.folder;
  if (!run.stopped_early.empty()) json["stopped_early"] = run.stopped_early;
  return json;
}

Json objective_json(const PooledObjective& o) {
  Json json;
  json["expr"] = o.expr;
  json["unit"] = o.unit;
  json["within"] = o.within;
  json["beyond"] = o.beyond;
  json["no_data"] = o.no_data;
  json["median"] = maybe(o.median);
  json["worst"] = maybe(o.worst);
  json["worst_seed"] = o.worst_seed;
  return json;
}

Json invariant_json(const PooledInvariant& i) {
  Json json;
  json["name"] = i.name;
  json["held"] = i.held;
  json["broken"] = i.broken;
  json["unknown"] = i.unknown;
  json["first_broken"] = i.first_broken ? Json(*i.first_broken) : Json(nullptr);
  return json;
}

std::string label(Verdict verdict, bool colour) {
  constexpr const char* kColours[] = {"32", "31", "33", "35"};
  const std::string name(name_of(verdict));
  if (!colour) return name;
  return fmt::format("\x1b[1;{}m{}\x1b[0m", kColours[static_cast<std::size_t>(verdict)], name);
}

void add_runs(std::string& out, const SeedsReport& report, bool colour) {
  out += fmt::format("\n  {:>20}  {:>10}  verdict\n", "seed", "requests");
  const bool all = report.runs.size() <= kRowsMax;
  std::size_t not_passed = 0, left_out = 0;
  for (const SeedRun& run : report.runs) {
    const bool is_pass = run.verdict == Verdict::pass;
    if (!is_pass) ++not_passed;
    if (!all && (is_pass || not_passed > kNotPassedMax)) {
      ++left_out;
      continue;
    }
    out += fmt::format("  {:>20}  {:>10}  {}{}\n", run.seed, human_count(run.requests),
                       label(run.verdict, colour),
                       run.stopped_early.empty() ? "" : " (stopped early)");
    if (!is_pass) out += wrapped(terminal_text(run.reason), kColumns, "      ") + "\n";
  }
  if (left_out > 0) {
    out += fmt::format("  and {} more, in seeds.json\n", human_count(left_out));
  }
}

void add_pooled(std::string& out, const SeedsJudgement& j) {
  if (!j.objectives.empty()) {
    out += "\n  objective, over seeds       within  beyond   median    worst  at seed\n";
  }
  for (const PooledObjective& o : j.objectives) {
    std::string expr = "  " + terminal_text(o.expr);
    if (width_of(expr) > 28) {
      out += wrapped(expr.substr(2), kColumns, "  ") + "\n";
      expr.clear();
    }
    expr += std::string(28 - width_of(expr), ' ');
    const bool has_data = o.within + o.beyond > 0;
    out += fmt::format("{}{:>8}{:>8}{:>9}{:>9}", expr, human_count(o.within),
                       human_count(o.beyond), human_quantity(o.median, o.unit, "-"),
                       human_quantity(o.worst, o.unit, has_data ? "failed" : "-"));
    out += has_data ? fmt::format("  {}\n", o.worst_seed) : "\n";
  }
  if (!j.invariants.empty()) {
    out += "\n  invariant, over seeds                  held  broken   unknown\n";
  }
  for (const PooledInvariant& i : j.invariants) {
    out += fmt::format("  {:<34}{:>8}{:>8}{:>10}", i.name, human_count(i.held),
                       human_count(i.broken), human_count(i.unknown));
    out += i.first_broken ? fmt::format("  first: seed {}\n", *i.first_broken) : "\n";
  }
}

}  // namespace

std::string seeds_json(const SeedsReport& report) {
  const SeedsJudgement& j = report.judgement;
  Json json;
  json["schema"] = "shakedown/seeds/1";
  json["scenario"] = report.scenario;
  json["profile"] = report.profile;
  json["verdict"] = name_of(j.verdict);
  json["reasons"] = j.reasons;
  json["claim"] = j.claim;
  json["seeds"] = report.runs.size();
  json["interrupted"] = j.asked > report.runs.size();
  if (j.asked > report.runs.size()) json["asked"] = j.asked;
  if (j.stopped_early > 0) json["stopped_early"] = j.stopped_early;
  json["good"] = j.good;
  json["bad"] = j.bad;
  json["inconclusive"] = j.inconclusive;
  json["invalid"] = j.invalid;
  json["bad_share_upper"] = maybe(j.bad_share_upper);
  json["first_bad"] = nullptr;
  if (j.first_bad) {
    const SeedRun& first = report.runs[*j.first_bad];
    json["first_bad"] = Json::object();
    json["first_bad"]["seed"] = first.seed;
    json["first_bad"]["reproduce"] = first.reproduce;
  }
  json["objectives"] = Json::array();
  for (const PooledObjective& o : j.objectives) json["objectives"].push_back(objective_json(o));
  json["invariants"] = Json::array();
  for (const PooledInvariant& i : j.invariants) json["invariants"].push_back(invariant_json(i));
  json["runs"] = Json::array();
  for (const SeedRun& run : report.runs) json["runs"].push_back(run_json(run));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string seeds_text(const SeedsReport& report, bool colour, bool quiet) {
  const SeedsJudgement& j = report.judgement;
  std::string out = fmt::format("{}  {}, {} seeds\n", label(j.verdict, colour),
                                terminal_text(report.scenario), human_count(report.runs.size()));
  if (j.asked > report.runs.size()) {
    out += fmt::format("  interrupted: these of {} seeds had ended until then\n",
                       human_count(j.asked));
  }
  if (j.stopped_early > 0) {
    out += fmt::format("  {} of them stopped early\n", human_count(j.stopped_early));
  }
  out += wrapped(j.claim, kColumns, "  ") + "\n";
  for (const std::string& reason : j.reasons) {
    out += wrapped("- " + terminal_text(reason), kColumns, "    ") + "\n";
  }
  if (!quiet) {
    add_runs(out, report, colour);
    add_pooled(out, j);
    out += "\n";
  }
  if (j.first_bad) {
    out += "  reproduce: " + terminal_text(report.runs[*j.first_bad].reproduce) + "\n";
  }
  return out;
}

}  // namespace harness
