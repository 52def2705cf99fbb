#include "fakes/dialects/openai_responses.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using namespace openai;
using world::append_integer;
using world::append_json_string;

// An event up to its own members.
void begin_event(std::string& out, std::string_view type, std::int64_t number) {
  out += "event: ";
  out += type;
  out += "\ndata: {\"type\":\"";
  out += type;
  out += R"(","sequence_number":)";
  append_integer(out, number);
}

void write_response_event(std::string& out, std::string_view type, const Answer& answer,
                          Progress progress, std::int64_t number) {
  begin_event(out, type, number);
  out += R"(,"response":)";
  write_response(out, answer, progress);
  out += "}\n\n";
}

void write_begin(std::string& out, const Answer& answer, std::int64_t step, std::int64_t number) {
  const bool background = answer.echo.background;
  if (background && step == 0) {
    return write_response_event(out, "response.queued", answer, Progress::queued, number);
  }
  if (step == (background ? 1 : 0)) {
    return write_response_event(out, "response.created", answer,
                                background ? Progress::queued : Progress::in_progress, number);
  }
  write_response_event(out, "response.in_progress", answer, Progress::in_progress, number);
}

void write_closing(std::string& out, const Answer& answer, std::int64_t number) {
  std::string_view type = "response.completed";
  if (answer.finish == Finish::error) type = "response.failed";
  if (answer.finish == Finish::length || answer.finish == Finish::content_filter) {
    type = "response.incomplete";
  }
  write_response_event(out, type, answer, Progress::ended, number);
}

void write_item_event(std::string& out, const Answer& answer, std::size_t part, ItemStage stage,
                      std::int64_t number) {
  const bool added = stage == ItemStage::added;
  begin_event(out, added ? "response.output_item.added" : "response.output_item.done", number);
  out += R"(,"output_index":)";
  append_integer(out, static_cast<std::int64_t>(part));
  out += R"(,"item":)";
  write_item(out, answer, part, stage);
  out += "}\n\n";
}

// Which item, and of texts which content: the members that every event within an item begins with.
void begin_item_event(std::string& out, std::string_view type, const Answer& answer,
                      std::size_t part, std::int64_t number) {
  begin_event(out, type, number);
  out += R"(,"item_id":)";
  write_item_id(out, answer, part);
  out += R"(,"output_index":)";
  append_integer(out, static_cast<std::int64_t>(part));
  if (answer.is_text(part)) out += R"(,"content_index":0)";
  if (answer.is_reasoning(part)) out += R"(,"summary_index":0)";
}

void write_part_event(std::string& out, std::string_view type, const Answer& answer,
                      std::size_t part, ItemStage stage, std::int64_t number) {
  begin_item_event(out, type, answer, part, number);
  out += R"(,"part":)";
  if (answer.is_reasoning(part)) {
    write_summary_part(out, answer, stage);
  } else {
    write_text_part(out, answer, stage);
  }
  out += "}\n\n";
}

void write_unit(std::string& out, const Answer& answer, const Place& place, std::int64_t number) {
  const std::size_t start = out.size();
  if (answer.is_reasoning(place.part)) {
    begin_item_event(out, "response.reasoning_summary_text.delta", answer, place.part, number);
    out += R"(,"delta":")";
    out += answer.reasoning->text.token(place.step);
    out += '"';
  } else if (answer.is_text(place.part)) {
    begin_item_event(out, "response.output_text.delta", answer, place.part, number);
    out += R"(,"delta":")";
    out += answer.text.token(place.step);
    out += R"(","logprobs":[])";
  } else {
    begin_item_event(out, "response.function_call_arguments.delta", answer, place.part, number);
    out += R"(,"delta":)";
    append_json_string(out, fragment(answer.call(place.part), place.step));
  }
  if (answer.obfuscate) append_obfuscation(out, out.size() - start, number);
  out += "}\n\n";
}

// Of a summary that nobody asked for there is nothing to tell.
void write_reasoning_close(std::string& out, const Answer& answer, const Place& place,
                           std::int64_t number) {
  if (answer.has_unseen_reasoning() || place.step == 2) {
    return write_item_event(out, answer, place.part, ItemStage::done, number);
  }
  if (place.step == 1) {
    return write_part_event(out, "response.reasoning_summary_part.done", answer, place.part,
                            ItemStage::done, number);
  }
  begin_item_event(out, "response.reasoning_summary_text.done", answer, place.part, number);
  out += R"(,"text":")";
  answer.reasoning->text.append_all(out);
  out += "\"}\n\n";
}

void write_close(std::string& out, const Answer& answer, const Place& place, std::int64_t number) {
  const std::size_t part = place.part;
  if (answer.is_reasoning(part)) return write_reasoning_close(out, answer, place, number);
  if (!answer.is_text(part)) {
    if (place.step == 1) return write_item_event(out, answer, part, ItemStage::done, number);
    begin_item_event(out, "response.function_call_arguments.done", answer, part, number);
    out += R"(,"name":)";
    append_json_string(out, answer.call(part).name);
    out += R"(,"arguments":)";
    append_json_string(out, answer.call(part).arguments);
    out += "}\n\n";
    return;
  }
  if (place.step == 2) return write_item_event(out, answer, part, ItemStage::done, number);
  if (place.step == 1) {
    return write_part_event(out, "response.content_part.done", answer, part, ItemStage::done,
                            number);
  }
  begin_item_event(out, "response.output_text.done", answer, part, number);
  out += R"(,"text":")";
  answer.text.append_all(out);
  out += R"(","logprobs":[]})";
  out += "\n\n";
}

}  // namespace

// What has failed closes no item: the last one stays open.
std::int64_t OpenAiResponses::events_at(const Answer& answer, Stage stage,
                                        std::size_t part) const {
  // Made of a list of texts: each of them is added and done, and so is the item.
  const bool texts =
      answer.is_text(part) || (answer.is_reasoning(part) && !answer.has_unseen_reasoning());
  switch (stage) {
    case Stage::begin: return answer.echo.background ? 3 : 2;
    case Stage::open: return texts ? 2 : 1;
    case Stage::unit: return 0;
    case Stage::close:
      if (answer.finish == Finish::error && part + 1 == answer.parts()) return 0;
      if (answer.has_unseen_reasoning() && answer.is_reasoning(part)) return 1;
      return texts ? 3 : 2;
    case Stage::end: return 1;
  }
  return 0;
}

void OpenAiResponses::write_event(std::string& out, const Answer& answer, const Place& place,
                                  std::int64_t number) const {
  switch (place.stage) {
    case Stage::begin: return write_begin(out, answer, place.step, number);
    case Stage::open:
      if (place.step == 0) {
        return write_item_event(out, answer, place.part, ItemStage::added, number);
      }
      return write_part_event(out,
                              answer.is_reasoning(place.part)
                                  ? "response.reasoning_summary_part.added"
                                  : "response.content_part.added",
                              answer, place.part, ItemStage::added, number);
    case Stage::unit: return write_unit(out, answer, place, number);
    case Stage::close: return write_close(out, answer, place, number);
    case Stage::end: return write_closing(out, answer, number);
  }
}

// A background answer has been accepted and told so before it leaves the queue.
Pace OpenAiResponses::pace(const Answer& answer, const Place& place) const {
  if (place.stage != Stage::begin) return Pace::with_units;
  return answer.echo.background && place.step == 2 ? Pace::when_started : Pace::at_once;
}

void OpenAiResponses::write_stream_error(std::string& out, const Refusal& refusal,
                                         std::int64_t number) const {
  const auto text_or_null = [&out](const std::string& text) {
    if (text.empty()) {
      out += "null";
    } else {
      append_json_string(out, text);
    }
  };
  begin_event(out, "error", number);
  out += R"(,"code":)";
  text_or_null(refusal.code.empty() ? refusal.type : refusal.code);
  out += R"(,"message":)";
  append_json_string(out, refusal.message);
  out += R"(,"param":)";
  text_or_null(refusal.param);
  out += "}\n\n";
}

}  // namespace fakes
