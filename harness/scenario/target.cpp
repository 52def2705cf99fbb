#include "harness/scenario/target.hpp"

namespace harness {

std::string_view name_of(TargetDialect dialect) {
  for (const auto& choice : choices(TargetDialect{})) {
    if (choice.value == dialect) return choice.name;
  }
  return {};
}

std::string_view path_of(TargetDialect dialect) {
  switch (dialect) {
    case TargetDialect::openai_chat: return "/v1/chat/completions";
    case TargetDialect::openai_responses: return "/v1/responses";
    case TargetDialect::anthropic: return "/v1/messages";
    case TargetDialect::json: return "/";
  }
  return "/";
}

}  // namespace harness
