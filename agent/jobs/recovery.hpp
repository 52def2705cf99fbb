// What becomes of a job that another life of the process has left behind: it is run again only if
// nothing of it may have happened outside. Pure; any thread.
#pragma once

#include "agent/jobs/job_store.hpp"

namespace agent {

// How long it is known of an expired job that it was there.
inline constexpr world::Nanos kTombstonesFor = std::chrono::hours(7 * 24);

enum class Fate : std::uint8_t { run, run_again, cancelled, failed };

// Of a job in a state that is not terminal.
constexpr Fate fate_of(JobState state, bool cancel_requested, bool began_effects,
                       std::int64_t attempt, std::int64_t attempts_max) {
  if (cancel_requested) return Fate::cancelled;
  if (state == JobState::queued) return Fate::run;
  return !began_effects && attempt < attempts_max ? Fate::run_again : Fate::failed;
}

// The row after it has met its fate. Its events are the store's to drop.
inline Fate recover(JobRow& row, const std::string& boot, std::int64_t attempts_max,
                    std::int64_t at, JobStore::Interrupted interrupted) {
  const Fate fate = fate_of(row.state, row.cancel_requested, row.began_effects, row.attempt,
                            attempts_max);
  row.boot = boot;
  row.heartbeat_at = at;
  if (fate == Fate::run || fate == Fate::run_again) {
    row.state = JobState::queued;
    if (fate == Fate::run_again) ++row.attempt;
    return fate;
  }
  row.state = fate == Fate::cancelled ? JobState::cancelled : JobState::failed;
  row.ended_at = at;
  row.result = interrupted(row);
  return fate;
}

}  // namespace agent
