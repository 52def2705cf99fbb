// Books: writes the agent's ledger (ledger.hpp), each entry at the instant of its call. Without a
// sink it costs nothing. One clock.
#pragma once

#include "agent/ledger.hpp"
#include "world/clock.hpp"

namespace agent {

class Books {
 public:
  Books(const world::Clock& clock, LedgerSink sink) : clock_(clock), sink_(std::move(sink)) {}

  struct Facts {
    std::string_view key = {};
    std::string_view from = {};
    std::string_view to = {};
    std::int64_t value = 0;
    std::int64_t limit = 0;
  };
  void note(LedgerKind kind, std::string_view request, const Facts& facts) const {
    if (!sink_) return;
    LedgerEntry entry;
    entry.at = clock_.now();
    entry.kind = kind;
    entry.request = request;
    entry.key = facts.key;
    entry.from = facts.from;
    entry.to = facts.to;
    entry.value = facts.value;
    entry.limit = facts.limit;
    sink_(entry);
  }

  bool open() const { return static_cast<bool>(sink_); }

 private:
  const world::Clock& clock_;
  const LedgerSink sink_;
};

}  // namespace agent
