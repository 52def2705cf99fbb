// Attempts: how far one question has come with the providers, and what each call came to. A value;
// one question.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/providers/outcome.hpp"
#include "world/units.hpp"

namespace agent {

// One call, for `agentcore.attempts[]` and `provider_attempts[]` of errors.
struct AttemptRecord {
  std::string provider;
  Outcome outcome;
  world::Nanos took{0};  // until its answer began, or it had failed
};

// `{"provider":"primary","outcome":"status","status":503,"ms":12}`, and the whole list.
std::string to_json(const AttemptRecord& record);
std::string attempts_json(const std::vector<AttemptRecord>& records);

// Providers of the chain, by their places in the configuration's order.
using LineSet = std::uint32_t;
inline constexpr std::size_t kLinesMax = 16;  // the bound of Config::providers
constexpr LineSet bit(std::size_t line) { return LineSet{1} << line; }

struct Attempts {
  std::array<std::uint8_t, kLinesMax> order{};  // in which they are asked
  int made = 0;        // calls, in this request
  int here = 0;        // calls of this question, since it began or waited for a recovery
  std::size_t waits = 0;  // that were used
  std::size_t plans = 0;  // answers that were plans
  std::int64_t tokens = 0;  // that a call may use, in and out
  LineSet asked = 0;   // since the last wait
  LineSet barred = 0;  // not to be asked again for this
  Outcome last;
  bool too_long = false;                    // the last one says: of the prompt
  std::optional<world::Nanos> retry_after;  // what the last answer asked for
  bool told_not_to = false;                 // x-should-retry: false, or not while there is time
  bool quota_empty = false;                 // a 429 that no waiting helps
};

}  // namespace agent
