#include "fakes/chat.hpp"

namespace fakes {

void note_message(ChatRequest& request, Role role, std::string_view content) {
  request.prompt_bytes += static_cast<std::int64_t>(content.size());
  append_markers(request.markers, role, content);
  if (role == Role::user) {
    ++request.turns;
    request.tool_results = 0;
    request.last_user_message = content;
  } else if (role == Role::tool) {
    ++request.tool_results;
    request.last_tool_result = content;
  }
}

void forget_messages(ChatRequest& request) {
  request.messages = 0;
  request.prompt_bytes = 0;
  request.turns = 0;
  request.tool_results = 0;
  request.last_user_message = {};
  request.last_tool_result = {};
  request.markers.clear();
}

Echo echo_of(const ChatRequest& request) {
  Echo echo;
  echo.background = request.background;
  echo.store = request.store;
  echo.previous_id = request.previous_response_id;
  echo.instructions = request.instructions;
  echo.metadata = request.metadata;
  echo.user = request.user;
  echo.max_tokens = request.max_tokens;
  return echo;
}

std::string_view fragment(const ToolCall& call, std::int64_t n) {
  const std::string_view all = call.arguments;
  const auto size = static_cast<std::int64_t>(all.size());
  const auto border = [&](std::int64_t i) {
    auto at = static_cast<std::size_t>(size * i / call.fragments);
    while (at < all.size() && (static_cast<unsigned char>(all[at]) & 0xC0) == 0x80) ++at;
    return at;
  };
  const std::size_t from = border(n - 1);
  return all.substr(from, border(n) - from);
}

}  // namespace fakes
