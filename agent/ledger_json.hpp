// Entries of the agent's ledger as lines of JSON, for a core that runs as a process of its own:
//   {"at_ns":81234,"kind":"called","request":"u1.s0.t0","key":"primary","value":1}
// Members that are empty or zero are left out. The instant is the host's steady clock, which all
// processes share; the entry's own (of the core's clock) is not told. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/ledger.hpp"

namespace agent {

inline constexpr std::size_t kLedgerTextBytesMax = 256;  // of each text; the rest is cut off
inline constexpr std::size_t kLedgerLineBytesMax = 8'192;

struct LedgerLine {
  std::int64_t at_ns = 0;
  LedgerEntry entry;  // without its instant
};

// Without the end of the line.
std::string to_line(const LedgerEntry& entry, std::int64_t at_ns);

// Nothing for a line that is none.
std::optional<LedgerLine> from_line(std::string_view line);

}  // namespace agent
