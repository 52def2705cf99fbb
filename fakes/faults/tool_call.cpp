#include "fakes/faults/tool_call.hpp"

#include <algorithm>

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::string_view kNoId = "call_without_id";
constexpr std::int64_t kFragments = 4;

std::string id_of(const Exchange& x, std::uint64_t number) {
  std::string id = x.dialect.provider() == "anthropic" ? "toolu_" : "call_";
  world::append_hex(id, x.answer.id + number);
  return id;
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
  for (const char* name : {"id", "call_id"}) {
    for (const char* at : {"/choices/0/message/tool_calls/0/", "/choices/0/delta/tool_calls/0/",
                           "/content/0/", "/content_block/", "/message/tool_calls/0/",
                           "/delta/message/tool_calls/", "/output/0/", "/item/"}) {
      const std::string path = std::string(at) + name;
      if (value_at(json, path).find(kNoId) != std::string::npos) erase_member(json, path);
    }
  }
}

}  // namespace

world::Task<void> strike(BadToolCall fault, Exchange& x) {
  Answer& answer = x.answer;
  const bool three = fault.how == ToolCallHow::parallel;
  const std::uint64_t calls = three ? 3 : fault.how == ToolCallHow::duplicate_id ? 2 : 1;
  answer.calls.clear();
  for (std::uint64_t n = 0; n < calls; ++n) answer.calls.push_back(call_of(fault, x, n));
  answer.has_text = false;
  answer.text = ReplyText();
  answer.finish = Finish::tool_calls;
  spoil(answer, fault.how);
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
