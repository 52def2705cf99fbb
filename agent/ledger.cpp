#include "agent/ledger.hpp"

#include <array>

namespace agent {
namespace {
constexpr std::array<std::string_view, kLedgerKinds> kNames{
    "received", "refused",     "queued", "started",  "called",    "call_ended", "waits",
    "breaker",  "rejected",    "tool_called", "spent", "answered", "abandoned",  "memory",
    "command_started", "command_progress", "command_cancelled", "command_ended", "tool_refused",
    "budget_alert"};
}

std::string_view name_of(LedgerKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<LedgerKind> ledger_kind_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<LedgerKind>(i);
  }
  return std::nullopt;
}

}  // namespace agent
