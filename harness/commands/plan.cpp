#include "harness/commands/plan.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/commands/command.hpp"
#include "harness/run/sample_size.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

using Json = nlohmann::ordered_json;
using reports::human_count;
using reports::human_duration;

constexpr std::size_t kColumns = 80;
constexpr std::size_t kNameColumns = 28;
constexpr std::size_t kNumberColumns = 10;

struct PlanOptions {
  std::vector<std::string> paths;
  std::vector<std::string> sets;
  bool as_json = false;
};

std::string cell(const std::string& text) {
  const std::size_t width = reports::width_of(text);
  return std::string(kNumberColumns - std::min(kNumberColumns, width), ' ') + text;
}

std::string count_cell(const std::optional<std::uint64_t>& count) {
  return cell(count ? human_count(*count) : "-");
}

std::string time_cell(const SampleRow& row, const std::optional<std::uint64_t>& count) {
  const auto time = count ? row.time_for(*count) : std::nullopt;
  return cell(time ? human_duration(*time) : "-");
}

void print_row(const SampleRow& row) {
  std::string name = "  " + reports::terminal_text(row.expr);
  if (reports::width_of(name) > kNameColumns) {
    std::printf("%s\n", reports::wrapped(name.substr(2), kColumns, "  ").c_str());
    name.clear();
  }
  name.resize(name.size() + kNameColumns - reports::width_of(name), ' ');
  const bool is_measured = row.to_pass == 0 && !row.for_chance[0];
  std::string numbers = name + (row.planned ? count_cell(row.planned) : cell("?"));
  if (is_measured) {
    std::printf("%s  measured: any number decides\n", numbers.c_str());
  } else {
    std::string times(kNameColumns, ' ');
    const std::optional<std::uint64_t> to_pass(row.to_pass);
    times += cell(human_duration(row.stretch));
    times += time_cell(row, to_pass);
    numbers += count_cell(to_pass);
    for (const auto& count : row.for_chance) {
      numbers += count_cell(count);
      times += time_cell(row, count);
    }
    std::printf("%s\n", numbers.c_str());
    if (row.planned) std::printf("%s\n", times.c_str());  // else nobody knows how long it takes
  }
  if (row.never.empty()) return;
  const std::string text = "CAN NEVER PASS: " + reports::terminal_text(row.never);
  std::printf("%s\n", reports::wrapped(text, kColumns, "      ").c_str());
}

void print_table(const Prepared& prepared, const std::vector<SampleRow>& rows) {
  const std::string title =
      prepared.scenario.name + ": " + human_duration(prepared.layout.duration) + ", " +
      human_count(prepared.plan.requests.size()) + " planned requests" +
      (prepared.plan.closed.empty() ? "" : " and closed loops");
  std::printf("%s\n", reports::wrapped(title, kColumns, "").c_str());
  std::printf("%-28s%10s%10s   90%% chance to pass if the true\n", "  objective", "planned",
              "to pass");
  std::printf("%48s   share is this part of budget\n", "");
  std::printf("%48s%10s%10s%10s\n", "", "0", "20%", "50%");
  for (const SampleRow& row : rows) print_row(row);
  if (!prepared.plan.closed.empty()) {
    std::printf("  ?: a closed loop asks as often as the target answers\n");
  }
  std::printf("\n");
}

Json json_of(const SampleRow& row) {
  Json json;
  const auto counted = [&row](const std::optional<std::uint64_t>& count) {
    Json entry;
    const auto time = count ? row.time_for(*count) : std::nullopt;
    entry["requests"] = count ? Json(*count) : Json(nullptr);
    entry["seconds"] = time ? Json(reports::rounded(reports::seconds(*time), 6)) : Json(nullptr);
    return entry;
  };
  json["expr"] = row.expr;
  json["planned"] = row.planned ? Json(*row.planned) : Json(nullptr);
  json["stretch_s"] = reports::seconds(row.stretch);
  json["to_pass"] = counted(row.to_pass == 0 ? std::nullopt : std::optional(row.to_pass));
  Json& chances = json["for_90_percent_chance"] = Json::array();
  for (std::size_t i = 0; i < kHeadrooms.size(); ++i) {
    Json entry = counted(row.for_chance[i]);
    entry["true_share_of_budget"] = kHeadrooms[i];
    chances.push_back(std::move(entry));
  }
  json["can_pass"] = row.never.empty();
  if (!row.never.empty()) json["why_not"] = row.never;
  return json;
}

int plan(const PlanOptions& options) {
  bool all_can_pass = true;
  Json json = Json::array();
  for (const std::string& file : scenario_files(options.paths)) {
    LoadOptions load;
    load.sets = options.sets;
    Scenario scenario = load_scenario(file, load);
    const std::uint64_t seed = scenario.seed;
    const Prepared prepared = lay_out(std::move(scenario), seed);
    const std::vector<SampleRow> rows = sample_sizes(prepared);
    for (const SampleRow& row : rows) all_can_pass = all_can_pass && row.never.empty();
    if (!options.as_json) {
      print_table(prepared, rows);
      continue;
    }
    Json entry;
    entry["scenario"] = prepared.scenario.name;
    entry["file"] = file;
    entry["duration_s"] = reports::seconds(prepared.layout.duration);
    entry["planned"] = prepared.plan.requests.size();
    Json& objectives = entry["objectives"] = Json::array();
    for (const SampleRow& row : rows) objectives.push_back(json_of(row));
    json.push_back(std::move(entry));
  }
  if (options.as_json) std::printf("%s\n", json.dump(2).c_str());
  return all_can_pass ? exit_code::kPass : exit_code::kUsage;
}

}  // namespace

void add_plan(CLI::App& command, int& exit_code) {
  auto options = std::make_shared<PlanOptions>();
  command.add_option("paths", options->paths, "Scenario files, or folders of them.")
      ->required()
      ->type_name("FILE|DIR");
  command.add_option("--set", options->sets, "Override a value: load.chat.users=5.")
      ->type_name("PATH=VALUE");
  command.add_flag("--json", options->as_json, "All numbers, as JSON.");
  command.callback([options, &exit_code] { exit_code = plan(*options); });
}

}  // namespace harness
