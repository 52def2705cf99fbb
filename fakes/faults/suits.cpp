#include "fakes/faults/suits.hpp"

#include "fakes/faults/json_field.hpp"

namespace fakes {
namespace {

// By name: a dialect that derives from another is not like it in this.
bool speaks(const Dialect& dialect, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (dialect.name() == name) return true;
  }
  return false;
}

// Tools are asked there, not models: nothing speaks, counts tokens or has a reason to end.
bool has_tools(const Dialect& dialect) { return speaks(dialect, {"mcp"}); }

constexpr std::string_view kNoModel = "tools are asked, and no model speaks";

std::string_view unfit(const Events& fault, const Dialect& d) {
  if (fault.how != EventsHow::no_finish || !speaks(d, {"openai-responses"})) return {};
  return "the name of the last event tells why an answer ended";
}

std::string_view unfit(const Usage& fault, const Dialect& d) {
  if (has_tools(d)) return kNoModel;
  if (fault.how != UsageHow::late || !speaks(d, {"openai-responses", "cohere"})) return {};
  return "the count of tokens is a part of the last event";
}

std::string_view unfit(const BadToolCall& fault, const Dialect& d) {
  if (has_tools(d)) return kNoModel;
  if (fault.how != ToolCallHow::split || !d.whole_tool_calls()) return {};
  return "tool calls come whole";
}

std::string_view unfit(const OtherAnswer& fault, const Dialect& d) {
  if (has_tools(d)) return kNoModel;
  if (fault.how == OtherAnswerHow::model_fallback && speaks(d, {"cohere"})) {
    return "answers name no model";
  }
  if (fault.how == OtherAnswerHow::fingerprint_drift &&
      !speaks(d, {"openai-chat", "groq", "cerebras"})) {
    return "answers have no system fingerprint";
  }
  return {};
}

std::string_view unfit(const ProviderError& fault, const Dialect& d) {
  if (fault.how == ProviderErrorHow::tool_use_failed && !speaks(d, {"openai-chat", "groq"})) {
    return "nothing tells of a tool call that could not be read";
  }
  if (fault.how == ProviderErrorHow::ramp_limit && !speaks(d, {"anthropic"})) {
    return "nothing limits how fast traffic may grow";
  }
  return {};
}

std::string_view unfit(const StuckInQueue&, const Dialect& d) {
  return d.stored_form() == nullptr ? "no answers are made in the background" : std::string_view();
}

std::string_view unfit(const Json& fault, const Dialect& d) {
  const AnswerForms forms = forms_with_field(fault, d);
  if (forms.plain || forms.streamed) return {};
  return "answers have no such field";
}

std::string_view unfit(const FinishAs&, const Dialect& d) {
  return has_tools(d) ? kNoModel : std::string_view();
}

std::string_view unfit(const Content&, const Dialect& d) {
  return has_tools(d) ? kNoModel : std::string_view();
}

std::string_view unfit(const BadTool&, const Dialect& d) {
  return has_tools(d) ? std::string_view() : "models are asked, and no tools";
}

template <class Action>
std::string_view unfit(const Action&, const Dialect&) {
  return {};
}

}  // namespace

std::string_view why_unfit(const FaultAction& action, const Dialect& dialect) {
  return std::visit([&](const auto& fault) { return unfit(fault, dialect); }, action);
}

AnswerForms strikes_in(const FaultAction& action, const Dialect& dialect) {
  const FaultKind& kind = kind_of(action);
  AnswerForms forms{kind.on_plain, kind.on_streamed};
  if (const auto* usage = std::get_if<Usage>(&action)) {
    forms.plain = usage->how != UsageHow::late;
  } else if (const auto* json = std::get_if<Json>(&action)) {
    forms = forms_with_field(*json, dialect);
  } else if (const auto* call = std::get_if<BadToolCall>(&action)) {
    // Where a plain answer has the arguments as an object, they cannot be broken JSON.
    const bool broken = call->how == ToolCallHow::invalid_json || call->how == ToolCallHow::cut;
    forms.plain = call->how != ToolCallHow::split && !(broken && speaks(dialect, {"anthropic"}));
  }
  return forms;
}

}  // namespace fakes
