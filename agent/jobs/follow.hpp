// follow: tells one connection what a job tells, from an event on to the end: as a stream, or as
// one response when there were no events. The job goes on whether anybody follows it or not. One
// clock.
#pragma once

#include "agent/jobs/job.hpp"
#include "agent/jobs/job_store.hpp"
#include "world/http_server.hpp"

namespace agent {

struct Following {
  std::uint64_t from = 0;  // the first event that is wanted
  bool keeps = false;      // others may want the events too
  bool owns = true;        // it is the call that made the job
  bool replayed = false;   // it repeats an earlier call
  bool streams = false;    // a stream is wanted of a job that was not asked for as one
  world::Nanos patience{0};  // with a reader who takes nothing; 0: without end
  bool begun = false;      // the stream has begun
  bool behind = false;     // events that it had not yet were gone: it ended without the end
  bool told = false;       // all of it was sent
};

// Completes when the job has ended and was told, when events that this reader still needs are gone
// (behind), or when the connection has failed. Events that the log has dropped come from the store.
world::Task<void> follow(world::HttpServerConnection& connection, JobStore& store, JobPtr job,
                         Following& how);

// Sends events in small pieces. False when that failed, or when the reader took nothing for so
// long, whose connection is then cut off.
world::Task<bool> tell_events(world::HttpServerConnection& connection, std::string events,
                              world::Nanos patience);

}  // namespace agent
