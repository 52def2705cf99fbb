// One class of load: who asks, when, what, and how turns group into conversations. The members are
// the YAML keys under `load.<name>`. Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "harness/plan/arrivals/table.hpp"
#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

// How the user of an arrival is chosen: uniformly by a keyed draw, in turn, or with Zipf's law.
enum class UserChoice { uniform, round_robin, zipf };

constexpr std::array<world::Choice<UserChoice>, 3> choices(UserChoice) {
  return {{{"uniform", UserChoice::uniform},
           {"round_robin", UserChoice::round_robin},
           {"zipf", UserChoice::zipf}}};
}

struct Users {  // `20`, `round_robin(20)`, `zipf(users=100, s=1.1)`
  std::int64_t count = 1;
  UserChoice choice = UserChoice::uniform;
  std::int64_t s_micro = 1'000'000;  // Zipf: user k has weight k^-s
  friend bool operator==(const Users&, const Users&) = default;
};
constexpr std::int64_t kUsersMax = 1'000'000;  // of one class

// Turns per conversation: 1 is a new conversation for each request, 0 is one for each user.
struct Sessions {  // `one per request`, `one per user`, `{turns_per_session: 4}`
  std::int64_t turns_per_session = 0;
  friend bool operator==(const Sessions&, const Sessions&) = default;
};

// Users who leave before their answer: `{after: 10s, share: 30%}`.
struct GivesUp {
  world::Distribution after;       // ns, from the planned instant of the turn
  std::int64_t share = 1'000'000;  // of the turns, in parts per million

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("after", &GivesUp::after,
              "How long the user waits for the end of the answer before disconnecting.")
            .in(Unit::duration)
            .required(),
        field("share", &GivesUp::share, "Share of the turns in which the user is so impatient.")
            .in(Unit::ppm)
            .between(0, 1'000'000));
  }
};

struct LoadClass {
  std::string name;
  Arrivals arrivals;
  Users users;
  Sessions sessions;
  std::string ask = "Hello.";
  std::string bodies;          // file of a corpus, beside the scenario's; empty: good requests
  std::int64_t parallel = 1;   // requests per arrival, same user and instant
  std::optional<bool> stream;  // none: as client.stream
  std::optional<world::Distribution> prompt_tokens;
  std::optional<world::Distribution> output_tokens;
  std::optional<GivesUp> gives_up;
  std::string phase;      // of `in`; empty: the whole run
  world::Instant from{};  // the window, from the phase
  world::Instant to{};

  static constexpr std::int64_t kParallelMax = 10'000;
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("arrivals", &LoadClass::arrivals, "When requests come.").required(),
        field("users", &LoadClass::users,
              "How many users, and who asks next: 20, round_robin(20), zipf(users=100, s=1.1)."),
        field("sessions", &LoadClass::sessions,
              "How turns group into conversations: one per user, one per request, or "
              "{turns_per_session: 4}."),
        field("ask", &LoadClass::ask, "What the user says, after the marker of the turn."),
        field("bodies", &LoadClass::bodies,
              "File of bad bodies, beside this one (JSON lines), sent one after the other instead; "
              "to be refused with a 4xx is their success."),
        field("parallel", &LoadClass::parallel,
              "Requests per arrival: same user, same instant. In one conversation too, on purpose.")
            .between(1, kParallelMax),
        field("stream", &LoadClass::stream,
              "Ask for streamed answers; as client.stream if absent."),
        field("prompt_tokens", &LoadClass::prompt_tokens, "Length of the message, padded to it.")
            .in(Unit::count),
        field("output_tokens", &LoadClass::output_tokens,
              "Length of the answer (max_tokens); the backend decides if not given.")
            .in(Unit::count),
        field("gives_up", &LoadClass::gives_up,
              "Users who disconnect before their answer has ended: {after: exp(10s), share: 30%}."),
        field("in", &LoadClass::phase, "Phase to which this class is limited."));
  }
};

}  // namespace harness
