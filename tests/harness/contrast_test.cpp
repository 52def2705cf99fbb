// The table of `shakedown contrast`: verdicts side by side, and below each what not all kept.
#include <catch2/catch.hpp>

#include "harness/run/contrast.hpp"

using harness::Contrast;
using harness::ContrastRun;
using reports::InvariantResult;
using reports::SloResult;
using reports::Verdict;

namespace {

SloResult share(Verdict verdict, std::optional<double> value, std::uint64_t exceedances) {
  SloResult slo;
  slo.expr = "error_rate < 5%";
  slo.unit = "ratio";
  slo.bound = 0.05;
  slo.value = value;
  slo.n = 600;
  slo.exceedances = exceedances;
  slo.verdict = verdict;
  return slo;
}

InvariantResult invariant(Verdict verdict, std::uint64_t checked, std::uint64_t broken,
                          std::string what = "it says |nothing|") {
  InvariantResult result;
  result.name = "honest_errors";
  result.verdict = verdict;
  result.checked = checked;
  result.violation_count = broken;
  if (broken > 0) result.violations.push_back({world::Instant{}, "u1.s0.t0", std::move(what)});
  return result;
}

ContrastRun run(Verdict verdict, SloResult slo, InvariantResult rule) {
  return {verdict, "why", {std::move(slo)}, {std::move(rule)}};
}

const std::vector<std::string> kProfiles = {"legacy", "hardened"};

std::vector<Contrast> down() {
  return {{"down", "Nobody answers.\nThen all is well.",
           {run(Verdict::fail, share(Verdict::fail, 0.583, 350),
                invariant(Verdict::fail, 350, 350)),
            run(Verdict::pass, share(Verdict::pass, 0.0, 0), invariant(Verdict::pass, 2, 0))}}};
}

}  // namespace

TEST_CASE("contrast shows what not all profiles kept, and the first witness", "[contrast]") {
  CHECK(harness::contrast_text(down(), kProfiles) ==
        "                                              legacy           hardened\n"
        "down                                          FAIL             PASS\n"
        "  error_rate < 5%                             58.3% !          0%\n"
        "  honest_errors                               350 broken !     holds\n"
        "    it says |nothing|\n"
        "(! breaks what is asked; ? too little to tell; what all keep is not shown)\n");
  CHECK(harness::contrast_markdown(down(), kProfiles) ==
        "| scenario, and what is asked | `legacy` | `hardened` |\n|---|---|---|\n"
        "| **`down`** Nobody answers. | **FAIL** | **PASS** |\n"
        "| `error_rate < 5%` | **58.3%** | 0% |\n"
        "| `honest_errors`: it says \\|nothing\\| | **350 broken** | holds |\n");
}

TEST_CASE("contrast is silent on what all profiles keep", "[contrast]") {
  std::vector<Contrast> all = down();
  all[0].runs[0] = all[0].runs[1];
  CHECK(harness::contrast_markdown(all, kProfiles) ==
        "| scenario, and what is asked | `legacy` | `hardened` |\n|---|---|---|\n"
        "| **`down`** Nobody answers. | **PASS** | **PASS** |\n");
}

TEST_CASE("contrast says how many broke an objective that has no value to show", "[contrast]") {
  struct Row {
    SloResult slo;
    const char* cell;
  };
  SloResult no_data = share(Verdict::invalid, std::nullopt, 0);
  no_data.n = 0;
  for (const Row& row : {Row{share(Verdict::fail, std::nullopt, 600), "**600 of 600**"},
                         Row{share(Verdict::fail, 0.01, 40), "**40 of 600**"},  // failed, not slow
                         Row{share(Verdict::fail, 0.07, 42), "**7%**"}, Row{no_data, "no data"},
                         Row{share(Verdict::inconclusive, 0.04, 24), "4% ?"}}) {
    std::vector<Contrast> all = down();
    all[0].runs[0].slos = {row.slo};
    CHECK_THAT(harness::contrast_markdown(all, kProfiles),
               Catch::Contains("| `error_rate < 5%` | " + std::string(row.cell) + " | 0% |"));
  }
  std::vector<Contrast> all = down();
  all[0].runs[1].verdict = Verdict::invalid;
  CHECK_THAT(harness::contrast_text(all, kProfiles), Catch::Contains("    hardened: why\n"));
}
