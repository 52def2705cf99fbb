// One class of load: who asks, when, what, and how turns group into conversations. The members are
// the YAML keys under `load.<name>`. Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
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

// The API by which a class asks: chat completions, or responses.
enum class Api { chat, responses };

constexpr std::array<world::Choice<Api>, 2> choices(Api) {
  return {{{"chat", Api::chat}, {"responses", Api::responses}}};
}

// What is sent as `service_tier`.
enum class Tier { priority, standard, flex };

constexpr std::array<world::Choice<Tier>, 3> choices(Tier) {
  return {{{"priority", Tier::priority}, {"default", Tier::standard}, {"flex", Tier::flex}}};
}

// Users who cancel what was made for them in the background: `{after: exp(20s), share: 40%}`.
struct Cancels {
  world::Distribution after;       // ns, from the planned instant of the turn
  std::int64_t share = 1'000'000;  // of the turns, in parts per million

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("after", &Cancels::after,
              "When the user cancels, from the planned instant of the turn.")
            .in(Unit::duration)
            .required(),
        field("share", &Cancels::share, "Share of the turns that are cancelled.")
            .in(Unit::ppm)
            .between(0, 1'000'000));
  }
};

// Users whose connection breaks while they follow a stream, and who come back for the rest.
struct Reconnects {
  world::Distribution after;       // ns, from the beginning of each connection
  std::int64_t share = 1'000'000;  // of the turns, in parts per million

  static constexpr int kTimesMax = 100;  // of one turn; then its stream is followed to the end
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("after", &Reconnects::after,
              "How long each connection is kept before it is dropped and the stream resumed.")
            .in(Unit::duration)
            .required(),
        field("share", &Reconnects::share, "Share of the turns whose connections are dropped.")
            .in(Unit::ppm)
            .between(0, 1'000'000));
  }
};

// Requests with an Idempotency-Key that are sent more than once: half of the turns send all copies
// at once, the others each when the one before has been answered.
struct Idempotency {
  std::int64_t duplicates = 1;
  std::int64_t share = 1'000'000;  // of the turns, in parts per million
  world::Nanos timeout{0};         // then the request is dropped and sent again; 0: never

  static constexpr std::int64_t kDuplicatesMax = 16;
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("duplicates", &Idempotency::duplicates,
              "How many copies of a request are sent, with the same body and Idempotency-Key.")
            .between(0, kDuplicatesMax),
        field("share", &Idempotency::share, "Share of the turns that have a key and copies.")
            .in(Unit::ppm)
            .between(0, 1'000'000),
        field("timeout", &Idempotency::timeout,
              "A request without an answer for so long is dropped and sent again; 0s: never.")
            .between(0, 86'400'000'000'000));
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
  Api api = Api::chat;
  std::optional<Tier> tier;
  bool background = false;                     // as a job that is asked about until it has ended
  world::Nanos poll = std::chrono::seconds(5);  // between two questions
  std::optional<Cancels> cancels;
  std::optional<Reconnects> reconnects;
  std::optional<Idempotency> idempotency;
  bool degraded = true;                        // answers that stand in for one will do
  world::Nanos deadline{0};                    // sent as X-Request-Timeout-Ms; 0: not
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
        field("api", &LoadClass::api, "The API by which it asks: chat completions or responses."),
        field("tier", &LoadClass::tier, "Sent as service_tier; not sent if absent."),
        field("background", &LoadClass::background,
              "Ask for answers that are made in the background (api: responses)."),
        field("poll", &LoadClass::poll,
              "How often the status of a background answer is asked for, unless it is streamed.")
            .between(1'000'000, 3'600'000'000'000),
        field("cancels", &LoadClass::cancels,
              "Users who cancel their background answer: {after: exp(20s), share: 40%}."),
        field("reconnects", &LoadClass::reconnects,
              "Users whose stream breaks, and who resume it: {after: exp(20s), share: 30%}."),
        field("idempotency", &LoadClass::idempotency,
              "Requests with an Idempotency-Key that come again: {duplicates: 3, share: 20%}."),
        field("degraded", &LoadClass::degraded,
              "Whether a degraded answer will do; false is sent as agentcore.allow_degraded."),
        field("deadline", &LoadClass::deadline,
              "What the user tells the target to take at most (X-Request-Timeout-Ms); 0s: nothing.")
            .between(0, 86'400'000'000'000),
        field("in", &LoadClass::phase, "Phase to which this class is limited."));
  }
};

}  // namespace harness
