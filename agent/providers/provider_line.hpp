// ProviderLine: one provider as the chain knows it: its client, its share of retries, how it has
// been doing, and whether it rests. Lines of one account (limits/quota_groups.hpp) rest together,
// as the account's limit is theirs together. One clock.
#pragma once

#include <string>

#include "agent/config.hpp"
#include "agent/limits/quota_groups.hpp"
#include "agent/providers/backoff.hpp"
#include "agent/providers/breaker.hpp"
#include "agent/providers/provider_client.hpp"
#include "agent/providers/typical_time.hpp"

namespace agent {

enum class RestReason : std::uint8_t { none, limited, refused };
std::string_view name_of(RestReason reason);

class ProviderLine {
 public:
  ProviderLine(world::Clock& clock, world::Network& network, const Config& config,
               const Provider& provider, QuotaGroups& groups);

  ProviderClient client;
  RetryBudget budget;

  const std::string& name() const { return client.provider().name; }

  // A limit rests the whole group; what refuses this provider alone rests it alone.
  void rest(world::Nanos time, RestReason reason);
  // Until it may be asked for so many tokens; zero: now.
  world::Nanos resting_for(std::int64_t tokens = 0) const;
  RestReason resting_why() const;

  // How a call of a request ended, `took` until its answer began; negative: it did not.
  void note(const Outcome& outcome, std::string_view request, world::Nanos took);

  // It cannot be reached, or so many requests in a row have failed.
  bool seems_down(std::int64_t down_after) const {
    return unreachable_ || failed_in_a_row_ >= down_after;
  }
  std::int64_t errors_ppm() const { return errors_ppm_; }  // lately
  world::Nanos typical() const { return typical_.value(); }  // until the answer begins; 0: unknown
  void forget();  // it has recovered: what was before says nothing

  // A row of GET /v1/providers.
  std::string to_json(std::size_t order, const BreakerView* breaker) const;

 private:
  world::Clock& clock_;
  QuotaGroups& groups_;
  world::Instant refused_until_{};
  TypicalTime typical_;
  std::int64_t errors_ppm_ = 0;  // moves by 1/32 of the difference with each call
  std::int64_t failed_in_a_row_ = 0;
  std::uint64_t failed_last_ = 0;  // the request
  bool unreachable_ = false;
  std::int64_t calls_ = 0;
  std::int64_t failures_ = 0;
  Outcome last_failure_{OutcomeKind::ok, 0};
  world::Instant failed_at_{};
  world::Instant answered_at_ = world::kNever;
};

}  // namespace agent
