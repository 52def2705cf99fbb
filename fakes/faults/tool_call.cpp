#include "fakes/faults/tool_call.hpp"

#include <algorithm>

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"
#include "fakes/faults/suits.hpp"

namespace fakes {
namespace {

constexpr std::string_view kNoId = "call_without_id";
constexpr std::int64_t kFragments = 4;

// Far apart: some dialects use only the first bits.
std::string id_of(const Exchange& x, std::uint64_t number) {
  constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15;
  return x.dialect.call_id(x.answer.id + number * kStep);
}

ToolCall call_of(const BadToolCall& fault, const Exchange& x, std::uint64_t number) {
  ToolCall call;
  call.id = id_of(x, number);
  call.name = fault.name;
  const bool offered = x.chat != nullptr && !x.chat->tools.empty();
  if (call.name.empty()) call.name = offered ? x.chat->tools.front() : "lookup_weather";
  call.arguments = fault.arguments;
  return call;
}

// Cuts within the last value, as when a model runs out of tokens.
void cut_arguments(std::string& arguments) {
  std::size_t size = arguments.size() * 2 / 3;
  while (size > 0 && (static_cast<unsigned char>(arguments[size]) & 0xC0) == 0x80) --size;
  arguments.resize(size);
}

void spoil(Answer& answer, ToolCallHow how) {
  ToolCall& call = answer.calls.front();
  switch (how) {
    case ToolCallHow::invalid_json: call.arguments += ",}"; break;
    case ToolCallHow::cut_at_length:
      cut_arguments(call.arguments);
      answer.finish = Finish::length;
      break;
    case ToolCallHow::cut: cut_arguments(call.arguments); break;
    case ToolCallHow::empty_arguments: call.arguments.clear(); break;
    case ToolCallHow::wrong_schema: call.arguments = R"({"unexpected":[1,2,3]})"; break;
    case ToolCallHow::unknown_tool: call.name = "no_such_tool"; break;
    case ToolCallHow::duplicate_id: answer.calls.back().id = call.id; break;
    case ToolCallHow::missing_id: call.id = kNoId; break;
    case ToolCallHow::parallel:
    case ToolCallHow::split:
    case ToolCallHow::loop: break;
  }
}

// Takes out the members that hold the id which stands for none.
void erase_id(std::string& json, const EditPlace&) {
  if (json.find(kNoId) == std::string::npos) return;
  for (;;) {
    const std::string path = find_text(json, kNoId);
    if (path.empty() || !erase_member(json, path)) return;
  }
}

// A plain answer has no pieces, and Anthropic's have an object where others have the text of one:
// there arguments are never broken, only empty when they were cut off.
bool can_be_so(const Exchange& x, ToolCallHow how) {
  if (x.record.stream) return why_unfit(BadToolCall{how, {}, {}}, x.dialect).empty();
  const bool broken = how == ToolCallHow::invalid_json || how == ToolCallHow::cut;
  return how != ToolCallHow::split && !(broken && x.dialect.provider() == "anthropic");
}

}  // namespace

world::Task<void> strike(BadToolCall fault, Exchange& x) {
  if (!can_be_so(x, fault.how)) {
    x.had_effect = false;
    co_await answer_normally(x);
    co_return;
  }
  Answer& answer = x.answer;
  const bool three = fault.how == ToolCallHow::parallel;
  const std::uint64_t calls = three ? 3 : fault.how == ToolCallHow::duplicate_id ? 2 : 1;
  answer.calls.clear();
  for (std::uint64_t n = 0; n < calls; ++n) answer.calls.push_back(call_of(fault, x, n));
  answer.has_text = false;
  answer.text = ReplyText();
  answer.finish = Finish::tool_calls;
  spoil(answer, fault.how);
  const bool plain = !x.record.stream && x.dialect.provider() == "anthropic";
  if (plain && fault.how == ToolCallHow::cut_at_length) answer.calls.front().arguments.clear();
  for (ToolCall& call : answer.calls) {
    const auto size = static_cast<std::int64_t>(call.arguments.size());
    const std::int64_t wanted = fault.how == ToolCallHow::split ? size : kFragments;
    const bool whole = x.dialect.whole_tool_calls();
    call.fragments = whole || size == 0 ? 1 : std::min(wanted, size);
  }
  Edit edit = [](std::string&, const EditPlace&) {};
  if (fault.how == ToolCallHow::missing_id) edit = erase_id;
  co_await answer_edited(x, std::move(edit));
}

}  // namespace fakes
