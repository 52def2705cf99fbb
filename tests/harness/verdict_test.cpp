#include "harness/verdict/verdict.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace harness;
using reports::InvariantResult;
using reports::SloResult;
using reports::ValidityResult;
using reports::Verdict;

namespace {

InvariantResult invariant(Verdict verdict, std::uint64_t checked = 10) {
  InvariantResult r;
  r.name = "no_empty_response";
  r.verdict = verdict;
  r.checked = checked;
  if (verdict == Verdict::fail) {
    r.violation_count = 3;
    r.violations.push_back({world::at(std::chrono::seconds(61)), "u17.s2.t5", "an empty answer"});
  }
  return r;
}

SloResult slo(Verdict verdict) {
  SloResult r;
  r.expr = "error_rate < 5%";
  r.why = "because";
  r.verdict = verdict;
  return r;
}

Verdict composed(std::vector<InvariantResult> invariants, bool is_valid,
                 std::vector<SloResult> slos, bool interrupted = false) {
  const std::vector<ValidityResult> validity{{"dropped", is_valid, "3 of 10 were never sent"}};
  return compose(invariants, validity, slos, interrupted).verdict;
}

}  // namespace

TEST_CASE("invariant FAIL > INVALID > statistical FAIL > INCONCLUSIVE > PASS") {
  const auto pass = Verdict::pass, fail = Verdict::fail, unsure = Verdict::inconclusive,
             invalid = Verdict::invalid;
  CHECK(composed({invariant(pass)}, true, {slo(pass)}) == pass);
  CHECK(composed({invariant(fail)}, false, {slo(invalid)}) == fail);
  CHECK(composed({invariant(pass)}, false, {slo(fail)}) == invalid);
  CHECK(composed({invariant(pass)}, true, {slo(fail), slo(invalid)}) == invalid);
  CHECK(composed({invariant(pass)}, true, {slo(fail), slo(unsure)}) == fail);
  CHECK(composed({invariant(pass)}, true, {slo(pass), slo(unsure)}) == unsure);
  CHECK(composed({invariant(invalid)}, true, {slo(pass)}) == invalid);
}

TEST_CASE("missing evidence is never a pass") {
  CHECK(composed({}, true, {}) == Verdict::invalid);
  CHECK(composed({invariant(Verdict::pass, 0)}, true, {}) == Verdict::inconclusive);
  CHECK(composed({invariant(Verdict::pass)}, true, {}, true) == Verdict::inconclusive);
  CHECK(composed({invariant(Verdict::fail)}, true, {}, true) == Verdict::fail);
  InvariantResult skipped = invariant(Verdict::inconclusive, 0);
  skipped.skipped = "needs the agent's own ledger";
  CHECK(composed({skipped, skipped}, true, {}) == Verdict::invalid);
  CHECK(composed({skipped, invariant(Verdict::pass)}, true, {}) == Verdict::pass);
  CHECK(composed({skipped}, true, {slo(Verdict::pass)}) == Verdict::pass);
  InvariantResult lying = invariant(Verdict::pass);
  lying.violation_count = 1;
  CHECK(composed({lying}, true, {}) == Verdict::fail);
}

TEST_CASE("reasons begin with what decided, and a PASS needs none") {
  const std::vector<InvariantResult> invariants{invariant(Verdict::fail)};
  const std::vector<ValidityResult> validity{{"dropped", false, "3 of 10 were never sent"}};
  const std::vector<SloResult> slos{slo(Verdict::inconclusive), slo(Verdict::fail)};
  const Judgement judgement = compose(invariants, validity, slos, true);
  CHECK(judgement.reasons ==
        std::vector<std::string>{
            "invariant no_empty_response: 3 violations in 10 checks; first at 61s u17.s2.t5: an "
            "empty answer",
            "dropped: 3 of 10 were never sent", "error_rate < 5%: because",
            "error_rate < 5%: because", "the run was interrupted"});
  const std::vector<SloResult> good{slo(Verdict::pass)};
  CHECK(compose({}, {}, good).reasons.empty());
}

TEST_CASE("exit codes") {
  CHECK(exit_code_of(Verdict::pass) == 0);
  CHECK(exit_code_of(Verdict::fail) == 1);
  CHECK(exit_code_of(Verdict::inconclusive) == 2);
  CHECK(exit_code_of(Verdict::invalid) == 4);
  struct Row {
    std::vector<int> codes;
    int worst;
  };
  for (const Row& row : {Row{{0, 0}, 0}, Row{{0, 2}, 2}, Row{{2, 4, 0}, 4}, Row{{4, 1, 2}, 1},
                         Row{{1, 5, 4}, 5}, Row{{0, 130, 1}, 130}, Row{{0, 3}, 3}, Row{{}, 3}})
    CHECK(worst_exit_code(row.codes) == row.worst);
}
