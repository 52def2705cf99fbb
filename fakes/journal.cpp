#include "fakes/journal.hpp"

namespace fakes {

std::string_view to_text(End end) {
  switch (end) {
    case End::completed: return "completed";
    case End::rejected: return "rejected";
    case End::faulted: return "faulted";
    case End::peer_gone: return "peer_gone";
    case End::cancelled: return "cancelled";
  }
  return "";
}

void Journal::note(const PromptRecord& record) {
  ++requests_;
  ++ended_[static_cast<std::size_t>(record.end)];
  tokens_ += record.tokens;
  if (sink_) sink_(record);
}

}  // namespace fakes
