// Commands that the model may run; the members are the YAML keys under `agent.commands`. What is
// not allowed by name cannot be run, and by default nothing is. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

struct CommandConfig {
  bool enabled = true;
  std::vector<std::string> allow;
  world::Nanos timeout = std::chrono::seconds(60);
  world::Nanos timeout_max = std::chrono::hours(1);
  world::Nanos kill_after = std::chrono::seconds(60);
  world::Nanos term_grace = std::chrono::seconds(5);
  world::Nanos pipe_abandon = std::chrono::seconds(2);
  world::Nanos progress_every{0};
  std::int64_t output_bytes = 1 << 20;
  std::int64_t running_max = 32;
  std::string directory;

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("enabled", &CommandConfig::enabled, "Offer the tool run_command to the model."),
        field("allow", &CommandConfig::allow,
              "Programs that may be run, by the name that a command begins with; none: nothing.")
            .between(0, 64),
        field("timeout", &CommandConfig::timeout, "Time for a command that asks for none.")
            .between(1'000'000, kDay),
        field("timeout_max", &CommandConfig::timeout_max, "The longest time that can be asked for.")
            .between(1'000'000'000, kDay),
        field("kill_after", &CommandConfig::kill_after,
              "Kill every command after this time, whatever was asked for; 0: do not.")
            .between(0, kDay),
        field("term_grace", &CommandConfig::term_grace,
              "Time between asking a command to end and making it.")
            .between(0, kDay),
        field("pipe_abandon", &CommandConfig::pipe_abandon,
              "How long output is still read when the command has ended and others hold its pipe.")
            .between(0, kDay),
        field("progress_every", &CommandConfig::progress_every,
              "How often the user hears of a command that runs; 0: never.")
            .between(0, kDay),
        field("output_bytes", &CommandConfig::output_bytes,
              "Output that the model gets: the beginning and the end of what was more.")
            .in(Unit::bytes)
            .between(1'024, 16 << 20),
        field("running_max", &CommandConfig::running_max, "Commands that may run at once.")
            .between(1, 1'000),
        field("directory", &CommandConfig::directory,
              "Where commands run; empty: where the core was started."));
  }
  friend bool operator==(const CommandConfig&, const CommandConfig&) = default;
};

}  // namespace agent
