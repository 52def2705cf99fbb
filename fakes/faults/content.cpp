#include "fakes/faults/content.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

// What the dialect calls the list of what the model said.
std::string_view list_in(const Dialect& dialect) {
  if (dialect.name() == "openai-responses") return "output";
  const bool blocks = dialect.name() == "anthropic" || dialect.name() == "cohere";
  return blocks ? "content" : "choices";
}

bool null_text(std::string& json) {
  const std::string path = find_member(json, {"content", "text"});
  const std::string value = value_at(json, path);
  if (value.starts_with('"')) return replace_value(json, path, "null");
  const std::string inside = find_member(json, {"text"});
  return value_at(json, inside).starts_with('"') && replace_value(json, inside, "null");
}

// Azure tells first what its filter thinks of the prompt, in a chunk without choices.
world::Task<void> stream_with_empty_chunk(Exchange& x, bool& done) {
  StreamWriter::OnEvent on_event = [&done](std::string& bytes, const Place&, std::int64_t number) {
    if (number != 0) return;
    std::string before = bytes;
    edit_payload(before, [&done](std::string& json) {
      done = replace_value(json, find_member(json, {"choices"}), "[]");
    });
    if (done) bytes.insert(0, before);
  };
  co_await stream_edited(x, std::move(on_event));
}

// Where there are no choices to be empty, it is the list of what was said.
void say_nothing(Answer& answer) {
  answer.calls.clear();
  answer.has_text = false;
  answer.text = ReplyText();
  answer.finish = Finish::stop;
}

}  // namespace

world::Task<void> strike(Content fault, Exchange& x) {
  bool done = fault.how == ContentHow::empty;
  const std::string_view list = list_in(x.dialect);
  if (fault.how == ContentHow::no_choices && list != "choices") {
    say_nothing(x.answer);
    done = true;
    co_await answer_normally(x);
  } else if (fault.how == ContentHow::no_choices && x.record.stream) {
    co_await stream_with_empty_chunk(x, done);
  } else {
    x.answer.calls.clear();
    x.answer.has_text = true;
    x.answer.text = ReplyText();
    x.answer.finish = Finish::stop;
    Edit edit = [&done, list, how = fault.how](std::string& json, const EditPlace&) {
      bool changed = false;
      if (how == ContentHow::null_text) changed = null_text(json);
      const std::string at = find_member(json, {list});
      if (how == ContentHow::no_choices) changed = replace_value(json, at, "[]");
      if (how == ContentHow::null_choices) changed = replace_value(json, at, "null");
      done = done || changed;
    };
    co_await answer_edited(x, std::move(edit));
  }
  x.had_effect = done;
  mark_spoiled(x);
}

}  // namespace fakes
