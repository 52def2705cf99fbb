// QuotaGroups: what providers allow, by account. Providers of one group share its buckets of
// requests and tokens, over all users, and obey a Retry-After together: it was said to the account.
// A provider in no group is one of its own, without buckets. Tokens are reserved before a call and
// corrected after it. One clock; must outlive its calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/limits/gcra.hpp"
#include "agent/limits/quota_group_config.hpp"
#include "world/clock.hpp"

namespace agent {

class QuotaGroups {
 public:
  // Of a provider that two groups name, the first counts.
  QuotaGroups(const world::Clock& clock, const std::vector<QuotaGroupConfig>& groups);

  // When the provider may be called for so many tokens, in and out: now or before, if it may. More
  // than a minute's worth of tokens counts as a minute's.
  world::Instant next_at(const std::string& provider, std::int64_t tokens);

  // The provider said Retry-After: nobody calls anyone of the group for so long. Of several waits
  // the longest counts, and none is longer than kHoldMax.
  void hold(const std::string& provider, world::Nanos retry_after);

  // The name of the group; of a provider in none, its own.
  std::string group_of(const std::string& provider);

  // One call's share of the buckets, from its construction on. Check next_at() in the same step;
  // refused() when it was not asked or said later: nothing is taken then.
  class Call {
   public:
    Call(QuotaGroups& groups, const std::string& provider, std::int64_t tokens);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    bool refused() const { return refused_; }
    // What it did use; negative: nobody knows, so what was reserved. Without it (the call was not
    // answered) the tokens are given back; the request counts.
    void settle(std::int64_t tokens);

   private:
    QuotaGroups& groups_;
    const std::size_t group_;
    const std::int64_t tokens_;
    bool refused_ = false;
    bool settled_ = false;
  };

  static constexpr world::Nanos kHoldMax = std::chrono::hours(1);

 private:
  struct Bucket {
    Gcra gcra;
    Gcra::State state{};
  };
  struct Group {
    std::string name;
    std::vector<std::string> providers;
    std::optional<Bucket> requests;
    std::optional<Bucket> tokens;
    world::Instant held_until{};
  };
  std::size_t index_of(const std::string& provider);
  world::Instant next_at(const Group& group, std::int64_t tokens) const;

  const world::Clock& clock_;
  std::vector<Group> groups_;  // as many as are configured, and those of providers in none
};

}  // namespace agent
