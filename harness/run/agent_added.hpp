// AgentAdded: what the agent adds to the fakes' own time. For each request that was answered well
// and for which a fake was asked: its service time less the time in which at least one fake was
// busy with it (attempts that overlap count once, and only between sending and end). Told to the
// recorder once the fakes' part is known. Memory: the open requests, and those that ended less than
// `kLateFor` ago, for which a prompt may still be told. One thread.
#pragma once

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "fakes/journal.hpp"
#include "reports/recorder.hpp"
#include "world/turn_id.hpp"

namespace harness {

class AgentAdded {
 public:
  static constexpr world::Nanos kLateFor = std::chrono::seconds(2);  // scenario time
  static constexpr std::size_t kOpenMax = 200'000;  // requests; beyond it the oldest are settled
  static constexpr std::size_t kSpansMax = 64;      // of one request; later ones extend the last

  explicit AgentAdded(reports::Recorder* recorder) : recorder_(recorder) {}

  void sent(const reports::Operation& op);
  void ended(const reports::Operation& op);
  void prompt(const fakes::PromptRecord& prompt);

  // Time has come to `now`: settles who ended long enough ago. In order of time.
  void reached(world::Instant now);

  // Settles all.
  void finish();

 private:
  using Span = std::pair<world::Instant, world::Instant>;
  struct Open {
    reports::Operation op;   // as it ended; as it was sent until then
    bool has_ended = false;
    bool asked = false;      // a fake has seen it
    std::vector<Span> busy;  // in order, apart from one another
  };
  struct Ended {
    world::Instant at;
    world::TurnId turn;
    std::uint64_t op;
  };

  static void add_span(std::vector<Span>& busy, Span span);
  static world::Nanos added_by(const Open& open);
  void settle_first();

  reports::Recorder* recorder_;
  std::map<world::TurnId, Open> open_;
  std::deque<Ended> ended_;  // in order of their ends
};

}  // namespace harness
