// Answers of the core's own when no provider can give one; the members are the YAML keys under
// `agent.degraded`. Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

// first_failure: at once, when this request has failed once and no provider is known to be well.
// given_up: only when no attempt is left, instead of the error.
enum class DegradeWhen : std::uint8_t { never, given_up, first_failure };
constexpr std::array<world::Choice<DegradeWhen>, 3> choices(DegradeWhen) {
  return {{{"never", DegradeWhen::never},
           {"given_up", DegradeWhen::given_up},
           {"first_failure", DegradeWhen::first_failure}}};
}

struct DegradedConfig {
  DegradeWhen when = DegradeWhen::never;
  std::int64_t entries_max = 1'000;
  std::int64_t entry_bytes_max = 64 << 10;
  world::Nanos cache_for = std::chrono::hours(1);
  world::Nanos last_good_for = std::chrono::hours(24);
  std::string text;

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("when", &DegradedConfig::when,
              "never; given_up: instead of the error, when no attempt is left; first_failure: at "
              "once, when no provider is known to be well."),
        field("entries_max", &DegradedConfig::entries_max, "Answers kept for it; the oldest leave.")
            .between(0, 10'000'000),
        field("entry_bytes_max", &DegradedConfig::entry_bytes_max,
              "Largest prompt with its answer that is kept.")
            .in(Unit::bytes)
            .between(1'024, 1 << 24),
        field("cache_for", &DegradedConfig::cache_for,
              "How long an answer to exactly the same prompt may serve.")
            .between(1, kDay),
        field("last_good_for", &DegradedConfig::last_good_for,
              "How long one to the same question, asked in another place, may.")
            .between(1, kDay),
        field("text", &DegradedConfig::text, "What is said when there is none; empty: our words."));
  }
  friend bool operator==(const DegradedConfig&, const DegradedConfig&) = default;
};

}  // namespace agent
