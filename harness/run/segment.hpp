// `--segment i/n` and `--start-at T`: one run in n processes, each for its own users. In live a
// segment sends only their requests. In sim every segment simulates the whole world, which cannot
// be shared between machines, and records only their operations: the union of all segments is the
// run. Pure but for the environment that is handed in; any thread. Throws runtime_error (exit 3).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "harness/run/run.hpp"
#include "reports/segment.hpp"

namespace harness {

// The value of an environment variable; null when it is not set.
using Lookup = std::function<const char*(const char* name)>;

// `2/3`, or `auto`: what MPI, Slurm or a Kubernetes Indexed Job say in the environment.
reports::Segment parse_segment(const std::string& text, const Lookup& environment);

// Nanoseconds since 1970 of `2026-01-02T03:04:05Z` (RFC 3339), or of seconds since 1970.
std::int64_t parse_start(const std::string& text);

inline constexpr std::int64_t kStartLateMax = 5'000'000'000;   // ns: a later start is refused
inline constexpr std::int64_t kStartAheadMax = 86'400'000'000'000;  // ns: a farther one is a typo

// Whose operations are recorded, and whose requests are sent. Before the run.
void take_segment(Prepared& prepared, reports::Segment segment, Mode mode);

// Passes on only the history's lines of the segment's users.
reports::Sink history_of(reports::Segment segment, reports::Sink history);

}  // namespace harness
