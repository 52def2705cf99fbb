// The limits of rate and the quotas; the members are the YAML keys under `agent.rate`. What is 0,
// or off, is not limited. The tools' limits and the providers' groups are there, too, each
// described in a file of its own. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "agent/limits/quota_group_config.hpp"
#include "agent/limits/tool_rate_config.hpp"
#include "world/units.hpp"

namespace agent {

// What somebody who is turned away can still have, and how: it must really work.
struct AvailableConfig {
  std::string what;
  std::string how;
  std::vector<std::string> when;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("what", &AvailableConfig::what, "A word: background, flex, model, cache.").required(),
        field("how", &AvailableConfig::how, "How to ask for it.").required(),
        field("when", &AvailableConfig::when,
              "Limits that it gets around: edge, user, daily, budget, queue; empty: all.")
            .between(0, 8));
  }
  friend bool operator==(const AvailableConfig&, const AvailableConfig&) = default;
};

struct RateConfig {
  std::int64_t edge_api = 0;
  std::int64_t edge_other = 0;
  std::int64_t edge_burst_s = 2;
  std::int64_t user_per_minute = 0;
  std::int64_t user_burst = 30;
  std::int64_t user_waiting_max = 20;
  std::int64_t user_background_max = 100;
  std::int64_t daily_free = 0;
  std::int64_t daily_basic = 0;
  std::int64_t daily_pro = 0;
  world::Nanos daily_jitter = std::chrono::minutes(5);
  std::vector<std::string> basic_users;
  std::vector<std::string> pro_users;
  bool legacy_headers = false;
  std::vector<AvailableConfig> available;
  ToolRateConfig tool;
  std::vector<ToolOverride> tools;
  std::vector<QuotaGroupConfig> groups;

  bool limits_requests() const {
    return edge_api > 0 || edge_other > 0 || user_per_minute > 0 ||
           daily_free + daily_basic + daily_pro > 0;
  }

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("edge_api", &RateConfig::edge_api,
              "Requests a second of one client under /v1; 0: no such limit.")
            .between(0, 1'000'000),
        field("edge_other", &RateConfig::edge_other,
              "The same, of other paths; those under /health are never limited.")
            .between(0, 1'000'000),
        field("edge_burst_s", &RateConfig::edge_burst_s,
              "Requests of so many seconds may come at once.")
            .between(1, 3'600),
        field("user_per_minute", &RateConfig::user_per_minute,
              "Requests a minute of one user; further ones wait for their time. 0: no such limit.")
            .between(0, 1'000'000),
        field("user_burst", &RateConfig::user_burst, "Requests of one user at once after a rest.")
            .between(1, 1'000'000),
        field("user_waiting_max", &RateConfig::user_waiting_max,
              "Requests of one user that may wait for their time; more get 429.")
            .between(0, 100'000),
        field("user_background_max", &RateConfig::user_background_max,
              "The same of background requests, which have no deadline, and those before them.")
            .between(0, 100'000),
        field("daily_free", &RateConfig::daily_free,
              "Answers a day of one user of the tier free, which is everybody's; 0: no quota.")
            .between(0, 1'000'000'000),
        field("daily_basic", &RateConfig::daily_basic, "The same of the tier basic.")
            .between(0, 1'000'000'000),
        field("daily_pro", &RateConfig::daily_pro, "The same of the tier pro.")
            .between(0, 1'000'000'000),
        field("daily_jitter", &RateConfig::daily_jitter,
              "A user's day begins up to so long after midnight UTC: not all return at once.")
            .between(0, kDay / 2),
        field("basic_users", &RateConfig::basic_users, "Users of the tier basic.")
            .between(0, 10'000),
        field("pro_users", &RateConfig::pro_users, "Users of the tier pro.").between(0, 10'000),
        field("legacy_headers", &RateConfig::legacy_headers,
              "Send ratelimit-limit, -remaining, -reset and x-ratelimit-* as well."),
        field("available", &RateConfig::available,
              "What somebody who is turned away can still have.")
            .between(0, 16),
        field("tool", &RateConfig::tool, "How often the model may call a tool."),
        field("tools", &RateConfig::tools, "Tools with limits of their own.").between(0, 1'000),
        field("groups", &RateConfig::groups, "Backends that share one quota.").between(0, 16));
  }
  friend bool operator==(const RateConfig&, const RateConfig&) = default;
};

}  // namespace agent
