#include "agent/tools/tool_client.hpp"

#include <algorithm>
#include <stdexcept>

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::Failure;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;
using world::Result;
using world::Task;

namespace {

constexpr std::string_view kUnknown =
    "The outcome of this call is unknown: the connection was lost before the tool replied. It may "
    "have taken effect or not. Do not call it again; tell the user so.";
constexpr std::string_view kNotDone =
    "The tool could not be reached, so nothing was done. Tell the user so.";
constexpr std::string_view kNoBooks =
    "It could not be written down that the tool is called, so nothing was done. Tell the user so.";
constexpr int kRepeats = 2;  // of a defect

std::string text_of(const JsonValue& value) {
  return value.type == JsonType::string ? value.text() : std::string();
}

bool is_object(const std::string& text) {
  JsonReader reader(text);
  return reader.take().type == JsonType::object && reader.finished();
}

// {"name","description","inputSchema"} as {"type":"function","function":{...}}.
void append_tool(std::string& out, std::string_view tool, const std::string& name) {
  if (!out.empty()) out += ',';
  out += R"({"type":"function","function":{"name":)";
  world::append_json_string(out, name);
  out += R"(,"description":)";
  world::append_json_string(out, text_of(member_of(tool, "description")));
  const JsonValue schema = member_of(tool, "inputSchema");
  out += R"(,"parameters":)";
  out += schema.type == JsonType::object ? schema.raw : std::string_view(R"({"type":"object"})");
  out += "}}";
}

// An error of JSON-RPC is the caller's fault, or by its code the server's.
ToolAnswer read_error(std::string_view error) {
  constexpr std::int64_t kInternal = -32'603;
  constexpr std::int64_t kServerFirst = -32'099;
  constexpr std::int64_t kServerLast = -32'000;
  const std::int64_t code = member_of(error, "code").integer().value_or(kInternal);
  const bool is_servers = code == kInternal || (code >= kServerFirst && code <= kServerLast);
  ToolAnswer answer;
  answer.text = "The tool refused the call: " + text_of(member_of(error, "message"));
  answer.end = is_servers ? ToolEnd::failed : ToolEnd::refused;
  answer.heard = {OutcomeKind::status, is_servers ? 500 : 400};
  return answer;
}

// The texts of a result, or of an error.
ToolAnswer read_result(const std::string& body) {
  ToolAnswer answer;
  const JsonValue error = member_of(body, "error");
  if (error.type == JsonType::object) return read_error(error.raw);
  const JsonValue result = member_of(body, "result");
  const JsonValue content = member_of(result.raw, "content");
  std::string& text = answer.text;
  if (content.type == JsonType::array) {
    JsonReader reader(content.raw);
    reader.enter_array();
    while (reader.next_item()) text += text_of(member_of(reader.take().raw, "text"));
  }
  if (member_of(result.raw, "isError").is_true()) {
    text = "The tool has failed: " + text;
    answer.end = ToolEnd::failed;
    answer.heard = {OutcomeKind::status, 500};
  }
  if (text.empty()) text = "The tool said nothing.";
  if (text.size() > ToolClient::kResultBytesMax) {
    text.resize(ToolClient::kResultBytesMax - 64);
    text += "\n(The rest of the result was too long.)";
  }
  return answer;
}

}  // namespace

ToolClient::Server::Server(Parts& parts, const Provider& provider)
    : client(parts.clock, parts.network, provider, world::HttpClientOptions{}, "/mcp") {}

ToolClient::ToolClient(Parts parts, const std::vector<Provider>& providers) : parts_(parts) {
  for (const std::string& name : parts_.config.tools) {
    const auto found = std::find_if(providers.begin(), providers.end(),
                                    [&](const Provider& p) { return p.name == name; });
    if (found == providers.end()) {
      throw std::invalid_argument("agent.tools names '" + name + "', which is not there");
    }
    servers_.push_back(std::make_unique<Server>(parts_, *found));
  }
}

Task<ToolClient::Reply> ToolClient::post(Server& server, std::string method, std::string params) {
  std::string body = R"({"jsonrpc":"2.0","id":)";
  world::append_integer(body, ++calls_);
  body += R"(,"method":")" + method + R"(","params":)" + params + '}';
  const world::Instant deadline = parts_.clock.now() + parts_.config.tool_timeout;
  Reply reply;
  Result<Call> call = co_await server.client.ask(std::move(body), deadline);
  if (!call) {
    const Failure why = call.error();
    const bool not_sent = why == Failure::refused || why == Failure::unresolved ||
                          why == Failure::unreachable || why == Failure::tls;
    reply.end = not_sent ? Reply::End::not_sent : Reply::End::unknown;
    reply.heard = outcome_of(why);
    co_return reply;
  }
  const int status = call->exchange.status();
  Result<std::string> read = co_await server.client.read_all(*call);
  reply.heard = {status == 200 ? OutcomeKind::invalid : OutcomeKind::status, status};
  if (!read) reply.heard = outcome_of(read.error());
  if (status >= 400 && status < 500) {
    reply.end = Reply::End::refused;
  } else if (status == 200 && read && is_object(*read)) {
    reply.end = Reply::End::came;
    reply.heard = {OutcomeKind::ok, 0};
    reply.body = std::move(*read);
  }
  co_return reply;
}

Task<bool> ToolClient::learn(Server& server) {
  std::string method = "tools/list";
  std::string params = "{}";
  const Reply reply = co_await post(server, std::move(method), std::move(params));
  const JsonValue result = member_of(reply.body, "result");
  const JsonValue tools = member_of(result.raw, "tools");
  if (tools.type != JsonType::array) co_return false;
  server.names.clear();  // another request may have learned them meanwhile
  server.tools.clear();
  JsonReader reader(tools.raw);
  reader.enter_array();
  while (reader.next_item() && server.names.size() < kToolsMax) {
    const JsonValue tool = reader.take();
    std::string name = text_of(member_of(tool.raw, "name"));
    if (name.empty() || name == reserved_) continue;
    append_tool(server.tools, tool.raw, name);
    server.names.push_back(std::move(name));
  }
  server.known = true;
  co_return true;
}

Task<std::string> ToolClient::offered() {
  std::string list;
  for (const auto& server : servers_) {
    if (!server->known) {
      const bool learned = co_await learn(*server);
      if (!learned) continue;
    }
    if (server->tools.empty()) continue;
    if (!list.empty()) list += ',';
    list += server->tools;
  }
  if (!list.empty()) list = '[' + list + ']';
  co_return list;
}

Task<std::string> ToolClient::call(std::string request, ToolRequest wanted) {
  ToolCall call;
  call.request = std::move(request);
  call.wanted = std::move(wanted);
  ToolAnswer answer = co_await run(call);
  co_return std::move(answer.text);
}

ToolClient::Server* ToolClient::server_of(const std::string& tool) const {
  Server* server = nullptr;
  for (const auto& each : servers_) {
    const auto& names = each->names;
    if (std::find(names.begin(), names.end(), tool) != names.end()) server = each.get();
  }
  return server;
}

Task<ToolAnswer> ToolClient::run(const ToolCall& call) {
  const ToolRequest& wanted = call.wanted;
  Server* server = server_of(wanted.name);
  if (server == nullptr) co_return not_called("There is no tool named " + wanted.name + ".");
  const std::string arguments = wanted.arguments.empty() ? "{}" : wanted.arguments;
  if (!is_object(arguments)) {
    co_return not_called("The arguments are not a JSON object, so nothing was done.");
  }
  if (call.begin_effects) {
    Task<bool> beginning = call.begin_effects();
    const bool begun = co_await beginning;
    if (!begun) co_return not_called(std::string(kNoBooks));
  }
  std::string params = R"({"name":)";
  world::append_json_string(params, wanted.name);
  params += R"(,"arguments":)" + arguments + '}';
  const world::Instant from = parts_.clock.now();
  Reply reply;
  for (int attempt = 0; attempt <= kRepeats; ++attempt) {
    parts_.books.note(LedgerKind::tool_called, call.request,
                      {.key = wanted.name, .from = wanted.id});
    std::string method = "tools/call";
    std::string copy = params;
    reply = co_await post(*server, std::move(method), std::move(copy));
    // Planted bug: what has an effect is done again, as if it had none.
    const bool again = parts_.config.defect == Defect::repeats_commands;
    if (!again || reply.end != Reply::End::unknown) break;
  }
  ToolAnswer answer;
  switch (reply.end) {
    case Reply::End::came: answer = read_result(reply.body); break;
    case Reply::End::unknown:
      answer.text = kUnknown;
      answer.end = reply.heard.kind == OutcomeKind::timeout ? ToolEnd::timeout : ToolEnd::unknown;
      answer.heard = reply.heard;
      break;
    case Reply::End::refused:
    case Reply::End::not_sent:
      answer.text = kNotDone;
      answer.end = ToolEnd::refused;
      answer.heard = reply.heard;
      break;
  }
  answer.took = parts_.clock.now() - from;
  co_return answer;
}

}  // namespace agent
