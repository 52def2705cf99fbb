#include "fakes/faults/finish.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

constexpr std::string_view kRefusal = "I'm sorry, but I can't help with that.";

// OpenAI's answers have a member for it, beside a content that is then null.
void tell_refusal(std::string& json, const EditPlace& at) {
  if (!at.streamed) {
    const std::string refusal = find_member(json, {"refusal"});
    const std::string content = find_member(json, {"content"});
    const std::string text = value_at(json, content);
    if (refusal.empty() || !replace_value(json, refusal, text)) return;
    replace_value(json, content, "null");
  } else if (at.place.stage == Stage::unit && json.find(R"("choices")") != std::string::npos) {
    rename_member(json, find_member(json, {"content"}), "refusal");
  }
}

}  // namespace

world::Task<void> strike(FinishAs fault, Exchange& x) {
  x.answer.calls.clear();
  x.answer.has_text = true;
  if (fault.how == FinishHow::refusal) {
    x.answer.finish = x.dialect.provider() == "openai" ? Finish::stop : Finish::content_filter;
    x.answer.text = ReplyText::literal(kRefusal, 1'000);
    Edit edit = tell_refusal;
    co_await answer_edited(x, std::move(edit));
    co_return;
  }
  x.answer.finish =
      fault.how == FinishHow::length ? Finish::length : Finish::content_filter;
  keep_tokens(x.answer, x.answer.text.tokens() / 2);
  co_await answer_normally(x);
}

}  // namespace fakes
