// Preference: in which order the providers are asked. It begins with the order of the configuration
// and learns: neighbours change places when the first of them fails clearly more often, or takes
// several times as long. They change back only when that is clearly over, and no pair changes more
// than once in kDwell, so that a provider that flaps moves nobody to and fro. A small share of
// requests asks the second one first, or nobody would know how it is. One clock.
#pragma once

#include <vector>

#include "agent/providers/chain_config.hpp"
#include "world/clock.hpp"
#include "world/random.hpp"

namespace agent {

class Preference {
 public:
  static constexpr world::Nanos kDwell = std::chrono::seconds(60);

  // What is known of a provider, in the order of the configuration.
  struct Known {
    std::int64_t errors_ppm = 0;
    world::Nanos typical{0};
  };

  Preference(const world::Clock& clock, const ChainConfig& config, world::Random random,
             std::size_t providers);

  // The order for this request, as places in the configuration's order.
  const std::vector<std::size_t>& order_for(std::string_view request,
                                            const std::vector<Known>& known);
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  bool prefers_second(const Known& first, const Known& second, bool is_own_order) const;

  const world::Clock& clock_;
  const ChainConfig& config_;
  const world::Random random_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> explored_;  // the order with its first two exchanged
  world::Instant changed_ = world::kNever;
};

}  // namespace agent
