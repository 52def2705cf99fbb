#include "agent/providers/completion.hpp"

#include "agent/providers/planning.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

bool is_valid(std::string_view text) {
  JsonReader reader(text);
  return reader.take() && reader.finished();
}

JsonValue first_item(const JsonValue& list) {
  if (list.type != JsonType::array) return {};
  JsonReader reader(list.raw);
  reader.enter_array();
  return reader.next_item() ? reader.take() : JsonValue{};
}

std::string text_of(const JsonValue& value) {
  return value.type == JsonType::string ? value.text() : std::string();
}

void read_usage(std::string_view body, Completion& completion) {
  const JsonValue usage = member_of(body, "usage");
  if (usage.type != JsonType::object) return;
  const auto tokens = member_of(usage.raw, "completion_tokens").integer();
  if (tokens) completion.tokens = *tokens;
  const auto asked = member_of(usage.raw, "prompt_tokens").integer();
  if (asked) completion.prompt_tokens = *asked;
}

// The calls of a message, or fragments of them in a delta: a fragment says by its index whose.
bool add_calls(const JsonValue& list, Completion& completion) {
  if (list.type != JsonType::array) return false;
  JsonReader reader(list.raw);
  reader.enter_array();
  bool any = false;
  for (std::size_t place = 0; reader.next_item(); ++place) {
    const JsonValue item = reader.take();
    const auto index = member_of(item.raw, "index").integer();
    const std::size_t at = index && *index >= 0 ? static_cast<std::size_t>(*index) : place;
    if (at >= Completion::kCallsMax) return any;
    if (completion.calls.size() <= at) completion.calls.resize(at + 1);
    ToolRequest& call = completion.calls[at];
    if (std::string id = text_of(member_of(item.raw, "id")); !id.empty()) call.id = std::move(id);
    const JsonValue function = member_of(item.raw, "function");
    call.name += text_of(member_of(function.raw, "name"));
    call.arguments += text_of(member_of(function.raw, "arguments"));
    any = true;
  }
  return any;
}

// JSON text from its first character on that is no blank.
std::string_view past_blanks(std::string_view content) {
  for (;;) {
    if (content.starts_with(' ')) {
      content.remove_prefix(1);
    } else if (content.starts_with("\\n") || content.starts_with("\\t") ||
               content.starts_with("\\r")) {
      content.remove_prefix(2);
    } else {
      return content;
    }
  }
}

bool is_blank(std::string_view content) { return past_blanks(content).empty(); }

std::string unquoted(std::string_view content) {
  const std::string raw = '"' + std::string(content) + '"';
  return JsonValue{JsonType::string, raw}.text();
}

}  // namespace

bool read_completion(std::string_view body, Completion& completion) {
  if (!is_valid(body)) return false;
  const JsonValue choice = first_item(member_of(body, "choices"));
  const JsonValue message = member_of(choice.raw, "message");
  if (message.type != JsonType::object) return false;
  const JsonValue content = member_of(message.raw, "content");
  if (content && content.type != JsonType::string && content.type != JsonType::null) return false;
  if (content.type == JsonType::string) completion.content = content.inside();
  add_calls(member_of(message.raw, "tool_calls"), completion);
  completion.finish = text_of(member_of(choice.raw, "finish_reason"));
  read_usage(body, completion);
  return true;
}

bool read_chunk(std::string_view data, Completion& completion, ChunkAdds& adds) {
  if (!is_valid(data) || !data.starts_with('{')) return false;
  const JsonValue error = member_of(data, "error");
  if (error && error.type != JsonType::null) return false;
  const JsonValue choice = first_item(member_of(data, "choices"));
  const JsonValue delta = member_of(choice.raw, "delta");
  const JsonValue content = member_of(delta.raw, "content");
  if (content.type == JsonType::string) {
    completion.content += content.inside();
    adds.content = content.inside().size() > 0;
  }
  adds.calls = add_calls(member_of(delta.raw, "tool_calls"), completion);
  if (std::string why = text_of(member_of(choice.raw, "finish_reason")); !why.empty()) {
    completion.finish = std::move(why);
  }
  read_usage(data, completion);
  return true;
}

std::string_view fault_of(const Completion& completion, Defect defect, bool json_wanted) {
  if (!completion.calls.empty()) return {};
  if (is_blank(completion.content)) {
    return defect == Defect::passes_empty_answer ? std::string_view() : "an answer without a word";
  }
  if (defect == Defect::passes_planning_json || json_wanted) return {};
  const char first = past_blanks(completion.content).front();
  if (first != '{' && first != '`') return {};
  return is_planning(unquoted(completion.content)) ? kPlanInstead : std::string_view();
}

bool take_out_answer(Completion& completion) {
  const auto said = answer_in_plan(unquoted(completion.content));
  if (!said) return false;
  std::string quoted;
  world::append_json_string(quoted, *said);
  completion.content = quoted.substr(1, quoted.size() - 2);
  return true;
}

std::string with_content(std::string_view body, std::string_view content) {
  const JsonValue choice = first_item(member_of(body, "choices"));
  const JsonValue old = member_of(member_of(choice.raw, "message").raw, "content");
  if (old.type != JsonType::string) return std::string(body);
  const auto at = static_cast<std::size_t>(old.raw.data() - body.data());
  std::string changed(body.substr(0, at));
  changed += '"';
  changed += content;
  changed += '"';
  changed += body.substr(at + old.raw.size());
  return changed;
}

bool may_be_no_answer(std::string_view content, Defect defect, bool json_wanted) {
  if (is_blank(content)) return true;
  if (defect == Defect::passes_planning_json || json_wanted) return false;
  const char first = past_blanks(content).front();
  return first == '{' || first == '`';
}

}  // namespace agent
