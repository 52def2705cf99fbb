// Many seeds of one simulated scenario, judged together. Runs of different seeds are independent,
// so each seed is one trial of "the scenario held", and the share of bad seeds has an exact bound
// (Clopper-Pearson). Any bad seed is a FAIL: it can be run again. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/run_record.hpp"

namespace harness {

// What is kept of one seed's run.
struct SeedRun {
  std::uint64_t seed = 0;
  reports::Verdict verdict = reports::Verdict::invalid;
  std::string reason;       // the first; may be empty
  std::string stopped_early = {};  // when and why; empty: it was not
  std::string reproduce;    // a command line
  std::string folder;       // of its results, beside seeds.json: "seed-7"
  std::uint64_t requests = 0;
  std::uint64_t digest = 0;
  std::vector<reports::SloResult> slos;
  std::vector<reports::InvariantResult> invariants;
};
SeedRun seed_run_of(const reports::RunRecord& record, std::string folder);

// One objective over all seeds: runs are the units, and each says on which side of the bound it is.
struct PooledObjective {
  std::string expr;
  std::string unit;
  std::uint64_t within = 0;
  std::uint64_t beyond = 0;             // also when its percentile falls among failures
  std::uint64_t no_data = 0;
  std::optional<double> median;         // of the seeds that have a value
  std::optional<double> worst;          // nothing: among failures
  std::uint64_t worst_seed = 0;
};

struct PooledInvariant {
  std::string name;
  std::uint64_t held = 0;
  std::uint64_t broken = 0;
  std::uint64_t unknown = 0;            // checked nothing, or skipped
  std::optional<std::uint64_t> first_broken;  // seed
};

struct SeedsJudgement {
  reports::Verdict verdict = reports::Verdict::invalid;
  std::vector<std::string> reasons;     // sentences, the deciding one first
  std::uint64_t asked = 0;              // seeds; more than there are: interrupted
  std::uint64_t stopped_early = 0;
  std::uint64_t good = 0, bad = 0, inconclusive = 0, invalid = 0;
  std::optional<double> bad_share_upper;  // 95 % one-sided bound; nothing: no seed was decided
  std::string claim;                    // what the seeds say of all seeds
  std::optional<std::size_t> first_bad;   // index
  std::vector<PooledObjective> objectives;
  std::vector<PooledInvariant> invariants;
};

// FAIL with any bad seed, then INVALID with any invalid one, then INCONCLUSIVE, else PASS; INVALID
// without seeds. The runs are in order of their seeds. With fewer of them than were asked for (0:
// as many) the command was interrupted, and that is INCONCLUSIVE at best.
SeedsJudgement judge_seeds(std::span<const SeedRun> runs, std::uint64_t asked = 0);

// The whole as a JSON document (seeds.json), and as a table of at most 80 columns.
struct SeedsReport {
  std::string scenario;
  std::string profile;
  std::vector<SeedRun> runs;
  SeedsJudgement judgement;
};
std::string seeds_json(const SeedsReport& report);
std::string seeds_text(const SeedsReport& report, bool colour, bool quiet);

}  // namespace harness
