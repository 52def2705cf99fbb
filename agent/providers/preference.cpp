#include "agent/providers/preference.hpp"

#include <numeric>

namespace agent {

using world::Nanos;

namespace {

constexpr world::Purpose kExplore{"agent.chain.explore"};
// A place in the order is worth so much: five times the difference in errors must pass it, so that
// 20 points of errors move a provider, and 8 points still keep it from moving back.
constexpr std::int64_t kPlace = 1'000'000;
constexpr std::int64_t kErrors = 5;
constexpr std::int64_t kBack = 400'000;
constexpr std::int64_t kCrawls = 4;  // times as long as the other one

}  // namespace

Preference::Preference(const world::Clock& clock, const ChainConfig& config, world::Random random,
                       std::size_t providers)
    : clock_(clock), config_(config), random_(random), order_(providers) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
}

bool Preference::prefers_second(const Known& first, const Known& second, bool is_own_order) const {
  std::int64_t score = kErrors * (first.errors_ppm - second.errors_ppm);
  const bool both_known = first.typical > Nanos{0} && second.typical > Nanos{0};
  if (both_known && first.typical > kCrawls * second.typical) score += 2 * kPlace;
  if (both_known && second.typical > kCrawls / 2 * first.typical) score -= 2 * kPlace;
  // In the order of the configuration the second has to be clearly better; out of it, the one that
  // belongs in front comes back as soon as it is not clearly worse.
  return is_own_order ? score > kPlace : score > -kBack;
}

const std::vector<std::size_t>& Preference::order_for(std::string_view request,
                                                      const std::vector<Known>& known) {
  if (!config_.learn || order_.size() < 2) return order_;
  const bool settled = changed_ == world::kNever || clock_.now() - changed_ >= kDwell;
  for (std::size_t i = 0; settled && i + 1 < order_.size(); ++i) {
    std::size_t& first = order_[i];
    std::size_t& second = order_[i + 1];
    if (!prefers_second(known[first], known[second], first < second)) continue;
    std::swap(first, second);
    changed_ = clock_.now();
    break;
  }
  const auto share = static_cast<std::uint32_t>(config_.explore_ppm);
  if (!random_.chance(share, kExplore, world::entity_of(request), 0)) return order_;
  explored_ = order_;
  std::swap(explored_[0], explored_[1]);
  return explored_;
}

}  // namespace agent
