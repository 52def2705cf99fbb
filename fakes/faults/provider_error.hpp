// The provider refuses, validly and in its own words, for a reason that lies with the account, the
// prompt or the model: each kind asks another reaction of the client, and for most of them trying
// again is hopeless though the status looks as if it were not.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class ProviderErrorHow {
  insufficient_quota, credit_balance, spend_limit, context_length, content_filter, overloaded,
  key_revoked, tool_use_failed, ramp_limit,
};

constexpr std::array<world::Choice<ProviderErrorHow>, 9> choices(ProviderErrorHow) {
  return {{{"insufficient_quota", ProviderErrorHow::insufficient_quota},
           {"credit_balance", ProviderErrorHow::credit_balance},
           {"spend_limit", ProviderErrorHow::spend_limit},
           {"context_length", ProviderErrorHow::context_length},
           {"content_filter", ProviderErrorHow::content_filter},
           {"overloaded", ProviderErrorHow::overloaded},
           {"key_revoked", ProviderErrorHow::key_revoked},
           {"tool_use_failed", ProviderErrorHow::tool_use_failed},
           {"ramp_limit", ProviderErrorHow::ramp_limit}}};
}

struct ProviderError {
  ProviderErrorHow how = ProviderErrorHow::overloaded;

  static constexpr std::string_view kind = "provider_error";
  static constexpr auto fields() {
    return std::tuple(world::field(
        "how", &ProviderError::how,
        "insufficient_quota, credit_balance, spend_limit (429 that no waiting helps), "
        "context_length, content_filter (400), overloaded (503 or 529), key_revoked (401), "
        "tool_use_failed (400, the model wrote a bad tool call; OpenAI and Groq), ramp_limit (429, "
        "traffic grows too fast; Anthropic)."));
  }
  friend bool operator==(const ProviderError&, const ProviderError&) = default;
};

}  // namespace fakes
