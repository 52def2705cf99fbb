#include "fakes/dialects/mcp.hpp"

#include "fakes/tools/tool_result.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::JsonType;
using world::JsonValue;

Refusal refusal_with(int status, const char* code, std::string_view id, std::string message) {
  Refusal refusal;
  refusal.status = status;
  refusal.code = code;
  refusal.param = id;
  refusal.message = std::move(message);
  return refusal;
}

bool is_valid(std::string_view body) {
  world::JsonReader reader(body);
  return reader.take() && reader.finished();
}

bool is_known(std::string_view method) {
  return method == "initialize" || method == "ping" || method == "tools/list" ||
         method == "tools/call";
}

void write_message(std::string& out, std::string_view message) {
  out += "event: message\ndata: ";
  out += message;
  out += "\n\n";
}

// The errors that JSON-RPC sees come with status 200, those of HTTP with their own.
std::optional<Refusal> parse_call(std::string_view params, ChatRequest& request) {
  RpcCall& rpc = *request.rpc;
  const JsonValue name = world::member_of(params, "name");
  if (name.type != JsonType::string) {
    return refusal_with(200, "-32602", rpc.id, "Invalid params: name must be a string");
  }
  request.model = name.text();
  const JsonValue arguments = world::member_of(params, "arguments");
  if (arguments && arguments.type != JsonType::object) {
    return refusal_with(200, "-32602", rpc.id, "Invalid params: arguments must be an object");
  }
  if (arguments) rpc.arguments = arguments.raw;
  const JsonValue meta = world::member_of(params, "_meta");
  const JsonValue token = world::member_of(meta.raw, "progressToken");
  if (token.type != JsonType::string && token.type != JsonType::number) return std::nullopt;
  rpc.progress_token = token.raw;
  request.stream = true;
  return std::nullopt;
}

}  // namespace

Route Mcp::route(std::string_view method, std::string_view path) const {
  if (path != chat_path()) return {};
  return {method == "POST" ? Call::tools : Call::wrong_method, {}};
}

std::optional<Refusal> Mcp::parse(std::string_view body, ChatRequest& request) const {
  if (!is_valid(body)) return refusal_with(400, "-32700", {}, "Parse error");
  const JsonValue id = world::member_of(body, "id");
  const JsonValue method = world::member_of(body, "method");
  const bool has_id = id.type == JsonType::string || id.type == JsonType::number;
  const bool sound = world::member_of(body, "jsonrpc").raw == R"("2.0")" && has_id &&
                     method.type == JsonType::string;
  if (!sound) {
    return refusal_with(400, "-32600", has_id ? id.raw : std::string_view(), "Invalid Request");
  }
  RpcCall& rpc = request.rpc.emplace();
  rpc.id = id.raw;
  rpc.method = method.text();
  rpc.params = world::member_of(body, "params").raw;
  request.model = rpc.method;
  request.asked = world::last_turn_id(rpc.params);  // wherever it stands, as in `_meta`
  if (!is_known(rpc.method)) return refusal_with(200, "-32601", rpc.id, "Method not found");
  return rpc.method == "tools/call" ? parse_call(rpc.params, request) : std::nullopt;
}

void Mcp::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "x-request-id: ";
  world::append_hex(out, facts.request_id);
  out += "\r\n";
}

void Mcp::write_answer(std::string& out, const Answer& answer) const {
  if (!answer.calls.empty()) out += answer.calls.front().arguments;
}

void Mcp::write_refusal(std::string& out, const Refusal& refusal, std::uint64_t) const {
  const JsonValue code{JsonType::number, refusal.code};
  out += rpc_error(refusal.param, code.integer().value_or(-32000), refusal.message);
}

// The comment at the beginning takes the head of the response with it, long before the first unit.
std::int64_t Mcp::events_at(const Answer&, Stage stage, std::size_t) const {
  return stage == Stage::begin ? 1 : 0;
}

void Mcp::write_event(std::string& out, const Answer& answer, const Place& place,
                      std::int64_t) const {
  if (place.stage == Stage::begin) {
    out += ": accepted\n\n";
    return;
  }
  if (answer.is_text(place.part)) return write_message(out, "{}");  // no tool answers with a text
  const ToolCall& call = answer.call(place.part);
  if (place.step >= call.fragments) return write_message(out, call.arguments);
  std::string notice = R"({"jsonrpc":"2.0","method":"notifications/progress","params":)";
  notice += R"({"progressToken":)" + call.id + R"(,"progress":)" + std::to_string(place.step);
  notice += R"(,"total":)" + std::to_string(call.fragments) + "}}";
  write_message(out, notice);
}

void Mcp::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  std::string message;
  write_refusal(message, refusal, 0);
  write_message(out, message);
}

Refusal Mcp::refusal_of(int status) const {
  return refusal_with(status, "-32000", {}, std::string(world::reason_phrase(status)));
}

}  // namespace fakes
