// Contrast: one scenario run with several profiles of the core, and a table of what each was asked
// and answered, side by side. Shown is the verdict of each scenario and, below it, every objective
// and invariant that not all profiles keep, so that the table says why. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/run_record.hpp"

namespace harness {

// What is kept of one run.
struct ContrastRun {
  reports::Verdict verdict = reports::Verdict::invalid;
  std::string reason;  // the deciding one
  std::vector<reports::SloResult> slos;
  std::vector<reports::InvariantResult> invariants;
};
ContrastRun contrast_run(const reports::RunRecord& record);

struct Contrast {
  std::string scenario;
  std::string about;
  std::vector<ContrastRun> runs;  // one per profile, all with the same objectives and invariants
};

// 80 columns of a terminal; or a table for GitHub.
std::string contrast_text(std::span<const Contrast> all, std::span<const std::string> profiles);
std::string contrast_markdown(std::span<const Contrast> all,
                              std::span<const std::string> profiles);

}  // namespace harness
