#include "fakes/faults/table.hpp"

namespace fakes {

using Layer = FaultLayer;

// clang-format off
const std::array<FaultKind, std::variant_size_v<FaultAction>> kFaultKinds = {{
  // name, doc, layer; fires in sim, in live; on plain answers, on streams
  {"refuse",     "Connections are refused, as by a closed port.",
   Layer::connection, true, true, true, true},
  {"black_hole", "Connection attempts are never answered.",
   Layer::connection, true, true, true, true},
  {"status",     "An HTTP error status with a body instead of an answer.",
   Layer::http, true, true, true, true},
  {"hang",       "The request is read; then silence before the headers.",
   Layer::http, true, true, true, true},
  {"reset",      "The connection is reset in the middle of the body.",
   Layer::http, true, true, true, true},
  {"stall",      "A stream falls silent after some events and stays open.",
   Layer::stream, true, true, false, true},
  {"cut",        "A stream ends early, without its terminal event.",
   Layer::stream, true, true, false, true},
  {"rate_limit", "Status 429 in the provider's form, with Retry-After.",
   Layer::provider, true, true, true, true},
  {"dns",        "Asking for the backend's name fails, or takes long.",
   Layer::connection, true, false, true, true},
  {"tls",        "Handshakes stall, are reset, or show a wrong certificate.",
   Layer::connection, true, true, true, true},
}};
// clang-format on

std::string_view to_text(FaultLayer layer) {
  switch (layer) {
    case FaultLayer::connection: return "connection";
    case FaultLayer::http: return "http";
    case FaultLayer::stream: return "stream";
    case FaultLayer::provider: return "provider";
  }
  return "";
}

const FaultKind& kind_of(const FaultAction& action) { return kFaultKinds[action.index()]; }

}  // namespace fakes
