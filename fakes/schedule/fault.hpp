// A fault of a scenario: what it does (the action), where, and under which conditions. Every given
// condition must hold; what is not given always does. Plain data, checked by the loader; constant
// while requests refer to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fakes/faults/table.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct AttemptRange {  // inclusive; the first attempt is 1
  std::uint32_t first = 1;
  std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  friend bool operator==(const AttemptRange&, const AttemptRange&) = default;
};

// Every given field must agree; an empty one always does.
struct FaultMatch {
  std::string model;         // these two: the whole text, or its beginning with a `*` behind it
  std::string endpoint;      // the request's path
  std::string user;          // "u17"
  std::string conversation;  // "u17.s2"
  std::string key;           // the API key
  std::optional<bool> stream;
  std::string text;  // contained in the prompt's last user message

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("model", &FaultMatch::model, "Only requests for this model, or gpt-4*."),
        field("endpoint", &FaultMatch::endpoint, "Only this path, as /v1/responses or /v1/*."),
        field("user", &FaultMatch::user, "Only requests of this user, as u17."),
        field("conversation", &FaultMatch::conversation, "Only this conversation, as u17.s2."),
        field("key", &FaultMatch::key, "Only requests with this API key."),
        field("stream", &FaultMatch::stream, "Only streamed (true) or plain (false) requests."),
        field("text", &FaultMatch::text, "Only if the last user message contains this text."));
  }
  bool empty() const { return *this == FaultMatch{}; }
  friend bool operator==(const FaultMatch&, const FaultMatch&) = default;
};

// How the probability changes over the window, which then has an end.
struct Course {
  enum class Shape : std::uint8_t { constant, ramp, steps };

  Shape shape = Shape::constant;
  std::vector<std::uint32_t> ppm;  // ramp: its two ends; steps: each for an equal part
  world::Instant end{};            // the last value stays: a fault may outlast its course
  friend bool operator==(const Course&, const Course&) = default;
};

constexpr std::int64_t kRhythmMin = 1'000'000;                  // 1 ms
constexpr std::int64_t kRhythmMax = 31LL * 86'400'000'000'000;  // 31 d

// On and off again and again; it begins with the window, on.
struct SquareWave {
  world::Nanos period{};
  world::Nanos on{};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(field("period", &SquareWave::period, "From one beginning to the next.")
                          .required()
                          .between(kRhythmMin, kRhythmMax),
                      field("on", &SquareWave::on, "How long of each period it strikes.")
                          .required()
                          .between(kRhythmMin, kRhythmMax));
  }
  friend bool operator==(const SquareWave&, const SquareWave&) = default;
};

// Up (healthy) and down (striking) for exponentially distributed times with these means.
struct Markov {
  world::Nanos up{};
  world::Nanos down{};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(field("up", &Markov::up, "Mean time for which all is well.")
                          .required()
                          .between(kRhythmMin, kRhythmMax),
                      field("down", &Markov::down, "Mean time for which it strikes.")
                          .required()
                          .between(kRhythmMin, kRhythmMax));
  }
  friend bool operator==(const Markov&, const Markov&) = default;
};

// A part of those who ask, always the same ones.
enum class ShareOf : std::uint8_t { users, sessions, keys };
constexpr std::array<world::Choice<ShareOf>, 3> choices(ShareOf) {
  return {{{"users", ShareOf::users}, {"sessions", ShareOf::sessions}, {"keys", ShareOf::keys}}};
}
struct Share {
  std::uint32_t ppm = 1'000'000;
  ShareOf of = ShareOf::users;
  friend bool operator==(const Share&, const Share&) = default;
};

// Strikes once a backend has more than `above` requests in flight, until `below` are left.
struct LoadThreshold {
  std::int64_t above = 0;
  std::int64_t below = 0;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("above", &LoadThreshold::above, "It begins with more requests in flight than this.")
            .required()
            .between(0, 1'000'000),
        field("below", &LoadThreshold::below, "It ends when only so many are left.")
            .required()
            .between(0, 1'000'000));
  }
  friend bool operator==(const LoadThreshold&, const LoadThreshold&) = default;
};

struct Fault {
  std::string id;
  std::set<std::string, std::less<>> on;  // names of backends; none: all
  world::Instant from{};
  world::Instant to = world::kNever;          // the window is [from, to)
  std::uint32_t probability_ppm = 1'000'000;  // with a constant course
  Course course;
  std::optional<SquareWave> wave;
  std::optional<Markov> markov;
  std::optional<Share> share;
  FaultMatch match;
  AttemptRange attempts;
  std::string fate;  // faults of one fate strike together
  std::optional<LoadThreshold> load;
  std::optional<std::uint64_t> limit;  // strikes at most so often
  FaultAction action;
  std::size_t row = 0;  // in its schedule, which sets it
};

inline bool is_on(const Fault& fault, std::string_view backend) {
  return fault.on.empty() || fault.on.contains(backend);
}

// As scenarios write it: "backends.a, backends.b", or "backends" for all.
std::string targets_text(const Fault& fault);

}  // namespace fakes
