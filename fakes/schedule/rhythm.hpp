// When a fault is on: inside its window, in the on part of its square wave, in the down intervals
// of its Markov chain. All are functions of time and keyed draws alone, so a gate that sleeps until
// the next edge, a request in sim and one in live agree. One clock's thread; drawn as time goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/schedule/fault.hpp"
#include "world/random.hpp"

namespace fakes {

// The times up and down, one after the other, from the start of the run on (not of the window: so
// the intervals of one fate coincide whatever the windows are); up first.
class Sojourns {
 public:
  Sojourns(Markov means, world::Random random, std::uint64_t entity)
      : means_(means), random_(random), entity_(entity) {}

  bool down(world::Instant t);
  world::Instant next_edge(world::Instant t);  // after t

  // Even, so that the first, up, follows the last: after so many they repeat.
  static constexpr std::size_t kSojournsMax = 65'536;

 private:
  struct Place {
    std::size_t index = 0;
    world::Nanos repeated{};  // before the round in which it is
  };
  Place place_of(world::Nanos t);

  Markov means_;
  world::Random random_;
  std::uint64_t entity_;
  std::vector<world::Nanos> ends_;  // of the sojourns; the even ones are up
};

class Rhythm {
 public:
  Rhythm(const Fault& fault, world::Random random, std::uint64_t entity);

  bool on(const Fault& fault, world::Instant now);

  // The first instant after now at which it may go on or off; kNever when it stays as it is.
  world::Instant next_edge(const Fault& fault, world::Instant now);

 private:
  std::optional<Sojourns> sojourns_;
};

}  // namespace fakes
