// Configuration of what load does to a fake backend: the provider's rate limits, the server that
// batches sequences, and the start from cold. The members are the YAML keys under
// `backends.<name>.limits`, `.scheduler` and `.cold_start`; all are off unless given. Plain data;
// any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

// What a request costs of the tokens per minute. Both take prompt + max_tokens when it comes.
enum class Charge {
  actual,    // and give back what the answer did not use
  up_front,  // and keep it, as Cerebras does
};
constexpr std::array<world::Choice<Charge>, 2> choices(Charge) {
  return {{{"actual", Charge::actual}, {"up_front", Charge::up_front}}};
}

// Whom a limit counts: everyone with the same API key, or all keys of the group together.
enum class Per { key, group };
constexpr std::array<world::Choice<Per>, 2> choices(Per) {
  return {{{"key", Per::key}, {"group", Per::group}}};
}

struct Limits {
  std::int64_t requests_per_minute = 0;  // 0 in each: no such limit
  std::int64_t tokens_per_minute = 0;
  std::int64_t requests_per_day = 0;
  std::int64_t concurrent = 0;
  Per per = Per::key;
  std::string group;  // backends with the same name share what is used; empty: its own
  Charge charge = Charge::actual;

  bool any() const {
    return requests_per_minute > 0 || tokens_per_minute > 0 || requests_per_day > 0 ||
           concurrent > 0;
  }

  static constexpr std::int64_t kMax = 1'000'000'000;
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("requests_per_minute", &Limits::requests_per_minute,
              "Requests in a minute; 0 is no limit.")
            .in(Unit::count)
            .between(0, kMax),
        field("tokens_per_minute", &Limits::tokens_per_minute,
              "Tokens of prompts and answers in a minute; 0 is no limit.")
            .in(Unit::count)
            .between(0, kMax),
        field("requests_per_day", &Limits::requests_per_day,
              "Requests in a day; 0 is no limit.")
            .in(Unit::count)
            .between(0, kMax),
        field("concurrent", &Limits::concurrent, "Requests at once; 0 is no limit.")
            .in(Unit::count)
            .between(0, kMax),
        field("per", &Limits::per, "Whom the limits count: each API key, or the whole group."),
        field("group", &Limits::group,
              "Quota group: backends of one group share what is used, and have the same limits."),
        field("charge", &Limits::charge,
              "Whether tokens that were asked for and not used are given back."));
  }
  friend bool operator==(const Limits&, const Limits&) = default;
};

// A server that answers up to `slots` requests side by side, in steps that give each of them one
// token. A step takes longer as more than `knee` take part; more requests wait in line.
struct Scheduler {
  std::int64_t slots = 0;  // 0: no scheduler, every request has the server to itself
  std::int64_t knee = 0;   // 0: as many as slots
  std::int64_t slope = 1'000'000;
  std::int64_t queue_max = 1'000;
  world::Nanos wait_max{0};  // 0: no limit
  bool notices_gone = true;

  bool on() const { return slots > 0; }

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("slots", &Scheduler::slots, "Requests answered side by side; 0 is no scheduler.")
            .between(0, 1'000'000),
        field("knee", &Scheduler::knee,
              "Requests that still go at full pace; 0 is as many as there are slots.")
            .between(0, 1'000'000),
        field("slope", &Scheduler::slope,
              "How much longer a step takes with twice the knee: 1 takes twice as long, and "
              "throughput no longer grows; above 1 it falls.")
            .in(Unit::micro)
            .between(0, 1'000'000'000),
        field("queue_max", &Scheduler::queue_max,
              "Requests that may wait for a slot; more get the provider's overload status.")
            .between(0, 1'000'000),
        field("wait_max", &Scheduler::wait_max,
              "Requests that would wait longer than this are refused at once; 0s is no limit.")
            .between(0, std::int64_t{86'400} * 1'000'000'000),
        field("notices_gone", &Scheduler::notices_gone,
              "A waiting request whose client leaves is dropped; false: it is served for nobody."));
  }
  friend bool operator==(const Scheduler&, const Scheduler&) = default;
};

// A model that is unloaded when nobody asks.
struct ColdStart {
  world::Nanos after = std::chrono::minutes(5);
  world::Nanos extra{0};  // 0: always warm

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after", &ColdStart::after, "Time without requests after which the model is cold.")
            .between(0, std::int64_t{366} * 86'400 * 1'000'000'000),
        field("extra", &ColdStart::extra,
              "Time to load it: what requests wait in addition until then; 0s is always warm.")
            .between(0, std::int64_t{86'400} * 1'000'000'000));
  }
  friend bool operator==(const ColdStart&, const ColdStart&) = default;
};

}  // namespace fakes
