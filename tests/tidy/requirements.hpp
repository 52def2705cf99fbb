// The requirements of the bundled core, and what proves each: read off the tags of tests, scenarios
// and benchmarks, and written to docs/requirements.md, which nobody edits. Pure functions over the
// text of files; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules.hpp"

namespace tidy {

struct Requirement {
  int number = 0;
  std::string tag;    // M: a seed says it, D: derived, M*: a wish
  std::string area;
  std::string title;
  std::string left;   // what is not there yet, in words; empty: nothing

  bool is_later() const { return left == "later issue"; }  // nothing must prove it yet
};

// Lines of docs/requirements.tsv: number, tag, area, title and, if anything is left, what.
std::vector<Requirement> read_requirements(const std::string& tsv);

enum class ProofKind { test, scenario, benchmark };

// One thing that proves a requirement, by its tag.
struct Proof {
  ProofKind kind = ProofKind::test;
  std::string file;  // from the root of the repository
  std::string name;  // of the test, the scenario or the benchmark
  std::vector<int> requirements;
};

// A test carries [REQ-007] in its tags, a scenario REQ-007 in `tags`, a benchmark the comment
// "// REQ-007" on the line before it or before its function. Other sources have none.
std::vector<Proof> proofs_in(const Source& source);

using Proofs = std::map<int, std::vector<Proof>>;
Proofs proofs_by_requirement(const std::vector<Source>& sources);

// Requirements without a proof, and proofs of requirements that are not in the list.
Findings gaps_of(const std::vector<Requirement>& requirements, const Proofs& proofs);

// The page, Markdown.
std::string requirements_page(const std::vector<Requirement>& requirements, const Proofs& proofs);

}  // namespace tidy
