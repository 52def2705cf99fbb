#include "fakes/tools/tool_server.hpp"

#include <algorithm>

#include "fakes/tools/tool_result.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {

using world::Nanos;

namespace {

constexpr std::string_view kProtocol = "2025-06-18";

std::string hello(std::string_view params) {
  const world::JsonValue wanted = world::member_of(params, "protocolVersion");
  std::string out = R"({"protocolVersion":)";
  if (wanted.type == world::JsonType::string) {
    out += wanted.raw;
  } else {
    world::append_json_string(out, kProtocol);
  }
  return out + R"(,"capabilities":{"tools":{}},)" +
         R"("serverInfo":{"name":"shakedown-fake","version":"1"}})";
}

// An argument as text: of a string what it says, of anything else its JSON.
std::string argument(std::string_view arguments, std::string_view name) {
  const world::JsonValue value = world::member_of(arguments, name);
  return value.type == world::JsonType::string ? value.text() : std::string(value.raw);
}

}  // namespace

void set_work(Exchange& x, Nanos whole, Nanos heartbeat) {
  const bool beats = x.record.stream && heartbeat > Nanos{0} && heartbeat < whole;
  const Nanos step = beats ? heartbeat : whole;
  x.timing.set_steps(whole, step);
  x.answer.calls.at(0).fragments = beats ? (whole + step - Nanos{1}) / step : 1;
}

ToolServer::ToolServer(const Backend& config, world::Random random)
    : tools_(config.tools.empty() ? default_tools() : config.tools), random_(random) {}

bool ToolServer::is_notification(std::string_view body) {
  const bool has_id = static_cast<bool>(world::member_of(body, "id"));
  const bool has_method = static_cast<bool>(world::member_of(body, "method"));
  if (has_method) return !has_id;
  return has_id && (world::member_of(body, "result") || world::member_of(body, "error"));
}

const Tool* ToolServer::find(std::string_view name) const {
  for (const Tool& tool : tools_) {
    if (tool.name == name) return &tool;
  }
  return nullptr;
}

std::optional<Refusal> ToolServer::check(const ChatRequest& chat) const {
  if (!chat.rpc || chat.rpc->method != "tools/call" || find(chat.model)) return std::nullopt;
  Refusal refusal;
  refusal.status = 200;
  refusal.code = "-32602";
  refusal.param = chat.rpc->id;
  refusal.message = "Unknown tool: " + chat.model;
  return refusal;
}

ToolAsk ToolServer::ask_of(const ChatRequest& chat) const {
  if (chat.rpc && chat.rpc->method == "tools/list") return ToolAsk::tools;
  const Tool* tool = chat.rpc && chat.rpc->method == "tools/call" ? find(chat.model) : nullptr;
  if (tool == nullptr) return ToolAsk::other;
  if (tool->effect == ToolEffect::add) return ToolAsk::change;
  return tool->effect == ToolEffect::list ? ToolAsk::read : ToolAsk::call;
}

void ToolServer::plan(Exchange& x, const ChatRequest& chat, AnswerKey key) {
  const Tool* tool = chat.rpc->method == "tools/call" ? find(chat.model) : nullptr;
  ToolCall call;
  call.id = chat.rpc->progress_token;
  call.name = chat.model;
  x.answer.has_text = false;
  x.answer.calls.push_back(std::move(call));
  Nanos whole{0};
  if (tool != nullptr) {
    whole = Nanos(tool->time.sample(
        random_.bits(world::Purpose("tool time"), key.entity, key.attempt)));
  }
  set_work(x, whole, tool != nullptr ? tool->heartbeat : Nanos{0});
  if (chat.rpc->method == "initialize") {
    x.head.further = "mcp-session-id: ";
    world::append_hex(x.head.further, x.answer.id);
    x.head.further += "\r\n";
  }
  x.on_due = [this, &x, &chat] { make(x, chat); };
}

void ToolServer::make(Exchange& x, const ChatRequest& chat) {
  const RpcCall& rpc = *chat.rpc;
  std::string& message = x.answer.calls.at(0).arguments;
  const bool no_tools = x.bad_tool != nullptr && x.bad_tool->how == BadToolHow::no_tools;
  if (rpc.method == "initialize") {
    message = rpc_result(rpc.id, hello(rpc.params));
  } else if (rpc.method == "tools/list") {
    message = rpc_result(rpc.id, list_of_tools(no_tools));
  } else if (const Tool* tool = find(chat.model)) {
    message = call(x, *tool, chat);
  } else {
    message = rpc_result(rpc.id, "{}");  // a ping
  }
}

// The effect, what the tool says of it, and what a fault makes of that.
std::string ToolServer::call(Exchange& x, const Tool& tool, const ChatRequest& chat) {
  const BadTool* bad = x.bad_tool;
  const bool fails = bad != nullptr && says_no(bad->how);
  if (tool.effect == ToolEffect::add && !fails) {
    if (notes_.size() >= kNotesMax) notes_.pop_front();
    notes_.push_back(argument(chat.rpc->arguments, "text"));
    ++effects_;
    x.record.effect = true;
  }
  const bool stale = bad != nullptr && bad->how == BadToolHow::stale && !notes_.empty();
  const std::string text = fill(tool, chat.rpc->arguments, notes_.size() - (stale ? 1 : 0));
  return bad != nullptr ? bad_tool_message(*bad, chat.rpc->id, text)
                        : rpc_result(chat.rpc->id, tool_result(text, false));
}

std::string ToolServer::fill(const Tool& tool, std::string_view arguments,
                             std::size_t notes) const {
  std::string_view pattern = tool.result;
  std::string out;
  for (;;) {
    const std::size_t open = pattern.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : pattern.find("}}", open);
    out += pattern.substr(0, close == std::string_view::npos ? pattern.size() : open);
    if (close == std::string_view::npos) return out;
    const std::string_view name = pattern.substr(open + 2, close - open - 2);
    if (name == "arguments") out += arguments;
    if (name == "count") out += std::to_string(notes);
    if (name.starts_with("arg.")) out += argument(arguments, name.substr(4));
    if (name == "notes") {
      for (std::size_t i = 0; i < notes; ++i) out += (i == 0 ? "" : "\n") + notes_[i];
    }
    pattern.remove_prefix(close + 2);
  }
}

std::string ToolServer::list_of_tools(bool none) const {
  std::string out = R"({"tools":[)";
  for (std::size_t i = 0; i < tools_.size() && !none; ++i) {
    if (i > 0) out += ',';
    out += R"({"name":)";
    world::append_json_string(out, tools_[i].name);
    out += R"(,"description":)";
    world::append_json_string(out, tools_[i].description);
    out += R"(,"inputSchema":)" + tools_[i].input_schema + "}";
  }
  return out + "]}";
}

void ToolServer::forget() {
  notes_.clear();
  effects_ = 0;
}

}  // namespace fakes
