#include "harness/commands/check.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harness/commands/command.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/target_setup.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/never_asked.hpp"
#include "harness/verdict/verdict.hpp"

namespace harness {

namespace {

struct CheckOptions {
  std::vector<std::string> paths;
  std::vector<std::string> sets;
  std::string mode;  // "sim", "live"; empty: whichever it can run in
};

std::string described(const Prepared& prepared) {
  const Scenario& scenario = prepared.scenario;
  std::uint32_t users = 0;
  for (const UserRange& range : prepared.plan.users) users += range.count;
  const double seconds = std::chrono::duration<double>(prepared.layout.duration).count();
  char text[256];
  std::snprintf(text, sizeof text,
                "%.0f s, %zu planned requests%s, %u users, %zu faults, %zu SLOs, %zu invariants",
                seconds, prepared.plan.requests.size(),
                prepared.plan.closed.empty() ? "" : " and closed loops", users,
                scenario.faults.size() + scenario.agent_faults.size(), prepared.slos.size(),
                prepared.invariants.size());
  return text;
}

void append(std::vector<ScenarioError>& errors, std::vector<ScenarioError> further) {
  for (ScenarioError& error : further) errors.push_back(std::move(error));
}

// In which of the two modes it can run, for the line that says that all is well; what keeps it from
// the mode that was asked for, or from both, goes to the errors.
std::string checked_mode(const Scenario& scenario, const std::string& mode,
                         std::vector<ScenarioError>& errors) {
  std::vector<ScenarioError> not_sim = cannot_run(scenario, Mode::sim);
  std::vector<ScenarioError> not_live = cannot_run(scenario, Mode::live);
  if (mode == "sim") append(errors, std::move(not_sim));
  if (mode == "live") append(errors, std::move(not_live));
  if (!mode.empty()) return {};
  if (not_sim.empty() && not_live.empty()) return {};
  if (not_live.empty()) return "; in live only";
  if (not_sim.empty()) return "; in sim only";
  if (!scenario.target.is_given()) append(errors, std::move(not_sim));  // that is as it is
  append(errors, std::move(not_live));
  return {};
}

int check(const CheckOptions& options) {
  bool all_good = true;
  for (const std::string& file : scenario_files(options.paths)) {
    try {
      LoadOptions load;
      load.sets = options.sets;
      Scenario scenario = load_scenario(file, load);
      std::vector<ScenarioError> errors = target_errors(scenario);
      const std::string modes = checked_mode(scenario, options.mode, errors);
      append(errors, never_asked(scenario));
      if (!errors.empty()) throw ScenarioErrors(std::move(errors));
      const std::uint64_t seed = scenario.seed;
      const Prepared prepared = prepare(std::move(scenario), seed);
      std::printf("%s: ok: %s%s\n", file.c_str(), described(prepared).c_str(), modes.c_str());
    } catch (const ScenarioErrors& errors) {
      std::fprintf(stderr, "%s\n", errors.what());
      all_good = false;
    }
  }
  return all_good ? exit_code::kPass : exit_code::kUsage;
}

}  // namespace

void add_check(CLI::App& command, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  command.add_option("paths", options->paths, "Scenario files, or folders of them.")
      ->required()
      ->type_name("FILE|DIR");
  command.add_option("--set", options->sets, "Override a value: load.chat.users=5.")
      ->type_name("PATH=VALUE");
  command
      .add_option("--mode", options->mode,
                  "Whether every fault can fire in this mode, sim or live. Default: in either; a "
                  "scenario that can run in one alone says so.")
      ->check(CLI::IsMember({"sim", "live"}))
      ->type_name("MODE");
  command.callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace harness
