#include "fakes/tools/tool_result.hpp"

#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::string_view kFailed = "Error: the tool failed: connection to its database lost.";

// Not in the middle of a character.
std::string half_of(const std::string& text) {
  std::size_t size = text.size() / 2;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::string filled_up(std::string text, std::int64_t bytes) {
  constexpr std::string_view line = "all work and no play makes a long log\n";
  text += '\n';
  while (static_cast<std::int64_t>(text.size()) < bytes) text += line;
  return text;
}

}  // namespace

std::string rpc_result(std::string_view id, std::string_view result) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  out += id;
  out += R"(,"result":)";
  out += result;
  return out + "}";
}

std::string rpc_error(std::string_view id, std::int64_t code, std::string_view message) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  out += id.empty() ? std::string_view("null") : id;
  out += R"(,"error":{"code":)" + std::to_string(code) + R"(,"message":)";
  world::append_json_string(out, message);
  return out + "}}";
}

std::string tool_result(std::string_view text, bool is_error) {
  std::string out = R"({"content":[{"type":"text","text":)";
  world::append_json_string(out, text);
  out += R"(}],"isError":)";
  out += is_error ? "true" : "false";
  return out + "}";
}

bool says_no(BadToolHow how) {
  return how == BadToolHow::error || how == BadToolHow::rpc_error ||
         how == BadToolHow::false_success;
}

std::string bad_tool_message(const BadTool& fault, std::string_view id, const std::string& text) {
  switch (fault.how) {
    case BadToolHow::error: return rpc_result(id, tool_result(kFailed, true));
    case BadToolHow::rpc_error: return rpc_error(id, -32603, "Internal error");
    case BadToolHow::false_success: return rpc_result(id, tool_result(kFailed, false));
    case BadToolHow::partial: return rpc_result(id, tool_result(half_of(text), false));
    case BadToolHow::wrong_schema: return rpc_result(id, R"({"content":{"output":[1,2,3]}})");
    case BadToolHow::huge:
      return rpc_result(id, tool_result(filled_up(text, fault.bytes), false));
    case BadToolHow::empty: return rpc_result(id, R"({"content":[],"isError":false})");
    case BadToolHow::injection:
      return rpc_result(id, tool_result(text + "\n\n" + fault.text, false));
    default: return rpc_result(id, tool_result(text, false));
  }
}

}  // namespace fakes
