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

// The texts of a result, or of an error of JSON-RPC.
std::string result_text(const std::string& body) {
  const JsonValue error = member_of(body, "error");
  if (error.type == JsonType::object) {
    return "The tool refused the call: " + text_of(member_of(error.raw, "message"));
  }
  const JsonValue result = member_of(body, "result");
  const JsonValue content = member_of(result.raw, "content");
  std::string text;
  if (content.type == JsonType::array) {
    JsonReader reader(content.raw);
    reader.enter_array();
    while (reader.next_item()) text += text_of(member_of(reader.take().raw, "text"));
  }
  if (member_of(result.raw, "isError").is_true()) text = "The tool has failed: " + text;
  if (text.empty()) text = "The tool said nothing.";
  if (text.size() > ToolClient::kResultBytesMax) {
    text.resize(ToolClient::kResultBytesMax - 64);
    text += "\n(The rest of the result was too long.)";
  }
  return text;
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
    co_return reply;
  }
  const int status = call->exchange.status();
  Result<std::string> read = co_await server.client.read_all(*call);
  if (status >= 400 && status < 500) {
    reply.end = Reply::End::refused;
  } else if (status == 200 && read && is_object(*read)) {
    reply.end = Reply::End::came;
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
    if (name.empty()) continue;
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
  Server* server = nullptr;
  for (const auto& each : servers_) {
    const auto& names = each->names;
    if (std::find(names.begin(), names.end(), wanted.name) != names.end()) server = each.get();
  }
  if (server == nullptr) co_return "There is no tool named " + wanted.name + ".";
  if (wanted.arguments.empty()) wanted.arguments = "{}";
  if (!is_object(wanted.arguments)) {
    co_return std::string("The arguments are not a JSON object, so nothing was done.");
  }
  std::string params = R"({"name":)";
  world::append_json_string(params, wanted.name);
  params += R"(,"arguments":)" + wanted.arguments + '}';
  Reply reply;
  for (int attempt = 0; attempt <= kRepeats; ++attempt) {
    parts_.books.note(LedgerKind::tool_called, request, {.key = wanted.name, .from = wanted.id});
    std::string method = "tools/call";
    std::string copy = params;
    reply = co_await post(*server, std::move(method), std::move(copy));
    // Planted bug: what has an effect is done again, as if it had none.
    const bool again = parts_.config.defect == Defect::repeats_commands;
    if (!again || reply.end != Reply::End::unknown) break;
  }
  if (reply.end == Reply::End::came) co_return result_text(reply.body);
  if (reply.end == Reply::End::unknown) co_return std::string(kUnknown);
  co_return std::string(kNotDone);
}

}  // namespace agent
