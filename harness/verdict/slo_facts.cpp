#include "harness/verdict/slo_facts.hpp"

#include <algorithm>
#include <vector>

namespace harness {

std::vector<double> fair_shares(std::span<const UserTally> users) {
  double left = 0;
  std::vector<std::size_t> by_demand;
  for (std::size_t i = 0; i < users.size(); ++i) {
    left += static_cast<double>(users[i].good);
    if (users[i].asked > 0) by_demand.push_back(i);
  }
  std::stable_sort(by_demand.begin(), by_demand.end(), [&](std::size_t a, std::size_t b) {
    return users[a].asked < users[b].asked;
  });
  std::vector<double> shares(users.size(), 0);
  for (std::size_t k = 0; k < by_demand.size(); ++k) {
    const double level = left / static_cast<double>(by_demand.size() - k);
    double& share = shares[by_demand[k]];
    share = std::min(static_cast<double>(users[by_demand[k]].asked), level);
    left -= share;
  }
  return shares;
}

std::optional<double> jain_index(std::span<const UserTally> users) {
  const std::vector<double> fair = fair_shares(users);
  double count = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (users[i].asked == 0) continue;
    const double x = fair[i] > 0 ? static_cast<double>(users[i].good) / fair[i] : 0;
    count += 1;
    sum += x;
    squares += x * x;
  }
  if (count < 2) return std::nullopt;
  return squares > 0 ? sum * sum / (count * squares) : 0;
}

std::optional<double> memory_slope(std::span<const MemorySample> samples) {
  if (samples.size() < kSlopeSamplesMin) return std::nullopt;
  std::vector<MemorySample> chosen;
  const std::size_t count = std::min(samples.size(), kSlopeSamplesMax);
  for (std::size_t i = 0; i < count; ++i)
    chosen.push_back(samples[i * (samples.size() - 1) / (count - 1)]);

  constexpr double kHour = 3'600e9;
  std::vector<double> slopes;
  slopes.reserve(count * (count - 1) / 2);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      const double hours = static_cast<double>((chosen[j].at - chosen[i].at).count()) / kHour;
      const double bytes =
          static_cast<double>(chosen[j].bytes) - static_cast<double>(chosen[i].bytes);
      if (hours > 0) slopes.push_back(bytes / hours);
    }
  }
  if (slopes.empty()) return std::nullopt;
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  if (slopes.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(slopes.begin(), middle)) / 2;
}

}  // namespace harness
