// The reference breaker of one key: the rules of agent-core's CB requirements as a model that hears
// what the real one says and does, and answers with a sentence when that cannot be. It never
// decides by itself: its mode is what was last told. Windows are counted in tenths, calls that
// began before a transition do not count after it, and refusals that a caller earns (4xx) or that
// ask for patience (429) are no failures. One key; one thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "world/units.hpp"

namespace harness {

struct BreakerRules {
  std::uint32_t failures = 5;   // in a row, or in the window while half of the calls fail
  std::uint32_t successes = 2;  // of probes, to close
  world::Nanos open = std::chrono::seconds(60);       // so long for each time that it opens
  world::Nanos open_max = std::chrono::seconds(300);  // without a good window in between
  double jitter = 0.1;  // of that, both ways
  world::Nanos window = std::chrono::seconds(300);
  std::uint32_t calls = 10;  // in the window, before their share of failures says anything
  std::uint32_t ratio_percent = 50;  // that share
  std::uint32_t grace = 5;   // further completions until it must have opened it
  world::Nanos slow = std::chrono::seconds(2);  // calls that take longer are one to open, if so
  std::uint32_t slow_percent = 80;              // many of at least `calls` do
};

enum class BreakerMode : std::uint8_t { closed, open, half_open };

class ReferenceBreaker {
 public:
  explicit ReferenceBreaker(const BreakerRules& rules) : rules_(rules) {}

  // Each returns what is wrong with it, as a sentence about "the breaker"; empty: nothing.
  std::string called(world::Instant at, std::uint64_t request);
  std::string call_ended(world::Instant at, std::uint64_t request, std::string_view outcome,
                         std::int64_t status);
  std::string moved(world::Instant at, std::string_view from, std::string_view to,
                    bool by_hand = false);
  std::string rejected(world::Instant at);
  // The run is over: was something owed?
  std::string finish(world::Instant at);

  bool judged() const { return judged_; }  // the last thing told could have been wrong

 private:
  enum class Result : std::uint8_t { success, failure, neither };
  struct Call {
    world::Instant at{};
    std::uint32_t generation = 0;
  };
  struct Tenth {  // of the window
    std::int64_t number = -1;
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
  };

  static Result result_of(std::string_view outcome, std::int64_t status);
  void note_closed(world::Instant at, bool failed);
  std::string owed(world::Instant at);
  std::string why_not(BreakerMode to, world::Instant at) const;
  std::string why_not_open() const;
  world::Nanos open_for() const;
  void enter(BreakerMode mode, world::Instant at, bool by_hand);

  static constexpr std::size_t kTenths = 10;

  BreakerRules rules_;
  BreakerMode mode_ = BreakerMode::closed;
  world::Instant since_{};  // when it came into this mode
  std::uint32_t generation_ = 0;
  std::uint32_t openings_ = 0;  // since a window was good
  bool by_hand_ = false;        // somebody put it into this mode
  std::map<std::uint64_t, Call> calls_;  // open ones, by request
  std::uint32_t probes_ = 0;             // open ones of this half-open time

  // Of this mode's time.
  std::uint32_t row_ = 0;              // failures in a row
  world::Instant row_since_{};         // the first of them
  std::uint32_t own_failures_ = 0;
  std::uint32_t slow_calls_ = 0;
  std::uint32_t failed_probes_ = 0;
  std::uint32_t good_probes_ = 0;
  std::uint32_t half_bad_for_ = 0;     // completions since the share of failures is too high
  bool nearly_half_bad_ = false;       // one more failure makes it so
  std::array<Tenth, kTenths> tenths_;
  world::Instant owed_since_ = world::kNever;  // it should have moved then
  std::string owed_what_;
  bool judged_ = false;
};

}  // namespace harness
