#include "harness/run/judge.hpp"

#include <algorithm>

#include "harness/run/calibration.hpp"
#include "harness/run/validity_facts.hpp"
#include "harness/verdict/verdict.hpp"
#include "harness/version.hpp"
#include "reports/fingerprint.hpp"
#include "reports/read_measurements.hpp"

namespace harness {

using reports::Measurements;
using reports::ValidityResult;
using reports::Verdict;

namespace {

// When the last fault had healed; nothing when one never does within the run, or there is none.
std::optional<world::Instant> healed(const std::vector<reports::FaultResult>& faults,
                                     world::Instant end) {
  std::optional<world::Instant> last;
  for (const reports::FaultResult& fault : faults) {
    if (fault.end >= end) return std::nullopt;
    if (!last || fault.end > *last) last = fault.end;
  }
  return last;
}

// The plan's own count, held against what the generator says it planned and sent.
ValidityResult plan_was_carried_out(const Measurements& m, const reports::Counts& counts) {
  ValidityResult result;
  result.name = "plan_carried_out";
  const bool was_cut_off =
      m.interrupted || !m.never_started.empty() || !m.stopped_early.empty();
  result.holds = was_cut_off || (m.has_closed_loops ? counts.planned >= m.planned_ahead
                                                    : counts.planned == m.planned_ahead);
  result.detail = std::to_string(counts.planned) + " requests became due, " +
                  std::to_string(m.planned_ahead) + " were planned ahead";
  return result;
}

std::vector<ValidityResult> judge_validity(const Measurements& m, const std::vector<Slo>& slos) {
  ValidityFacts facts = facts_of(m.recorder, m.mode == "live");
  facts.faults = m.faults;
  if (!m.stopped_early.empty()) {
    // A fault whose window was not over could still have fired.
    std::erase_if(facts.faults,
                  [&](const reports::FaultResult& f) { return f.end > m.stopped_at; });
  }
  facts.tightest_bound = tightest_bound(slos);
  facts.time_scale = m.time_scale;
  facts.interrupted = m.interrupted;
  facts.failures_judged = judges_failures(slos);
  take_facts(m.facts, facts);
  std::vector<ValidityResult> validity = check_validity(facts);
  validity.push_back(plan_was_carried_out(m, m.recorder.counts()));
  validity.insert(validity.end(), m.validity.begin(), m.validity.end());
  return validity;
}

// What a live run knows of its generator, by name.
NamedFacts facts_of_generator(const Prepared& prepared, const Observed& observed,
                              double time_scale) {
  ValidityFacts facts;
  facts.own_cpu_ppm = observed.own_cpu_ppm;
  facts.closed_rate = closed_rate(prepared, observed.recorder, time_scale);
  facts.calibration = observed.calibration;
  facts.clocks = observed.clocks;
  facts.descriptors = observed.descriptors;
  facts.fakes = observed.fakes;
  return named_facts(facts);
}

JudgeInput judge_input(const Measurements& m) {
  JudgeInput input;
  input.healed = healed(m.faults, world::at(m.layout().duration));
  input.closed = m.has_closed_loops;
  input.ledger = ledger_facts_of(m.facts);
  return input;
}

// What the rule that looks all the time says, beside all else that was measured.
void add_anytime(EarlyStop& early, const std::vector<Slo>& slos, Measurements& m) {
  std::vector<reports::SloResult> results = judge_slos(slos, m.recorder, judge_input(m));
  early.judge(results);
  for (const reports::SloResult& slo : results)
    m.anytime.push_back({slo.verdict, slo.rule, slo.why});
  m.stopped_early = early.sentence();
  if (!m.stopped_early.empty()) m.stopped_at = early.stopped_at();
}

// Objectives that were looked at all the time have the verdict of the rule that allows it.
void take_anytime(const Measurements& m, reports::RunRecord& record) {
  record.stopped_early = m.stopped_early;
  for (std::size_t i = 0; i < record.slos.size() && i < m.anytime.size(); ++i) {
    record.slos[i].verdict = m.anytime[i].verdict;
    record.slos[i].rule = m.anytime[i].rule;
    record.slos[i].why = m.anytime[i].why;
  }
}

// A result that lacks some of its run says so first, and never has a verdict.
void tell_missing(const Measurements& m, reports::RunRecord& record) {
  if (m.missing.empty()) return;
  std::string names;
  for (const std::string& name : m.missing) names += (names.empty() ? "" : ", ") + name;
  const std::string verdict(reports::name_of(record.verdict));
  record.validity.push_back({"segments", false, "missing: " + names});
  record.reasons.insert(record.reasons.begin(),
                        {"segments: missing: " + names,
                         "without them the verdict would be " + verdict + ", which is not valid"});
  record.verdict = Verdict::invalid;
}

}  // namespace

Measurements measurements_of(const Prepared& prepared, const RunOptions& options,
                             const Observed& observed) {
  const Scenario& scenario = prepared.scenario;
  Measurements m(prepared.layout);
  m.version = version();
  m.scenario = scenario.name;
  m.about = scenario.about;
  m.seed = prepared.seed;
  const bool sim = options.mode == Mode::sim;
  const bool external = scenario.target.is_given();
  m.mode = sim ? "sim" : "live";
  m.sut = sim ? "linked" : external ? "external" : "process";
  m.profile = external && !sim ? "" : options.profile;
  m.time_scale = sim ? 1 : options.time_scale;
  m.reproduce = options.reproduce;
  m.configuration = scenario.configuration;
  for (const Slo& slo : prepared.slos) m.objectives.push_back(slo.expr);

  m.recorder.merge(observed.recorder);
  if (observed.lanes != nullptr) m.lanes = *observed.lanes;
  m.invariants = observed.invariants;
  m.faults = observed.faults;
  m.interrupted = observed.interrupted;
  m.digest = observed.digest;
  m.start_unix_ms = sim ? 0 : options.start_unix_nanos / 1'000'000;
  const auto& planned = prepared.plan.requests;
  m.planned_ahead = static_cast<std::uint64_t>(
      std::count_if(planned.begin(), planned.end(), [&](const PlannedRequest& request) {
        return prepared.layout.segment.has(request.turn.user);
      }));
  m.has_closed_loops = !prepared.plan.closed.empty();
  if (!sim) m.facts = facts_of_generator(prepared, observed, m.time_scale);
  m.facts.merge(named_facts(observed.ledger));
  m.validity = observed.more_validity;
  m.never_started = observed.target_failed;
  if (observed.early != nullptr) add_anytime(*observed.early, prepared.slos, m);
  return m;
}

void add_thresholds(const std::vector<std::string>& objectives, reports::Layout& layout) {
  std::vector<Slo> slos;
  try {
    for (const std::string& objective : objectives) slos.push_back(parse_slo(objective));
    register_thresholds(slos, layout);
  } catch (const SloError& error) {
    throw reports::MeasurementsError("`objectives` has one that this version does not know: " +
                                     std::string(error.what()));
  }
}

reports::RunRecord judge(std::shared_ptr<const Measurements> measured) {
  const Measurements& m = *measured;
  reports::RunRecord record;
  record.scenario = m.scenario;
  record.about = m.about;
  record.seed = m.seed;
  record.mode = m.mode;
  record.sut = m.sut;
  record.profile = m.profile;
  record.time_scale = m.time_scale;
  record.duration = m.layout().duration;
  record.interrupted = m.interrupted;
  record.digest = m.digest;
  record.reproduce = m.reproduce;
  if (!m.layout().segment.is_whole()) {
    record.segment = m.layout().segment.text();
    record.reproduce += " --segment " + record.segment;
  }
  record.configuration = m.configuration;
  record.fingerprint = reports::fingerprint_of(m.configuration);
  record.invariants = m.invariants;
  record.faults = m.faults;
  reports::measure(record, m.recorder);

  std::vector<Slo> slos;
  for (const std::string& objective : m.objectives) slos.push_back(parse_slo(objective));
  record.slos = judge_slos(slos, m.recorder, judge_input(m));
  take_anytime(m, record);
  record.validity = judge_validity(m, slos);

  const Judgement judgement =
      compose(record.invariants, record.validity, record.slos, record.interrupted);
  record.verdict = judgement.verdict;
  record.reasons = judgement.reasons;
  if (!m.never_started.empty()) {
    record.verdict = Verdict::invalid;
    record.reasons = {m.never_started};
  }
  tell_missing(m, record);
  record.measurements = std::move(measured);
  return record;
}

reports::RunRecord judge(const Prepared& prepared, const RunOptions& options,
                         const Observed& observed) {
  return judge(std::make_shared<const Measurements>(measurements_of(prepared, options, observed)));
}

reports::RunRecord never_started(const Prepared& prepared, const RunOptions& options,
                                 const std::string& reason) {
  const reports::Recorder nothing(prepared.layout);
  Observed observed{nothing, {}, {}, false, 0, {}, {}};
  observed.more_validity.push_back({"target_started", false, reason});
  Measurements m = measurements_of(prepared, options, observed);
  m.never_started = reason;
  return judge(std::make_shared<const Measurements>(std::move(m)));
}

}  // namespace harness
