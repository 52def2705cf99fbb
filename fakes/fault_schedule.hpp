// Which fault, if any, strikes a connection or a request. A decision is a keyed draw on (seed,
// fault id, entity, ordinal), never on the order of arrival, so sim and live decide alike. The
// first fault in file order that applies wins. One schedule per run; not thread-safe: fakes that
// run on several threads own a copy each and add up the counts of what fired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fakes/faults/table.hpp"
#include "world/field.hpp"
#include "world/random.hpp"
#include "world/turn_id.hpp"
#include "world/units.hpp"

namespace fakes {

struct AttemptRange {  // inclusive; the first attempt is 1
  std::uint32_t first = 1;
  std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  friend bool operator==(const AttemptRange&, const AttemptRange&) = default;
};

// Every given field must agree; an empty one always does.
struct FaultMatch {
  std::string model;
  std::string user;          // "u17"
  std::string conversation;  // "u17.s2"
  std::optional<bool> stream;
  std::string text;  // contained in the prompt's last user message

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("model", &FaultMatch::model, "Only requests for this model."),
        field("user", &FaultMatch::user, "Only requests of this user, as u17."),
        field("conversation", &FaultMatch::conversation, "Only this conversation, as u17.s2."),
        field("stream", &FaultMatch::stream, "Only streamed (true) or plain (false) requests."),
        field("text", &FaultMatch::text, "Only if the last user message contains this text."));
  }
  bool empty() const { return *this == FaultMatch{}; }
  friend bool operator==(const FaultMatch&, const FaultMatch&) = default;
};

struct Fault {
  std::string id;
  std::string on;  // name of a backend
  world::Instant from{};
  world::Instant to = world::kNever;  // the window is [from, to)
  std::uint32_t probability_ppm = 1'000'000;
  FaultMatch match;
  AttemptRange attempts;
  FaultAction action;
};

// What a fake knows of a request before it answers. The texts must outlive the call only.
struct RequestFacts {
  std::string_view backend;
  std::string_view model;
  std::optional<world::TurnId> turn;  // the last marker in the prompt; none from a foreign client
  bool stream = false;
  std::uint32_t attempt = 1;  // how often this turn has reached this backend, counting this time
  std::string_view last_user_message;
  std::uint64_t ordinal = 0;  // counts the backend's requests; used only when there is no turn id
};

class FaultSchedule {
 public:
  FaultSchedule(std::vector<Fault> faults, world::Random random);

  // The fault that strikes a request, or null; counted as fired. Connection faults are not asked.
  const Fault* decide(world::Instant now, const RequestFacts& request);

  // The same for a connection: asked when one is attempted (sim) or accepted (live), and again when
  // an idle one is reused, with the ordinal of that connection at its backend.
  const Fault* decide_connection(world::Instant now, std::string_view backend,
                                 std::uint64_t connection);

  // Connection faults on a backend, in file order: a fake closes its port and drops established
  // connections when such a window opens, and listens again when it closes.
  std::vector<const Fault*> connection_faults(std::string_view backend) const;

  // Each fault with how often it fired, in file order.
  const std::vector<Fault>& faults() const { return faults_; }
  std::uint64_t fired(std::size_t index) const { return fired_[index]; }
  // For a fault that a fake carries out without asking, as refusing by a closed port.
  void count_fired(const Fault& fault);
  // For a fault that was chosen and then found nothing to strike.
  void take_back(const Fault& fault);

 private:
  bool draws(const Fault& fault, std::uint64_t entity, std::uint64_t ordinal) const;

  std::vector<Fault> faults_;
  std::vector<std::uint64_t> fired_;
  world::Random random_;
};

}  // namespace fakes
