#include "harness/verdict/slo_facts.hpp"

#include <algorithm>
#include <vector>

namespace harness {

std::optional<double> jain_index(std::span<const UserTally> users) {
  double count = 0, sum = 0, squares = 0;
  for (const UserTally& user : users) {
    if (user.asked == 0) continue;
    const double share = static_cast<double>(user.good) / static_cast<double>(user.asked);
    count += 1;
    sum += share;
    squares += share * share;
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
