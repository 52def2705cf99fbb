#include "harness/selftest/selftest.hpp"

#include <algorithm>

#include "agent/profile.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/run/run.hpp"
#include "harness/scenario/loader.hpp"
#include "world/ensure.hpp"

namespace harness {

namespace {

using reports::InvariantResult;
using reports::RunRecord;
using reports::Verdict;

RunRecord run_one(const SelftestOptions& options, std::string_view profile,
                  std::string_view scenario, std::vector<std::string> sets, int nth_seed = 0) {
  const agent::Profile* found = agent::find_profile(profile);
  ENSURE(found != nullptr, "a row of the selftest names a profile that is not there");
  LoadOptions load;
  load.sets = std::move(sets);
  load.agent = found->apply(agent::Config{});
  const std::string file = options.folder + "/" + std::string(scenario) + ".yaml";
  Scenario loaded = load_scenario(file, load);
  const std::uint64_t seed = loaded.seed + static_cast<std::uint64_t>(nth_seed);
  const Prepared prepared = prepare(std::move(loaded), seed);
  RunOptions run;
  run.mode = Mode::sim;
  run.profile = profile;
  run.sets = load.sets;
  run.reproduce = "shakedown run " + file + " --mode sim --profile " + std::string(profile);
  RunHooks hooks;
  hooks.interrupted = options.interrupted;
  return run_scenario(prepared, run, hooks).record;
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const InvariantResult* result_of(const RunRecord& record, std::string_view name) {
  for (const InvariantResult& result : record.invariants) {
    if (result.name == name) return &result;
  }
  return nullptr;
}

std::string first_witness(const InvariantResult& result) {
  if (result.violations.empty()) return "no witness was kept";
  return result.violations.front().who + ": " + result.violations.front().what;
}

Cell cell_of(const InvariantResult* result, bool must, bool may) {
  if (result == nullptr || !result->skipped.empty()) return must ? Cell::missed : Cell::absent;
  if (result->violation_count > 0) {
    return must ? Cell::caught : may ? Cell::tolerated : Cell::surprise;
  }
  if (must) return Cell::missed;
  return result->checked > 0 ? Cell::silent : Cell::absent;
}

SelftestRun judged(const RunRecord& record, std::string_view profile, std::string_view scenario,
                   const std::vector<std::string>& must, const std::vector<std::string>& may) {
  SelftestRun run;
  run.profile = profile;
  run.scenario = scenario;
  run.requests = record.counts.sent;
  const std::string where = run.profile + " on " + run.scenario;
  for (const OracleKind& kind : oracle_kinds()) {
    const InvariantResult* result = result_of(record, kind.name);
    const Cell cell = cell_of(result, holds(must, kind.name), holds(may, kind.name));
    run.cells.push_back(cell);
    const std::string name(kind.name);
    if (cell == Cell::missed) run.notes.push_back(where + ": " + name + " did not fire");
    if (cell == Cell::surprise) {
      run.notes.push_back(where + ": " + name + " fired: " + first_witness(*result));
    }
    if (cell == Cell::caught) run.witness.push_back(name + ": " + first_witness(*result));
  }
  return run;
}

// The scenarios of the table, each once, in its order.
std::vector<std::string> scenarios_of_table() {
  std::vector<std::string> names;
  for (const PlantedDefect& row : planted_defects()) {
    if (!holds(names, row.scenario)) names.emplace_back(row.scenario);
  }
  return names;
}

// An oracle that is trusted must have fired on a defect, and been silent about something.
void demand_both_sides(Selftest& test) {
  const auto kinds = oracle_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto seen = [&](Cell cell) {
      return std::any_of(test.runs.begin(), test.runs.end(),
                         [&](const SelftestRun& run) { return run.cells[i] == cell; });
    };
    const std::string name(kinds[i].name);
    if (!seen(Cell::caught)) test.problems.push_back(name + " was never seen to fire");
    const bool silent_once =
        std::any_of(test.runs.begin(), test.runs.end(), [&](const SelftestRun& run) {
          return run.profile == kSoundProfile && run.cells[i] == Cell::silent;
        });
    if (!silent_once)
      test.problems.push_back(name + " never had anything to say of the sound core");
  }
}

GateRun run_gate(const SelftestOptions& options, const PlantedGate& row) {
  const RunRecord record = run_one(options, kSoundProfile, row.scenario, parts_of(row.sets, ';'));
  GateRun run;
  run.gate = row.gate;
  run.scenario = row.scenario;
  const auto reason =
      std::find_if(record.reasons.begin(), record.reasons.end(), [&](const std::string& text) {
        return text.find(row.because) != std::string::npos;
      });
  const bool because = reason != record.reasons.end();
  run.told = std::string(reports::name_of(record.verdict));
  if (because) run.told += ": " + *reason;
  else if (!record.reasons.empty()) run.told += ": " + record.reasons.front();
  run.held = record.verdict == row.verdict && because;
  return run;
}

}  // namespace

Selftest run_selftest(const SelftestOptions& options) {
  Selftest test;
  const auto stopped = [&] { return options.interrupted && options.interrupted(); };
  const auto tell = [&](const std::string& what) {
    if (options.progress) options.progress(what);
  };
  const auto wanted = [&](std::string_view profile) {
    return options.profile.empty() || options.profile == profile;
  };
  for (const std::string& scenario : scenarios_of_table()) {
    if (!wanted(kSoundProfile) || stopped()) continue;
    tell(std::string(kSoundProfile) + " on " + scenario);
    const RunRecord record = run_one(options, kSoundProfile, scenario, {});
    test.runs.push_back(judged(record, kSoundProfile, scenario, {}, {}));
    for (int nth = 1; nth < options.seeds && !stopped(); ++nth) {
      const RunRecord other = run_one(options, kSoundProfile, scenario, {}, nth);
      const SelftestRun run = judged(other, kSoundProfile, scenario, {}, {});
      for (const std::string& note : run.notes) {
        test.problems.push_back("seed " + std::to_string(other.seed) + ": " + note);
      }
    }
  }
  for (const PlantedDefect& row : planted_defects()) {
    if (!wanted(row.profile) || stopped()) continue;
    tell(std::string(row.profile) + " on " + std::string(row.scenario));
    const RunRecord record = run_one(options, row.profile, row.scenario, {});
    test.runs.push_back(judged(record, row.profile, row.scenario, parts_of(row.caught_by, ' '),
                               parts_of(row.also, ' ')));
  }
  for (const PlantedGate& row : planted_gates()) {
    if (!options.profile.empty() || stopped()) continue;
    tell("gate " + std::string(row.gate));
    test.gates.push_back(run_gate(options, row));
    if (!test.gates.back().held) {
      test.problems.push_back("gate " + std::string(row.gate) + " on " + std::string(row.scenario) +
                              ": wanted " + std::string(reports::name_of(row.verdict)) + " for \"" +
                              std::string(row.because) + "\", was " + test.gates.back().told);
    }
  }
  for (const SelftestRun& run : test.runs) {
    test.problems.insert(test.problems.end(), run.notes.begin(), run.notes.end());
  }
  if (options.profile.empty() && !stopped()) demand_both_sides(test);
  return test;
}

}  // namespace harness
