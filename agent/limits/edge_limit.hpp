// EdgeLimit: how fast one client may send at all, before it is known what it wants: so many
// requests a second under /v1, so many elsewhere, as a proxy in front would have it (seed 003:
// nginx, 10 r/s and 30 r/s), but answered with 429. Health checks are never limited. One clock.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "agent/defect.hpp"
#include "agent/limits/gcra.hpp"
#include "agent/limits/quota.hpp"
#include "agent/limits/rate_config.hpp"
#include "world/lru_map.hpp"

namespace agent {

enum class EdgeClass : std::uint8_t { api, other, health };

constexpr EdgeClass edge_class_of(std::string_view path) {
  const auto under = [path](std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() ||
                                        path[folder.size()] == '/' || path[folder.size()] == '?');
  };
  return under("/health") ? EdgeClass::health : under("/v1") ? EdgeClass::api : EdgeClass::other;
}

class EdgeLimit {
 public:
  EdgeLimit(const RateConfig& config, Defect defect)
      : rates_{rate(config.edge_api, config, defect), rate(config.edge_other, config, defect)} {}

  bool on(EdgeClass c) const { return c != EdgeClass::health && rates_[index(c)].limit > 0; }

  // One client's bucket, made when it is not there. Only where the limit is on; valid until the
  // next call.
  struct Bucket {
    const std::int64_t limit;
    const Gcra& gcra;
    Gcra::State& state;

    // When a request may pass: now or before, if it may.
    world::Instant next_at() const { return gcra.next_at(state); }
    void take(world::Instant now) const { gcra.take(state, now); }
    Quota quota(world::Instant now) const;
  };
  Bucket bucket(const std::string& client, EdgeClass c) {
    const Rate& rate = rates_[index(c)];
    return {rate.limit, rate.gcra, clients_.at(client)[index(c)]};
  }

  void sweep(world::Instant now);  // forgets clients at rest
  std::size_t clients() const { return clients_.size(); }

  static constexpr std::size_t kClientsMax = 100'000;

 private:
  struct Rate {
    std::int64_t limit;
    Gcra gcra;
  };
  using Client = std::array<Gcra::State, 2>;

  static std::size_t index(EdgeClass c) { return c == EdgeClass::api ? 0 : 1; }
  static Rate rate(std::int64_t limit, const RateConfig& config, Defect defect);

  const std::array<Rate, 2> rates_;
  world::LruMap<std::string, Client> clients_{kClientsMax};
};

}  // namespace agent
