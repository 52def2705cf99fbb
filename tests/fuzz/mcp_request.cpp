// What a tool server is sent: read by the dialect, and asked of the server itself.
#include "fakes/dialects/mcp.hpp"
#include "fakes/tools/tool_server.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const fakes::Mcp dialect;
  static const fakes::ToolServer server = [] {
    fakes::Backend backend;
    backend.dialect = "mcp";
    return fakes::ToolServer(backend, world::Random(1));
  }();
  fakes::ChatRequest request;
  std::optional<fakes::Refusal> refusal = dialect.parse(body, request);
  if (!refusal) {
    ENSURE(request.rpc.has_value() && !request.rpc->id.empty(), "a call without an id");
    for (const std::string_view part :
         {request.rpc->id, std::string_view(request.model), request.rpc->arguments}) {
      ENSURE(part == "{}" || part.size() <= body.size(), "a part is longer than the whole");
    }
    ENSURE(!fakes::ToolServer::is_notification(body), "a notification that wants an answer");
    static_cast<void>(server.ask_of(request));
    refusal = server.check(request);
  }
  if (!refusal) return 0;
  ENSURE(refusal->status == 200 || refusal->status == 400, "a refusal of another status");
  std::string out;
  dialect.write_refusal(out, *refusal, 1);
  ENSURE(out.starts_with(R"({"jsonrpc":"2.0","id":)"), "a refusal that is no JSON-RPC");
  return 0;
}
