// Readers of recorded traces. Each format is one row of kTraceFormats; all give the same rows.
// A broken row is a fault of the input: an exception names file, line and column.
// Pure functions apart from reading the file; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

// azure_llm: TIMESTAMP,ContextTokens,GeneratedTokens of Azure/AzurePublicDataset (LLM traces 2023).
enum class TraceFormat { azure_llm };

constexpr std::array<world::Choice<TraceFormat>, 1> choices(TraceFormat) {
  return {{{"azure-llm", TraceFormat::azure_llm}}};
}

struct TraceRow {
  world::Nanos at;  // since the first row
  std::uint32_t prompt_tokens;
  std::uint32_t output_tokens;
  friend bool operator==(const TraceRow&, const TraceRow&) = default;
};

constexpr std::size_t kTraceRowsMax = 10'000'000;
constexpr std::uintmax_t kTraceBytesMax = 1ULL << 30;
constexpr std::uint32_t kTraceTokensMax = 10'000'000;  // of one prompt or answer

// The rows of a text; `file` is for messages. Throws ScenarioErrors with the first broken row.
std::vector<TraceRow> parse_trace(std::string_view text, TraceFormat format,
                                  const std::string& file);

// The same for a file, whose size is checked before it is read.
std::vector<TraceRow> read_trace(const std::string& path, TraceFormat format);

}  // namespace harness
