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

// OpenAI's responses have a kind of content for it, with events of its own.
void respell_as_refusal(std::string& bytes) {
  replace_all(bytes, R"({"type":"output_text","annotations":[],"logprobs":[],"text":)",
              R"({"type":"refusal","refusal":)");
  replace_all(bytes, "response.output_text.", "response.refusal.");
  replace_all(bytes, R"("content_index":0,"text":)", R"("content_index":0,"refusal":)");
  replace_all(bytes, R"(,"logprobs":[])", "");
}

world::Task<void> answer_as_refusal(Exchange& x) {
  if (!x.record.stream) {
    x.on_body = respell_as_refusal;
    co_await answer_normally(x);
    co_return;
  }
  StreamWriter::OnEvent respelled = [](std::string& bytes, const Place&, std::int64_t) {
    respell_as_refusal(bytes);
  };
  co_await stream_edited(x, std::move(respelled));
}

}  // namespace

world::Task<void> strike(FinishAs fault, Exchange& x) {
  x.answer.calls.clear();
  x.answer.has_text = true;
  if (fault.how == FinishHow::refusal) {
    x.answer.finish = x.dialect.provider() == "openai" ? Finish::stop : Finish::content_filter;
    x.answer.text = ReplyText::literal(kRefusal, 1'000);
    if (x.dialect.name() == "openai-responses") {
      co_await answer_as_refusal(x);
      co_return;
    }
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
