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
  {"slow",       "Tokens come late or slowly.",
   Layer::provider, true, true, true, true},
  {"cold",       "The first request after a while waits until the model is loaded.",
   Layer::provider, true, true, true, true},
  {"sse",        "A stream has a form that careless readers get wrong; nothing is lost.",
   Layer::stream, true, true, false, true},
  {"events",     "Events of a stream are missing, doubled, out of order or empty.",
   Layer::stream, true, true, false, true},
  {"endless",    "A stream goes on until the client leaves.",
   Layer::stream, true, true, false, true},
  {"stream_error", "A stream that began with 200 tells of an error, and ends.",
   Layer::stream, true, true, false, true},
  {"after_cancel", "The provider works on after the client has left.",
   Layer::provider, true, true, true, true},
  {"json",       "The JSON of an answer or an event is invalid, or not what was promised.",
   Layer::provider, true, true, true, true},
  {"provider_error", "The provider refuses in its own words: quota, context, key, overload.",
   Layer::provider, true, true, true, true},
  {"finish",     "The answer ends at its length, by a filter, or as a refusal.",
   Layer::provider, true, true, true, true},
  {"content",    "An answer without text, or without choices, that ends as if all were well.",
   Layer::provider, true, true, true, true},
  {"tool_call",  "The model asks for a tool, and does it wrong.",
   Layer::provider, true, true, true, true},
  {"usage",      "The count of tokens is missing, late or wrong.",
   Layer::provider, true, true, true, true},
  {"answer",     "A valid answer that is not the one it should be.",
   Layer::provider, true, true, true, true},
  {"stuck_in_queue", "An answer that is made in the background never leaves its queue.",
   Layer::provider, true, true, true, true},
  {"tool",       "A tool fails, takes for ever, or says what is not so.",
   Layer::tool, true, true, true, true},
}};
// clang-format on

std::string_view to_text(FaultLayer layer) {
  switch (layer) {
    case FaultLayer::connection: return "connection";
    case FaultLayer::http: return "http";
    case FaultLayer::stream: return "stream";
    case FaultLayer::provider: return "provider";
    case FaultLayer::tool: return "tool";
  }
  return "";
}

const FaultKind& kind_of(const FaultAction& action) { return kFaultKinds[action.index()]; }

}  // namespace fakes
