// Lanes: what a run did over time beside its latencies, for reports: how requests ended in each
// interval, what the providers were asked, the states of breakers and of the agent, queues and
// memory, and the first events. Nothing of it is judged. Bounded: Timeline's intervals, kNamesMax
// names of a kind, kChangesMax changes of a state, kEventsMax events; what is beyond is counted.
// One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/events_jsonl.hpp"
#include "reports/operation.hpp"
#include "reports/segment.hpp"
#include "reports/timeline.hpp"

namespace reports {

using PerInterval = std::vector<std::uint32_t>;  // up to the last interval that has something

struct ProviderLane {  // calls by the interval in which they ended
  std::string name;
  PerInterval ok, failed;
};

struct StateLane {
  std::string lane, name;  // "breaker", "primary"
  std::vector<std::pair<Instant, std::string>> changes;
};

struct GaugeLane {
  std::string lane, name;            // "queue", "waiting"
  std::vector<std::int64_t> values;  // the most in each interval; negative: not known yet
  std::int64_t last = -1;
};

class Lanes {
 public:
  static constexpr std::size_t kNamesMax = 64;
  static constexpr std::size_t kChangesMax = 2'000;
  static constexpr std::size_t kEventsMax = 300;
  static constexpr std::size_t kEventsOfKindMax = 60;  // so that one kind does not hide the others

  // Requests of other segments are passed over.
  explicit Lanes(Nanos duration, Segment segment = {});

  void sent(const Operation& op);
  void ended(const Operation& op);
  void called(std::string_view provider, Instant ended, bool ok);
  // `before`: what it was from the start, if this is the first change.
  void state(std::string_view lane, std::string_view name, Instant at, std::string_view before,
             std::string_view state);
  // Holds until it is told anew.
  void gauge(std::string_view lane, std::string_view name, Instant at, std::int64_t value);
  void event(const Event& event);

  // Of another segment of the same run. What was seen of one simulated world is the same in all,
  // and stays as it is; live, each saw its own part.
  void add(const Lanes& other, bool same_world);

  Nanos interval() const { return interval_; }
  const PerInterval& ended_as(Outcome outcome) const {
    return ended_[static_cast<std::size_t>(outcome)];
  }
  const PerInterval& failed_by(Failure failure) const {
    return failed_[static_cast<std::size_t>(failure)];
  }
  const PerInterval& opened() const { return opened_; }
  const PerInterval& closed() const { return closed_; }
  const std::vector<ProviderLane>& providers() const { return providers_; }
  const std::vector<StateLane>& states() const { return states_; }
  const std::vector<GaugeLane>& gauges() const { return gauges_; }
  const std::vector<Event>& events() const { return events_; }
  std::uint64_t left_out() const { return left_out_; }  // events and changes

 private:
  friend struct LanesJson;  // writes them down, and reads them back

  std::size_t index(Instant t) const { return interval_index(t, interval_); }
  ProviderLane* provider(std::string_view name);
  StateLane* state_lane(std::string_view lane, std::string_view name);
  GaugeLane* gauge_lane(std::string_view lane, std::string_view name);

  Nanos interval_;
  Segment segment_;
  std::array<PerInterval, kOutcomes> ended_;
  std::array<PerInterval, kFailures> failed_;
  PerInterval opened_, closed_;
  std::vector<ProviderLane> providers_;
  std::vector<StateLane> states_;
  std::vector<GaugeLane> gauges_;
  std::vector<Event> events_;
  std::map<std::string, std::size_t, std::less<>> events_of_kind_;
  std::uint64_t left_out_ = 0;
};

}  // namespace reports
