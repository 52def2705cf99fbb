// Job: one request on its way, and what came of it. It runs in a scope of its own; the call that
// made it only follows its log, and so may others. Whatever a stage of the pipeline has to tell the
// next, or the user, stands here. Shared by who runs it and who follows it; one clock.
#pragma once

#include <memory>
#include <optional>

#include "agent/api/answer_writer.hpp"
#include "agent/api/request.hpp"
#include "agent/jobs/event_log.hpp"
#include "agent/jobs/job_state.hpp"
#include "agent/limits/admission.hpp"
#include "agent/providers/provider_client.hpp"
#include "agent/providers/recovery.hpp"
#include "world/scope.hpp"

namespace agent {

struct Job {
  Job(world::Clock& clock, EventLog::Bounds bounds)
      : received(clock.now()), log(clock, bounds), own(clock), turned(clock) {}

  // Its work is done, but for cleaning up: this is how it ended.
  void end(JobState with) {
    outcome = with;
    log.begin_end();
    turned.notify_all();
  }

  std::string id;          // unguessable; what its owner finds it by
  std::string request_id;  // x-request-id: of the ledgers
  std::string owner;       // who may see it
  Request request;
  const world::Instant received;
  world::Instant deadline = world::kNever;
  std::int64_t attempt = 1;  // of running it
  bool stored = false;       // the store knows it
  bool unsettled = false;    // it has ended, and the store does not know that yet
  bool turned_away = false;  // it has ended before it was begun: the store is to forget it
  bool recovered = false;    // another life of the process has made it
  bool follows = false;      // it goes on from a history
  bool patient = false;      // in the background from its start: it waits for a recovery

  // What is known of it so far.
  JobState state = JobState::queued;
  world::Nanos queued{0};                // how long it waited
  world::Nanos asked{0};                 // at providers
  world::Nanos tools{0};                 // at tools
  bool legacy_headers = false;           // the older headers of limits, too
  bool fallback = false;                 // not the first provider has answered
  const Provider* provider = nullptr;    // the last one that was asked
  int attempts = 0;
  std::vector<std::string> tried;        // a JSON object for each call of a provider
  std::shared_ptr<Admission::Pass> pass;  // what it takes of the limits; null: there are none
  std::unique_ptr<Recovery::Ticket> ticket;  // of a recovery that it has waited for
  std::string degraded;                  // where a degraded answer came from; empty: it is none
  world::Nanos age{0};                   // of the same
  std::int64_t tokens = -1;              // of all answers of models; negative: unknown
  std::int64_t prompt_tokens = -1;
  std::optional<Problem> problem;        // why it failed
  bool effects = false;                  // a step with an effect outside has begun

  // What is told.
  EventLog log;
  std::unique_ptr<AnswerWriter> writer;
  std::vector<std::string> last;                 // the last events, not yet in the log
  std::optional<world::HttpResponse> response;   // of one who asked for no stream
  bool cut = false;   // the stream breaks off without an end, as legacy's do

  bool left = false;              // the user has left, and nobody stopped for it: a defect
  bool cancel_requested = false;
  bool closed = false;            // the ledger knows how it ended
  world::Scope own;               // what runs it
  std::uint64_t kept_upto = 0;      // the store has the events before this one
  bool accepted = false;            // it has a slot, or a place in a line
  std::optional<JobState> outcome;  // which the store and the followers hear of next
  bool run_ended = false;
  world::Signal turned;             // one of the three above has changed
};
using JobPtr = std::shared_ptr<Job>;

// Headers that say who answered, after how many attempts, and where the time went.
void add_facts(const Job& job, world::HttpHeaders& headers);

}  // namespace agent
