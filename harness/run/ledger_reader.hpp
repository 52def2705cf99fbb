// LedgerReader: the ledger of the agent's process, as it comes out of its output: one JSON line for
// each entry, at the host's steady clock. Each becomes an entry in scenario time. Lines are bounded
// (kLedgerLineBytesMax); what is no entry is counted, never guessed at. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/ledger.hpp"

namespace harness {

class LedgerReader {
 public:
  // Scenario time 0 is at `origin` of the steady clock, in nanoseconds, and runs `time_scale` times
  // as fast. What happened before is told at 0.
  LedgerReader(std::int64_t origin, double time_scale, agent::LedgerSink sink)
      : origin_(origin), time_scale_(time_scale), sink_(std::move(sink)) {}

  // The next bytes of the output, wherever they are cut.
  void feed(std::string_view bytes);

  // The output ended here, wherever that was; what comes next is another process's.
  void cut();

  std::uint64_t entries() const { return entries_; }
  std::uint64_t malformed() const { return malformed_; }  // lines that are no entries, or too long

 private:
  void read_line();

  std::int64_t origin_;
  double time_scale_;
  agent::LedgerSink sink_;
  std::string line_;
  bool too_long_ = false;  // the rest of this line is skipped
  std::uint64_t entries_ = 0;
  std::uint64_t malformed_ = 0;
};

}  // namespace harness
