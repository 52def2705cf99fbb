#include "harness/verdict/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/text.hpp"

namespace harness {

namespace {

using reports::InvariantResult;
using reports::SloResult;
using reports::ValidityResult;
using reports::Verdict;

// What each kind of evidence says; appended in the order of weight.
struct Evidence {
  std::vector<std::string> broken;        // invariants
  std::vector<std::string> invalid;       // rules, objectives without data
  std::vector<std::string> failed;        // objectives
  std::vector<std::string> inconclusive;  // too little to tell
};

void add(Evidence& evidence, const InvariantResult& invariant) {
  if (!invariant.skipped.empty()) return;
  if (invariant.violation_count > 0 || invariant.verdict == Verdict::fail) {
    std::string reason = fmt::format("invariant {}: {} violation{} in {} checks", invariant.name,
                                     reports::human_count(invariant.violation_count),
                                     invariant.violation_count == 1 ? "" : "s",
                                     reports::human_count(invariant.checked));
    if (!invariant.violations.empty()) {
      const reports::Violation& first = invariant.violations.front();
      reason += fmt::format("; first at {} {}: {}",
                            reports::human_duration(world::since_start(first.at)), first.who,
                            first.what);
    }
    evidence.broken.push_back(std::move(reason));
  } else if (invariant.verdict == Verdict::invalid) {
    evidence.invalid.push_back("invariant " + invariant.name + " could not be checked");
  } else if (invariant.checked == 0 || invariant.verdict == Verdict::inconclusive) {
    evidence.inconclusive.push_back("invariant " + invariant.name + " found nothing to check");
  }
}

void add(Evidence& evidence, const SloResult& slo) {
  const std::string reason = slo.expr + ": " + slo.why;
  switch (slo.verdict) {
    case Verdict::pass: break;
    case Verdict::fail: evidence.failed.push_back(reason); break;
    case Verdict::inconclusive: evidence.inconclusive.push_back(reason); break;
    case Verdict::invalid: evidence.invalid.push_back(reason); break;
  }
}

}  // namespace

Judgement compose(std::span<const InvariantResult> invariants,
                  std::span<const ValidityResult> validity, std::span<const SloResult> slos,
                  bool interrupted) {
  Evidence evidence;
  for (const InvariantResult& invariant : invariants) add(evidence, invariant);
  for (const ValidityResult& rule : validity)
    if (!rule.holds) evidence.invalid.push_back(rule.name + ": " + rule.detail);
  for (const SloResult& slo : slos) add(evidence, slo);
  if (invariants.empty() && slos.empty())
    evidence.invalid.push_back("nothing to judge: neither objectives nor invariants");
  const bool all_skipped =
      std::all_of(invariants.begin(), invariants.end(),
                  [](const InvariantResult& result) { return !result.skipped.empty(); });
  if (!invariants.empty() && all_skipped && slos.empty())
    evidence.invalid.push_back("nothing was judged: every invariant was skipped");
  if (interrupted) evidence.inconclusive.push_back("the run was interrupted");

  Judgement judgement;
  if (!evidence.broken.empty()) judgement.verdict = Verdict::fail;
  else if (!evidence.invalid.empty()) judgement.verdict = Verdict::invalid;
  else if (!evidence.failed.empty()) judgement.verdict = Verdict::fail;
  else if (!evidence.inconclusive.empty()) judgement.verdict = Verdict::inconclusive;
  else judgement.verdict = Verdict::pass;
  for (auto* reasons : {&evidence.broken, &evidence.invalid, &evidence.failed,
                        &evidence.inconclusive})
    for (std::string& reason : *reasons) judgement.reasons.push_back(std::move(reason));
  return judgement;
}

int exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return exit_code::kPass;
    case Verdict::fail: return exit_code::kFail;
    case Verdict::inconclusive: return exit_code::kInconclusive;
    case Verdict::invalid: return exit_code::kInvalid;
  }
  return exit_code::kInvalid;
}

int worst_exit_code(std::span<const int> codes) {
  constexpr std::array<int, 7> kWorstFirst{exit_code::kInterrupted,     exit_code::kUsage,
                                           exit_code::kNondeterministic, exit_code::kFail,
                                           exit_code::kInvalid,          exit_code::kInconclusive,
                                           exit_code::kPass};
  for (int worst : kWorstFirst)
    if (std::find(codes.begin(), codes.end(), worst) != codes.end()) return worst;
  return exit_code::kUsage;
}

}  // namespace harness
