#include "fakes/faults/content.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

// Whatever the dialect calls the list of what the model said.
std::string choices_in(const std::string& json) {
  return find_member(json, {"choices", "candidates", "output", "content"});
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
      done = replace_value(json, choices_in(json), "[]");
    });
    if (done) bytes.insert(0, before);
  };
  co_await stream_edited(x, std::move(on_event));
}

}  // namespace

world::Task<void> strike(Content fault, Exchange& x) {
  bool done = fault.how == ContentHow::empty;
  if (fault.how == ContentHow::no_choices && x.record.stream) {
    co_await stream_with_empty_chunk(x, done);
  } else {
    x.answer.calls.clear();
    x.answer.has_text = true;
    x.answer.text = ReplyText();
    x.answer.finish = Finish::stop;
    Edit edit = [&done, how = fault.how](std::string& json, const EditPlace&) {
      bool changed = false;
      if (how == ContentHow::null_text) changed = null_text(json);
      if (how == ContentHow::no_choices) changed = replace_value(json, choices_in(json), "[]");
      if (how == ContentHow::null_choices) changed = replace_value(json, choices_in(json), "null");
      done = done || changed;
    };
    co_await answer_edited(x, std::move(edit));
  }
  x.had_effect = done;
  mark_spoiled(x);
}

}  // namespace fakes
