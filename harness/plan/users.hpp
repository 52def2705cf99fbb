// Who asks next: the user of the k-th arrival of a class, by a keyed draw, in turn, or by Zipf's
// law. Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/scenario/load_class.hpp"
#include "world/random.hpp"

namespace harness {

class UserPicker {
 public:
  UserPicker(const Users& users, world::Random random, std::uint64_t entity);

  std::uint32_t pick(std::uint64_t arrival) const;  // in [0, users.count)

 private:
  Users users_;
  world::Random random_;
  std::uint64_t entity_;
  std::vector<std::uint64_t> cumulative_;  // Zipf only: sums of integer weights
};

}  // namespace harness
