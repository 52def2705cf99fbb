// The trail of a simulated run as a file: how a fresh process tells its events to the one that
// checks determinism. One line each: `events N`, `digest H`, `checkpoint H`, `event ...`.
#pragma once

#include <string>

#include "harness/run/determinism.hpp"

namespace harness {

// A trace that collects the events [from, to] as lines.
world::SimClock::Trace trace_into(EventLines& lines, std::uint64_t from, std::uint64_t to);

void write_trail(const std::string& file, const RunResult& result, const EventLines& lines);

// Throws std::runtime_error when the file is missing or broken. `lines` may be null.
Trail read_trail(const std::string& file, EventLines* lines);

}  // namespace harness
