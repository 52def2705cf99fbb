#include "agent/tools/tool_call.hpp"

namespace agent {

std::string_view name_of(ToolEnd end) {
  switch (end) {
    case ToolEnd::ok: return "ok";
    case ToolEnd::failed: return "failed";
    case ToolEnd::refused: return "refused";
    case ToolEnd::timeout: return "timeout";
    case ToolEnd::unknown: return "unknown";
  }
  return "unknown";
}

ToolAnswer not_called(std::string text, OutcomeKind heard) {
  ToolAnswer answer;
  answer.text = std::move(text);
  answer.end = ToolEnd::refused;
  answer.heard = {heard, 0};
  return answer;
}

}  // namespace agent
