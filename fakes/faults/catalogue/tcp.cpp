// What happens to connections.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"tcp.refuse", "Connections are refused, as by a closed port.", "refuse: {}", "F7"},
  {"tcp.black_hole", "Connection attempts are never answered.", "black_hole: {}", "F8"},
  {"tcp.accept_then_close", "A connection is accepted and closed at once.",
   "accept: {then: close}", "F7"},
  {"tcp.accept_then_reset", "A connection is accepted and reset at once.",
   "accept: {then: reset}", "F7"},
  {"tcp.accept_then_silence", "A connection is accepted; requests on it are never answered.",
   "accept: {then: silence}", "F8"},
  {"tcp.rst_before_headers", "The request is read; then the connection is reset.",
   "disconnect: {end: rst}", "F7"},
  {"tcp.fin_before_headers", "The request is read; then the connection is closed.",
   "disconnect: {end: fin}", "F7"},
  {"tcp.rst_at_byte", "The connection is reset after so many bytes of the response.",
   "disconnect: {end: rst, after_bytes: 100}", "F11"},
  {"tcp.rst_at_time", "The connection is reset so long after the request.",
   "disconnect: {end: rst, after: 65ms}", "F11"},
  {"tcp.fin_early", "The server ends its side early and still reads (half-close).",
   "disconnect: {end: half_close, after_bytes: 300}", "F11"},
  {"tcp.stall_reading", "The server stops reading: a large request fills the window.",
   "stop_reading: {for: 1s}", ""},
  {"tcp.stall_writing", "After so many bytes nothing more comes, and nothing ends.",
   "network: {limit: 400, then: silence}", "F9 F10"},
  {"tcp.latency", "Everything comes later.", "network: {latency: 300ms}", ""},
  {"tcp.jitter", "Everything comes later, each part by another time.",
   "network: {latency: 100ms, jitter: 400ms}", ""},
  {"tcp.bandwidth", "The answer comes at a limited rate.",
   "network: {bytes_per_second: 2k, burst: 300}", ""},
  {"tcp.slicer", "The answer comes byte by byte: every UTF-8 character and CRLF is split.",
   "network: {slice: 1}", "F24"},
  {"tcp.limit_data", "The connection is closed after so many bytes.",
   "network: {limit: 400}", "F11"},
  {"tcp.idle_kill_silent", "An idle connection is dropped, and nobody hears the next request.",
   "idle: {after: 300ms, then: silence}", "F8"},
  {"tcp.idle_kill_fin", "An idle connection is closed.", "idle: {after: 300ms, then: fin}", "F26"},
  {"tcp.idle_kill_rst", "An idle connection is reset.", "idle: {after: 300ms, then: rst}", "F26"},
  {"tcp.closed_on_reuse", "A kept connection is closed exactly when it is used again.",
   "reuse: {request: 2, end: fin}", "F26"},
  {"tcp.reset_on_reuse", "A kept connection is reset exactly when it is used again.",
   "reuse: {request: 2, end: rst}", "F26"},
  {"tcp.slow_close", "The body ends with its connection, which is closed late.",
   "slow_close: {for: 600ms}", ""},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kTcpCatalogue = kRows;

}  // namespace fakes
