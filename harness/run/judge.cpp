#include "harness/run/judge.hpp"

#include "harness/verdict/verdict.hpp"

namespace harness {

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

std::optional<world::Nanos> tightest_bound(const std::vector<Slo>& slos) {
  std::optional<world::Nanos> tightest;
  for (const Slo& slo : slos) {
    const std::optional<world::Nanos> bound = latency_bound(slo);
    if (bound && (!tightest || *bound < *tightest)) tightest = bound;
  }
  return tightest;
}

// The plan's own count, held against what the generator says it planned and sent.
reports::ValidityResult plan_was_carried_out(const Prepared& prepared,
                                             const reports::Counts& counts, bool interrupted) {
  const std::uint64_t planned = prepared.plan.requests.size();
  reports::ValidityResult result;
  result.name = "plan_carried_out";
  const bool closed = !prepared.plan.closed.empty();
  result.holds = interrupted || (closed ? counts.planned >= planned : counts.planned == planned);
  result.detail = std::to_string(counts.planned) + " requests became due, " +
                  std::to_string(planned) + " were planned ahead";
  return result;
}

}  // namespace

reports::RunRecord judge(const Prepared& prepared, const RunOptions& options,
                         const Observed& recorded) {
  const Scenario& scenario = prepared.scenario;
  reports::RunRecord record;
  record.scenario = scenario.name;
  record.about = scenario.about;
  record.seed = prepared.seed;
  record.mode = options.mode == Mode::sim ? "sim" : "live";
  const bool external = !options.target_url.empty();
  record.sut = options.mode == Mode::sim ? "linked" : external ? "external" : "process";
  record.profile = external ? "" : options.profile;
  record.time_scale = options.mode == Mode::sim ? 1 : options.time_scale;
  record.duration = prepared.layout.duration;
  record.interrupted = recorded.interrupted;
  record.digest = recorded.digest;
  record.reproduce = options.reproduce;
  record.invariants = recorded.invariants;
  record.faults = recorded.faults;
  reports::measure(record, recorded.recorder);

  JudgeInput input;
  input.healed = healed(recorded.faults, scenario.end());
  input.closed = !prepared.plan.closed.empty();
  record.slos = judge_slos(prepared.slos, recorded.recorder, input);

  const bool live = options.mode == Mode::live;
  ValidityFacts facts = facts_of(recorded.recorder, live);
  facts.faults = recorded.faults;
  facts.tightest_bound = tightest_bound(prepared.slos);
  facts.own_cpu_ppm = recorded.own_cpu_ppm;
  facts.time_scale = record.time_scale;
  record.validity = check_validity(facts);
  record.validity.push_back(
      plan_was_carried_out(prepared, record.counts, recorded.interrupted));
  record.validity.insert(record.validity.end(), recorded.more_validity.begin(),
                         recorded.more_validity.end());

  const Judgement judgement =
      compose(record.invariants, record.validity, record.slos, record.interrupted);
  record.verdict = judgement.verdict;
  record.reasons = judgement.reasons;
  return record;
}

reports::RunRecord never_started(const Prepared& prepared, const RunOptions& options,
                                 const std::string& reason) {
  const reports::Recorder nothing(prepared.layout);
  Observed observed{nothing, {}, {}, true, 0, {}, {}};
  observed.more_validity.push_back({"target_started", false, reason});
  reports::RunRecord record = judge(prepared, options, observed);
  record.interrupted = false;
  record.verdict = Verdict::invalid;
  record.reasons = {reason};
  return record;
}

}  // namespace harness
