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
  {"accept",     "Connections are accepted, and then closed, reset or never answered.",
   Layer::connection, true, true, true, true},
  {"idle",       "A connection that was idle for a while ends, or is dead when used again.",
   Layer::connection, true, true, true, true},
  {"reuse",      "A kept connection ends exactly when the next request comes on it.",
   Layer::connection, true, true, true, true},
  {"stop_reading", "The server stops reading while a request comes.",
   Layer::connection, true, true, true, true},
  {"no_continue", "Expect: 100-continue is never answered.",
   Layer::connection, true, true, true, true},
  {"disconnect", "The connection ends before, in or after the response.",
   Layer::http, true, true, true, true},
  {"network",    "The answer comes by a bad way: late, slow, in pieces, or not to its end.",
   Layer::http, true, true, true, true},
  {"slow_close", "A body without length ends with its connection, which is closed late.",
   Layer::http, true, true, true, true},
  {"slow_headers", "The head of the response drips.",
   Layer::http, true, true, true, true},
  {"content_length", "Content-Length is larger or smaller than the body.",
   Layer::http, true, true, true, false},
  {"chunks",     "A chunk's size is no number, or the last chunk is missing.",
   Layer::http, true, true, true, true},
  {"headers",    "An answer with wrong, further or oversized headers.",
   Layer::http, true, true, true, true},
  {"gzip",       "The body comes compressed, whole or damaged.",
   Layer::http, true, true, true, true},
  {"redirect",   "A redirect, to itself or elsewhere.",
   Layer::http, true, true, true, true},
  {"false_success", "Status 200 with an error or a page as its body.",
   Layer::http, true, true, true, true},
  {"padding",    "A plain answer with a huge body.",
   Layer::http, true, true, true, false},
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
