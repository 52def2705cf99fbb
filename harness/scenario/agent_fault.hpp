// Faults that strike the agent itself: its process is killed, asked to end, or frozen, and
// comes back; or its wall clock is set. One struct (its members are the YAML keys of the action),
// one alternative and one row of kAgentFaultKinds each. They strike at instants, not requests, so
// they have no conditions. Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "harness/scenario/errors.hpp"
#include "harness/scenario/target.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

constexpr std::int64_t kAgentPauseMax = 3'600'000'000'000;  // 1 h
constexpr std::int64_t kAgentEveryMin = 1'000'000'000;      // 1 s
constexpr std::size_t kAgentStrikesMax = 100'000;           // of one fault

struct KillAgent {  // kill: SIGKILL; in sim everything but its durable state is gone at once
  world::Nanos restart_after = std::chrono::seconds(2);
  world::Nanos every{0};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("restart_after", &KillAgent::restart_after, "How long it is gone.")
            .between(0, kAgentPauseMax),
        field("every", &KillAgent::every, "Again and again while the window lasts; 0s: once.")
            .between(0, kAgentPauseMax));
  }
};

struct TermAgent {  // term: SIGTERM; it may finish what it has begun
  world::Nanos restart_after = std::chrono::seconds(2);
  world::Nanos every{0};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("restart_after", &TermAgent::restart_after, "How long it is gone, once it has ended.")
            .between(0, kAgentPauseMax),
        field("every", &TermAgent::every, "Again and again while the window lasts; 0s: once.")
            .between(0, kAgentPauseMax));
  }
};

struct FreezeAgent {  // freeze: SIGSTOP and, later, SIGCONT
  world::Nanos lasts = std::chrono::seconds(5);
  world::Nanos every{0};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("for", &FreezeAgent::lasts, "How long it stands still.")
            .between(1'000'000, kAgentPauseMax),
        field("every", &FreezeAgent::every, "Again and again while the window lasts; 0s: once.")
            .between(0, kAgentPauseMax));
  }
};

// clock: the wall clock is set, and time goes on as before. One of the three.
struct ClockAgent {
  world::Nanos forward{0};
  world::Nanos back{0};
  world::Nanos time_of_day{kUnset};
  world::Nanos every{0};

  static constexpr std::int64_t kUnset = -1;
  static constexpr std::int64_t kStepMax = 366 * 86'400'000'000'000;  // a year
  static constexpr std::int64_t kDay = 86'400'000'000'000;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("forward", &ClockAgent::forward, "How far it is set forward.").between(0, kStepMax),
        field("back", &ClockAgent::back, "How far it is set back.").between(0, kStepMax),
        field("time_of_day", &ClockAgent::time_of_day,
              "It is set forward to this time after midnight UTC; 24h: to midnight.")
            .between(0, kDay),
        field("every", &ClockAgent::every, "Again and again while the window lasts; 0s: once.")
            .between(0, kAgentPauseMax));
  }

  // By how much a clock is set that shows `wall` (nanoseconds since 1970 UTC).
  world::Nanos step_from(std::int64_t wall) const;
};

using AgentAction = std::variant<KillAgent, TermAgent, FreezeAgent, ClockAgent>;

struct AgentFaultKind {
  std::string_view name;     // the YAML key
  std::string_view doc;      // one sentence
  std::string_view example;  // as it stands in a scenario
  bool in_sim;               // can strike in virtual time
};
extern const std::array<AgentFaultKind, std::variant_size_v<AgentAction>> kAgentFaultKinds;
const AgentFaultKind& kind_of(const AgentAction& action);

struct AgentFault {
  std::string id;
  world::Instant from{};  // the first strike
  world::Instant to{};    // no strike from then on, but for the first
  AgentAction action;
  Place place = {};  // where it is written
};

// Why it cannot strike this target, as the rest of a sentence; empty: it can.
std::string problem_of(const AgentFault& fault, const Target& target);

// When it strikes, in order: at `from` and, with `every`, until the window or the plan ends.
std::vector<world::Instant> strikes_of(const AgentFault& fault, world::Instant plan_end);

// How long one strike lasts at least.
world::Nanos lasts(const AgentAction& action);

// The agent is as it was, as far as the plan can say.
world::Instant healed_at(const AgentFault& fault, world::Instant plan_end);

// What has happened to the agent's process, told to the oracles as it happens.
struct AgentLife {
  enum class Event : std::uint8_t {
    killed, told_to_end, ended, started, frozen, thawed, clock_set
  };
  world::Instant at{};
  Event event = Event::killed;
  std::string fault;      // id of the one that did it
  std::int64_t wall = 0;  // of clock_set: what its clock shows now, nanoseconds since 1970 UTC
};
std::string_view name_of(AgentLife::Event event);

}  // namespace harness
