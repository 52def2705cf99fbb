#include "harness/run/target_validity.hpp"

#include <algorithm>

#include "harness/verdict/validity.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;

TargetAnswers answers_of(const TargetWatch& watch) {
  return {watch.ended(), watch.answered(), watch.strange(), watch.trouble()};
}

world::Instant first_fault_of(const Scenario& scenario) {
  world::Instant first = world::kNever;
  for (const fakes::Fault& fault : scenario.faults) first = std::min(first, fault.from);
  for (const AgentFault& fault : scenario.agent_faults) first = std::min(first, fault.from);
  return first;
}

std::string not_understood(const TargetWatch& watch) {
  return "the run was ended: none of the target's first " + human_count(watch.ended()) +
         " answers was understood; the first: " + watch.trouble();
}

reports::ValidityResult target_answered(const TargetAnswers& answers, const Prepared& prepared,
                                        bool interrupted) {
  reports::ValidityResult result;
  result.name = "target_answered";
  const bool asks = std::any_of(
      prepared.scenario.load.begin(), prepared.scenario.load.end(),
      [&](const LoadClass& load) { return prepared.scenario.corpus_of(load) == nullptr; });
  const bool nothing_understood = answers.strange > 0 || !judges_failures(prepared.slos);
  result.holds = interrupted || !asks || answers.answered > 0 || !nothing_understood;
  result.detail = human_count(answers.answered) + " of " + human_count(answers.ended) +
                  " requests that came back were answered well";
  if (answers.strange > 0) {
    result.detail += ", " + human_count(answers.strange) +
                     " were not understood; the first: " + answers.trouble;
  } else if (!result.holds) {
    result.detail += ", and no objective counts failures: this run does not say that the target "
                     "works; add an objective as error_rate < 5%, or time without faults";
  }
  result.warning = result.holds && 2 * answers.strange > answers.ended;
  return result;
}

}  // namespace harness
