#include "fakes/faults/edited.hpp"

#include "world/json_reader.hpp"

namespace fakes {

using world::Task;

namespace {
constexpr std::int64_t kTokensMax = 1'000'000;
}  // namespace

bool edit_payload(std::string& event, const std::function<void(std::string&)>& edit) {
  constexpr std::string_view data = "data: ";
  std::size_t at = event.starts_with(data) ? 0 : event.find("\ndata: ");
  if (at == std::string::npos) return false;
  at += (event[at] == '\n' ? 1 : 0) + data.size();
  const std::size_t end = std::min(event.find_first_of("\r\n", at), event.size());
  std::string payload = event.substr(at, end - at);
  edit(payload);
  event.replace(at, end - at, payload);
  return true;
}

Task<void> stream_edited(Exchange& x, StreamWriter::OnEvent on_event) {
  StreamWriter writer(x);
  writer.on_event(std::move(on_event));
  bool alive = co_await writer.write_until(writer.events());
  if (alive) alive = co_await writer.write_end();
  if (alive) x.record.end = End::completed;
}

Task<void> answer_edited(Exchange& x, Edit edit) {
  if (!x.record.stream) {
    x.on_body = [edit = std::move(edit)](std::string& body) { edit(body, EditPlace{}); };
    co_await answer_normally(x);
    co_return;
  }
  const std::int64_t events = events_of(x.dialect, x.answer);
  StreamWriter::OnEvent on_event = [edit = std::move(edit), events](std::string& bytes,
                                                                    const Place& place,
                                                                    std::int64_t number) {
    const EditPlace where{true, place, number, events};
    edit_payload(bytes, [&](std::string& payload) { edit(payload, where); });
  };
  co_await stream_edited(x, std::move(on_event));
}

void renumber(std::string& event, std::int64_t number) {
  constexpr std::string_view key = "\"sequence_number\":";
  const std::size_t found = event.find(key);
  if (found == std::string::npos) return;
  const std::size_t at = found + key.size();
  const std::size_t end = std::min(event.find_first_not_of("0123456789", at), event.size());
  event.replace(at, end - at, std::to_string(number));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string quoted_text(const ReplyText& text) {
  std::string quoted = "\"";
  text.append_all(quoted);
  quoted += '"';
  return quoted;
}

void mark_spoiled(Exchange& x) {
  if (x.had_effect && x.record.end == End::completed) x.record.end = End::faulted;
}

std::string plain_text(const ReplyText& text) {
  const std::string quoted = quoted_text(text);
  return world::JsonValue{world::JsonType::string, quoted}.text();
}

void add_to_text(Answer& answer, std::string_view words) {
  std::string text = plain_text(answer.text);
  const bool whole = check_text(text) == TextCheck::whole;
  if (whole) text.resize(text.rfind(" [end "));
  text += words;
  if (whole) text += checksum_token(answer.text.tokens(), text);
  answer.text = ReplyText::literal(text, kTokensMax);
  answer.has_text = true;
}

void keep_tokens(Answer& answer, std::int64_t tokens) {
  answer.text = ReplyText::literal(plain_text(answer.text), std::max<std::int64_t>(1, tokens));
}

}  // namespace fakes
