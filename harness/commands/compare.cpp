#include "harness/commands/compare.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/commands/colour.hpp"
#include "harness/run/finished_run.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/page.hpp"
#include "reports/page_data.hpp"
#include "world/real_files.hpp"

namespace harness {

namespace {

struct CompareCommand {
  std::string base;
  std::string candidate;
  std::string delta = "10%";
  std::vector<std::string> metrics;
  std::vector<std::string> allowed;
  std::string csv;
  std::string html;
  std::string commit;
  bool json = false;
};

double parse_delta(const std::string& text) {
  char* end = nullptr;
  const double percent = std::strtod(text.c_str(), &end);
  const bool digit_first = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (digit_first && *end == '\0') {
    throw std::runtime_error("--delta " + text + ": the % is missing; write --delta " + text +
                             "% (how much worse is still accepted)");
  }
  if (!digit_first || std::string(end) != "%" || !(percent <= 1'000)) {
    throw std::runtime_error("--delta " + text +
                             ": how much worse is still accepted, from 0% to 1000%, as 10%");
  }
  return percent / 100;
}

using ByScenario = std::map<std::string, std::vector<FinishedRun>>;

ByScenario read_all(const std::string& path) {
  ByScenario runs;
  for (const std::string& folder : finished_runs_below(path)) {
    FinishedRun run = read_finished_run(folder);
    runs[run.record.scenario].push_back(std::move(run));
  }
  return runs;
}

std::string names_of(const ByScenario& runs) {
  std::string names;
  for (const auto& [name, of] : runs) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// Throws with every reason why these two cannot be compared.
void demand_comparable(const CompareCommand& command, const ByScenario& base,
                       const ByScenario& candidate) {
  const std::string sides = command.base + " and " + command.candidate + " cannot be compared:";
  bool same = base.size() == candidate.size();
  for (const auto& [name, runs] : base) same = same && candidate.count(name) > 0;
  if (!same) {
    throw std::runtime_error(sides + "\n- the scenario differs: " + names_of(base) + " against " +
                             names_of(candidate));
  }
  std::string text;
  for (const auto& [name, runs] : base) {
    for (const std::string& why : refusals(runs, candidate.at(name), command.allowed)) {
      text += "\n- " + (base.size() > 1 ? name + ": " : std::string()) + why;
    }
  }
  if (!text.empty()) throw std::runtime_error(sides + text);
}

void write_csv(const CompareCommand& command, const CompareOptions& options,
               const ByScenario& base, const ByScenario& candidate) {
  std::string text = comparison_csv_head();
  for (const auto& [side, all] : {std::pair{"base", &base}, std::pair{"candidate", &candidate}}) {
    for (const auto& [name, runs] : *all) {
      text += comparison_csv(command.commit, side, runs, options.metrics);
    }
  }
  world::RealFiles files;
  if (!world::run_inline(files.replace(command.csv, std::move(text)))) {
    throw std::runtime_error("--csv " + command.csv + ": could not be written");
  }
}

// The page of the difference: the first run of each side, one over the other.
void write_page_of(const CompareCommand& command, std::span<const Comparison> comparisons,
                   const ByScenario& base, const ByScenario& candidate, double delta) {
  using Json = nlohmann::ordered_json;
  const auto page_of = [](const std::vector<FinishedRun>& runs) {
    try {
      const std::string& folder = runs.front().folder;
      return reports::run_page_data(read_whole_run(folder), read_environment_of(folder));
    } catch (const FinishedRunError&) {
      return Json(nullptr);  // of another version: the table is there all the same
    }
  };
  const Json told = Json::parse(comparisons_json(comparisons, delta));
  std::vector<int> codes;
  Json data;
  data["kind"] = "compare";
  data["base_name"] = command.base;
  data["candidate_name"] = command.candidate;
  data["delta"] = delta;
  data["pairs"] = Json::array();
  reports::Page page;
  reports::Verdict worst = reports::Verdict::pass;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    const Comparison& c = comparisons[i];
    const std::vector<int> both{exit_code_of(worst), exit_code_of(c.verdict)};
    if (worst_exit_code(both) == exit_code_of(c.verdict)) worst = c.verdict;
    page.plain += comparison_text(c, false) + "\n";
    data["pairs"].push_back({{"comparison", told["comparisons"][i]},
                             {"base", page_of(base.at(c.scenario))},
                             {"candidate", page_of(candidate.at(c.scenario))}});
  }
  data["verdict"] = name_of(worst);
  page.title = std::string(name_of(worst)) + " " + command.candidate + " against " + command.base +
               " - Shakedown";
  std::string text;
  reports::write_page(page, data, [&text](std::string_view part) { text += part; });
  world::RealFiles files;
  if (!world::run_inline(files.replace(command.html, std::move(text)))) {
    throw std::runtime_error("--html " + command.html + ": could not be written");
  }
}

int compare_command(const CompareCommand& command) {
  CompareOptions options;
  options.delta = parse_delta(command.delta);
  options.allowed = command.allowed;
  for (const std::string& name : command.metrics) {
    options.metrics.push_back(compared_metric(name));
  }
  if (options.metrics.empty()) options.metrics = default_metrics();

  const ByScenario base = read_all(command.base), candidate = read_all(command.candidate);
  demand_comparable(command, base, candidate);
  std::vector<Comparison> comparisons;
  std::vector<int> codes;
  for (const auto& [name, runs] : base) {
    comparisons.push_back(compare(runs, candidate.at(name), options));
    codes.push_back(exit_code_of(comparisons.back().verdict));
  }
  if (!command.csv.empty()) write_csv(command, options, base, candidate);

  if (!command.html.empty()) write_page_of(command, comparisons, base, candidate, options.delta);

  std::string text;
  if (command.json) {
    text = comparisons_json(comparisons, options.delta);
  } else {
    const bool colour = colour_wanted();
    for (const Comparison& comparison : comparisons) {
      text += (text.empty() ? "" : "\n") + comparison_text(comparison, colour);
    }
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return worst_exit_code(codes);
}

}  // namespace

void add_compare(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<CompareCommand>();
  command.add_option("base", o->base, "Folder of a finished run, or of several.")
      ->required()
      ->type_name("BASE");
  command.add_option("candidate", o->candidate, "The same, of what may have become worse.")
      ->required()
      ->type_name("CANDIDATE");
  command.add_option("--delta", o->delta, "How much worse is still accepted.")
      ->type_name("PERCENT")
      ->capture_default_str();
  command
      .add_option("--metric", o->metrics,
                  "response.pNN, service.pNN, ttft.pNN, stall.pNN, error_rate, goodput; default: "
                  "response.p95, response.p99, error_rate and goodput.")
      ->type_name("NAME");
  command
      .add_option("--allow", o->allowed,
                  "A key of the scenario that may differ, as backends.primary.ttft.")
      ->type_name("KEY");
  command.add_option("--csv", o->csv, "Write one line for each run and metric.")
      ->type_name("FILE");
  command.add_option("--commit", o->commit, "What --csv writes as the commit.")
      ->type_name("TEXT");
  command.add_option("--html", o->html, "Write a page for a browser.")->type_name("FILE");
  command.add_flag("--json", o->json, "Print JSON instead of the table.");
  command.callback([o, &exit_code] { exit_code = compare_command(*o); });
}

}  // namespace harness
