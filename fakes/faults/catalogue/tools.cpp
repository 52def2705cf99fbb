// What a tool server does that its callers must survive. An agent's command of ten minutes is here
// one of seconds, so that the examples show something at once: `time: 10m` is the default.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"tool.timeout", "A call is never answered, and nothing is done.",
   "tool: timeout", ""},
  {"tool.error", "The tool says that it failed (isError).",
   "tool: error", ""},
  {"tool.rpc_error", "The server answers with an error of JSON-RPC in place of a result.",
   "tool: rpc_error", ""},
  {"tool.slow", "The tool takes longer than it should.",
   "tool: {how: slow, time: 1s}", ""},
  {"tool.partial", "The second half of the result is missing, and nothing says so.",
   "tool: partial", ""},
  {"tool.wrong_schema", "The result has another form than the protocol's.",
   "tool: wrong_schema", ""},
  {"tool.false_success", "The tool tells of its failure as if it were a result.",
   "tool: false_success", ""},
  {"tool.huge_result", "The result is huge.",
   "tool: {how: huge, bytes: 1MiB}", ""},
  {"tool.reply_lost", "The tool has its effect, and then the answer never comes.",
   "tool: reply_lost", ""},
  {"tool.stale_read", "What was written last is not there when it is read.",
   "tool: stale", ""},
  {"tool.empty_result", "The result is an empty list.",
   "tool: empty", ""},
  {"tool.no_tools", "The server lists no tools.",
   "tool: no_tools", ""},
  {"tool.injection", "The result ends with instructions for the model.",
   "tool: injection", ""},
  {"tool.long_with_heartbeats", "A long command tells of its progress until it is done.",
   "tool: {how: slow, time: 1s, heartbeat: 300ms}", ""},
  {"tool.long_silent", "A long command says nothing until it is done.",
   "tool: {how: slow, time: 2s, heartbeat: 0s}", ""},
  {"tool.dies_late", "A long command tells of its progress and dies just before its end.",
   "tool: {how: dies, time: 1s, heartbeat: 300ms}", ""},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kToolCatalogue = kRows;

}  // namespace fakes
