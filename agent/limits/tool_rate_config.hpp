// How often the model may call a tool; the members are the YAML keys under `agent.rate.tool`, and
// of each entry of `agent.rate.tools`, under the names that the seed gave them. Plain data; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"

namespace agent {

// The default of an agent, for each of its tools.
struct ToolRateConfig {
  bool rate_limit = false;
  std::int64_t calls_per_minute = 60;
  std::int64_t calls_per_task = 10;
  std::int64_t cooldown_ms = 5'000;
  std::int64_t burst_size = 5;
  std::int64_t waiting_max = 100;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("rateLimit", &ToolRateConfig::rate_limit, "Limit the calls of tools at all."),
        field("maxCallsPerMinute", &ToolRateConfig::calls_per_minute,
              "Calls of one tool by one agent in any 60 s.")
            .between(1, 1'000'000),
        field("maxCallsPerTask", &ToolRateConfig::calls_per_task,
              "Calls of one tool in one task; 0: no such limit.")
            .between(0, 1'000'000),
        field("cooldownMs", &ToolRateConfig::cooldown_ms,
              "A call over the limit waits so long and is then looked at again; 0: it fails.")
            .between(0, kDay / 1'000'000),
        field("burstSize", &ToolRateConfig::burst_size,
              "Calls at once after a rest; further ones are spaced evenly. 0: no spacing.")
            .between(0, 1'000'000),
        field("waiting_max", &ToolRateConfig::waiting_max,
              "Calls of one tool that may wait; more fail.")
            .between(0, 100'000));
  }
  friend bool operator==(const ToolRateConfig&, const ToolRateConfig&) = default;
};

// What is different for one tool; -1: as the agent has it.
struct ToolOverride {
  std::string tool;
  bool rate_limit = true;
  std::int64_t calls_per_minute = -1;
  std::int64_t calls_per_task = -1;
  std::int64_t cooldown_ms = -1;
  std::int64_t burst_size = -1;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("tool", &ToolOverride::tool, "Its name.").required(),
        field("rateLimit", &ToolOverride::rate_limit, "false: this tool has no limit."),
        field("maxCallsPerMinute", &ToolOverride::calls_per_minute,
              "Its calls by one agent in any 60 s; -1: as the agent's other tools.")
            .between(-1, 1'000'000),
        field("maxCallsPerTask", &ToolOverride::calls_per_task,
              "Its calls in one task; 0: no such limit; -1: as the others.")
            .between(-1, 1'000'000),
        field("cooldownMs", &ToolOverride::cooldown_ms,
              "How long a call over the limit waits; 0: it fails; -1: as the others.")
            .between(-1, kDay / 1'000'000),
        field("burstSize", &ToolOverride::burst_size,
              "Its calls at once after a rest; 0: no spacing; -1: as the others.")
            .between(-1, 1'000'000));
  }
  friend bool operator==(const ToolOverride&, const ToolOverride&) = default;
};

}  // namespace agent
