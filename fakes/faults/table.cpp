#include "fakes/faults/table.hpp"

namespace fakes {

// clang-format off
const std::array<FaultKind, std::variant_size_v<FaultAction>> kFaultKinds = {{
  // name         doc                                                        layer                    sim   live  plain stream
  {"refuse",     "Connections are refused, as by a closed port.",            FaultLayer::connection, true, true, true,  true},
  {"black_hole", "Connection attempts are never answered.",                  FaultLayer::connection, true, true, true,  true},
  {"status",     "An HTTP error status with a body instead of an answer.",   FaultLayer::http,       true, true, true,  true},
  {"hang",       "The request is read; then silence before the headers.",    FaultLayer::http,       true, true, true,  true},
  {"reset",      "The connection is reset in the middle of the body.",       FaultLayer::http,       true, true, true,  true},
  {"stall",      "A stream falls silent after some events and stays open.",  FaultLayer::stream,     true, true, false, true},
  {"cut",        "A stream ends early, without its terminal event.",         FaultLayer::stream,     true, true, false, true},
  {"rate_limit", "Status 429 in the provider's form, with Retry-After.",     FaultLayer::provider,   true, true, true,  true},
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
