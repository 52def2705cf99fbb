// One verdict out of all evidence, and the exit code that it becomes. Order: a broken invariant is
// a FAIL whatever else (a leaked turn is real even when the generator was late), then INVALID, then
// an objective that failed, then INCONCLUSIVE; PASS is what remains. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/run_record.hpp"

namespace harness {

struct Judgement {
  reports::Verdict verdict = reports::Verdict::invalid;
  std::vector<std::string> reasons;  // one sentence each, the deciding ones first; empty for PASS
};

// Evidence that is missing is never a pass: nothing to judge is INVALID, an invariant that checked
// nothing and an interrupted run are INCONCLUSIVE at best.
Judgement compose(std::span<const reports::InvariantResult> invariants,
                  std::span<const reports::ValidityResult> validity,
                  std::span<const reports::SloResult> slos, bool interrupted = false);

namespace exit_code {
inline constexpr int kPass = 0;
inline constexpr int kFail = 1;
inline constexpr int kInconclusive = 2;
inline constexpr int kUsage = 3;
inline constexpr int kInvalid = 4;
inline constexpr int kNondeterministic = 5;
inline constexpr int kInterrupted = 130;
}  // namespace exit_code

int exit_code_of(reports::Verdict verdict);

// Of several scenarios the worst counts: 130 (stopped), 3 (nothing ran), then 5, 1, 4, 2, 0. No
// scenario at all is bad usage.
int worst_exit_code(std::span<const int> codes);

}  // namespace harness
