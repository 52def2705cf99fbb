#include "harness/plan/users.hpp"

#include <algorithm>

#include "world/distribution.hpp"

namespace harness {

UserPicker::UserPicker(const Users& users, world::Random random, std::uint64_t entity)
    : users_(users), random_(random), entity_(entity) {
  if (users.choice != UserChoice::zipf) return;
  // Weight of user k (from 1): k^-s, as an integer of 40 bits, so that the sums are exact.
  const double s = static_cast<double>(users.s_micro) / 1e6;
  std::uint64_t sum = 0;
  cumulative_.reserve(static_cast<std::size_t>(users.count));
  for (std::int64_t k = 1; k <= users.count; ++k) {
    const double weight = world::exact_exp(-s * world::exact_ln(static_cast<double>(k)));
    sum += std::max<std::uint64_t>(1, static_cast<std::uint64_t>(weight * 0x1p40));
    cumulative_.push_back(sum);
  }
}

std::uint32_t UserPicker::pick(std::uint64_t arrival) const {
  const auto count = static_cast<std::uint64_t>(users_.count);
  constexpr world::Purpose kUser("user of arrival");
  switch (users_.choice) {
    case UserChoice::round_robin:
      return static_cast<std::uint32_t>(arrival % count);
    case UserChoice::uniform:
      return static_cast<std::uint32_t>(random_.below(count, kUser, entity_, arrival));
    case UserChoice::zipf: {
      const std::uint64_t draw = random_.below(cumulative_.back(), kUser, entity_, arrival);
      const auto above = std::upper_bound(cumulative_.begin(), cumulative_.end(), draw);
      return static_cast<std::uint32_t>(above - cumulative_.begin());
    }
  }
  return 0;
}

}  // namespace harness
