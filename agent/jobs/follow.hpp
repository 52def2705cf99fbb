// follow: tells one connection what a job tells, from an event on to the end: as a stream, or as
// one response when there were no events. The job goes on whether anybody follows it or not. One
// clock.
#pragma once

#include "agent/jobs/job.hpp"
#include "world/http_server.hpp"

namespace agent {

struct Following {
  std::uint64_t from = 0;  // the first event that is wanted
  bool keeps = false;      // others may want the events too
  bool owns = true;        // it is the call that made the job
  bool replayed = false;   // it repeats an earlier call
  bool told = false;       // all of it was sent
};

// Completes when the job has ended and was told, or the connection has failed.
world::Task<void> follow(world::HttpServerConnection& connection, JobPtr job, Following& how);

}  // namespace agent
