#include "harness/run/prepared.hpp"

#include "harness/run/decidable.hpp"
#include "harness/scenario/errors.hpp"

namespace harness {

namespace {

// The phases of the scenario, with the stretches between them named, so that every instant has one.
std::vector<reports::Phase> without_gaps(const Scenario& scenario) {
  std::vector<reports::Phase> phases;
  world::Instant covered{};
  for (const Phase& phase : scenario.phases) {
    if (phase.from > covered) phases.push_back({"before_" + phase.name, covered, phase.from});
    phases.push_back({phase.name, phase.from, phase.to});
    covered = phase.to;
  }
  return phases;
}

Place shifted(Place place, std::size_t offset) {
  if (place.line > 0) place.column += static_cast<int>(offset);
  return place;
}

void parse_slos(Prepared& prepared, std::vector<ScenarioError>& errors) {
  for (const SourcedText& text : prepared.scenario.slos) {
    try {
      Slo slo = parse_slo(text.text);
      filter_of(slo, prepared.layout);
      prepared.slos.push_back(std::move(slo));
    } catch (const SloError& error) {
      errors.push_back({shifted(text.place, error.offset), error.what()});
    }
  }
}

void check_invariants(Prepared& prepared, std::vector<ScenarioError>& errors) {
  std::vector<std::string> known;
  for (const OracleKind& kind : oracle_kinds()) known.emplace_back(kind.name);
  for (const InvariantChoice& choice : prepared.scenario.invariants) {
    const OracleKind* kind = find_oracle(choice.name);
    if (kind == nullptr) {
      errors.push_back({choice.place, "`" + choice.name + "` is not an invariant" +
                                          did_you_mean(choice.name, known) +
                                          "; `shakedown list invariants` shows all"});
      continue;
    }
    double parameter = kind->parameter_default;
    if (!choice.parameter.empty()) {
      const Parsed<double> read = read_parameter(*kind, choice.parameter);
      if (!read.value) {
        errors.push_back({choice.place, "invariant `" + choice.name + "` " + read.problem});
        continue;
      }
      parameter = *read.value;
      const world::Nanos length = prepared.layout.duration;
      const bool is_duration = kind->parameter == OracleParameter::duration;
      if (is_duration && parameter > static_cast<double>(length.count())) {
        errors.push_back({choice.place, "invariant `" + choice.name + "` must be at most " +
                                            format_duration(length) + ", the run's length, not `" +
                                            choice.parameter + "`"});
        continue;
      }
    }
    prepared.invariants.push_back({choice.name, parameter});
  }
}

}  // namespace

Prepared prepare(Scenario scenario, std::uint64_t seed) {
  Prepared prepared = lay_out(std::move(scenario), seed);
  std::vector<ScenarioError> errors = undecidable(prepared);
  if (!errors.empty()) throw ScenarioErrors(std::move(errors));
  return prepared;
}

Prepared lay_out(Scenario scenario, std::uint64_t seed) {
  Prepared prepared;
  prepared.scenario = std::move(scenario);
  prepared.seed = seed;
  prepared.layout.phases = without_gaps(prepared.scenario);
  prepared.layout.duration = world::since_start(prepared.scenario.end());
  for (const LoadClass& load : prepared.scenario.load) {
    prepared.layout.classes.push_back(load.name);
  }
  std::vector<ScenarioError> errors;
  parse_slos(prepared, errors);
  check_invariants(prepared, errors);
  if (prepared.slos.empty() && prepared.invariants.empty() && errors.empty()) {
    errors.push_back({Place{prepared.scenario.file, 0, 0},
                      "nothing to judge: give at least one `slo` or one of `invariants`"});
  }
  if (!errors.empty()) throw ScenarioErrors(std::move(errors));
  register_thresholds(prepared.slos, prepared.layout);
  prepared.plan = make_plan(prepared.scenario, world::Random(seed));
  return prepared;
}

}  // namespace harness
