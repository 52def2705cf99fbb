// Is a simulated run a pure function of its scenario and seed? It is run again in this process and
// in a fresh one (another address space layout, another environment), and every event is compared
// through the digests' checkpoints; then every file but those that tell of the environment, byte by
// byte; then the result of two segments, merged. The first difference is named: an event, or a file
// and its line.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/run/run.hpp"

namespace harness {

struct DeterminismInput {
  const Prepared& prepared;
  const RunOptions& options;
  const RunResult& first;
  // With the first run's files, when they were written; the fresh process's are made in it and
  // removed at the end.
  std::string folder;
};

struct Divergence {
  bool found = false;
  std::string text;  // one sentence: what was compared, or where the first difference is
};

Divergence check_determinism(const DeterminismInput& input);

// What one execution of a run says of itself.
struct Trail {
  std::vector<std::uint64_t> checkpoints;  // digest after every kCheckpointEvery-th event
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  std::string result;  // result.json
};

// One event, as a line: number, scenario time, mark, digest.
using EventLines = std::vector<std::string>;

// An execution that can be asked again for the events [from, to] of the same run.
struct Execution {
  std::string name;  // "a second run", "a fresh process"
  Trail trail;
  std::function<EventLines(std::uint64_t from, std::uint64_t to)> events;
};

// The first difference between two executions, as a sentence; empty when there is none.
std::string first_difference(const Execution& one, const Execution& other);

}  // namespace harness
