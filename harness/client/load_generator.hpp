// LoadGenerator: carries out a plan. Open-loop requests leave at their planned instants whatever
// the target does; closed-loop users wait for their answers and think. Every request ends in
// exactly one operation; what copies of it and later looks at it bring is told beside it. One
// clock.
#pragma once

#include <map>
#include <utility>

#include "harness/client/turn_client.hpp"
#include "harness/run/observer.hpp"
#include "reports/recorder.hpp"
#include "world/scope.hpp"

namespace harness {

struct LoadInput {
  world::Random random;
  const Scenario& scenario;
  const Plan& plan;
  reports::Segment sends = {};  // whose closed loops run; the layout says whose count
};

class LoadGenerator {
 public:
  LoadGenerator(world::Clock& clock, LoadInput options, TurnClient& client,
        reports::Recorder& recorder, Observer& observer);

  // Sends the whole plan and waits for the last phase to end and for every answer, at most until
  // the drain has passed. What is unfinished then, or when this is cancelled, is recorded as in
  // flight.
  world::Task<bool> run();

 private:
  world::Task<void> send_plan();
  world::Task<void> closed_user(ClosedLoop loop, std::uint32_t user);
  world::Task<void> perform(PlannedRequest request, world::Instant planned);
  world::Task<bool> join_all();
  bool is_recorded(const PlannedRequest& request) const;
  reports::Operation begin(const PlannedRequest& request, world::Instant planned) const;
  void record_polls(const reports::Operation& op, const Reply& reply);
  void spawn_copies(const PlannedRequest& request, const reports::Operation& op);
  world::Task<void> send_copy(PlannedRequest request, reports::Operation op,
                              std::uint32_t sending);
  world::Task<void> send_copies(PlannedRequest request, reports::Operation op);
  world::Task<void> look_again(PlannedRequest request, reports::Operation op, std::string id);
  world::Nanos patience(const PlannedRequest& request) const;
  void turn_ended(const PlannedRequest& request);

  world::Clock& clock_;
  world::Random random_;
  const Scenario& scenario_;
  const Plan& plan_;
  reports::Segment sends_;
  TurnClient& client_;
  reports::Recorder& recorder_;
  Observer& observer_;
  // Turns that have ended of each conversation that has an end and has not reached it.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> ended_turns_;
  world::Scope requests_;
  world::Scope sequels_;  // copies of requests, and looks at what has ended
};

}  // namespace harness
