// Providers that share one quota: the deployments of one account or key. The members are the YAML
// keys of an entry of `agent.rate.groups`. Plain data; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "world/field.hpp"

namespace agent {

struct QuotaGroupConfig {
  std::string name;
  std::vector<std::string> providers;
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("name", &QuotaGroupConfig::name, "The account or key.").required(),
        field("providers", &QuotaGroupConfig::providers, "Backends that share its quota.")
            .required()
            .between(1, 16),
        field("requests_per_minute", &QuotaGroupConfig::requests_per_minute,
              "Requests that the account may make; 0: not known.")
            .between(0, 1'000'000'000),
        field("tokens_per_minute", &QuotaGroupConfig::tokens_per_minute,
              "Tokens that the account may use, in and out; 0: not known.")
            .between(0, 1'000'000'000));
  }
  friend bool operator==(const QuotaGroupConfig&, const QuotaGroupConfig&) = default;
};

}  // namespace agent
