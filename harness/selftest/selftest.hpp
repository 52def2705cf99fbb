// The selftest: runs the sound core and every planted defect in sim, and says for each oracle
// whether it fired where it must and was silent where it must. Pure but for reading the scenario
// files. Throws ScenarioErrors when one of them is missing or wrong. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/selftest/table.hpp"
#include "reports/run_record.hpp"

namespace harness {

// What one oracle did in one run, held against what it should have done.
enum class Cell : std::uint8_t {
  absent,      // it had nothing to check there
  silent,      // it checked and found nothing, as it should
  caught,      // it fired, as it must
  tolerated,   // it fired, and may: the same bug breaks its rule too
  missed,      // it must fire and did not
  surprise,    // it fired and must not
};

struct SelftestRun {
  std::string profile;
  std::string scenario;
  std::vector<Cell> cells;           // by oracle_kinds()
  std::vector<std::string> notes;    // one sentence for each surprise and each miss
  std::vector<std::string> witness;  // of what was caught, one for each oracle
  std::uint64_t requests = 0;
};

struct GateRun {
  std::string gate;
  std::string scenario;
  bool held = false;
  std::string told;  // the verdict and its first reason
};

struct Selftest {
  std::vector<SelftestRun> runs;  // the sound core on each scenario first, then the defects
  std::vector<GateRun> gates;
  std::vector<std::string> problems;  // empty: the suite can fail, and only where it should
};

struct SelftestOptions {
  std::string folder;   // of the scenario files
  std::string profile;  // only this one; empty: all
  int seeds = 1;        // with so many seeds the sound core must be silent; defects have one
  std::function<void(const std::string& what)> progress;  // told before each run
  std::function<bool()> interrupted;
};

Selftest run_selftest(const SelftestOptions& options);

}  // namespace harness
