#include "agent/providers/degraded.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"
#include "world/sse.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;
using world::JsonType;
using world::Nanos;

namespace {

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json.substr(1, json.size() - 2);
}

// The last message of the request as it came, if it is the user's.
std::string question_of(const Request& request) {
  std::string_view last;
  const std::string list = "[" + std::string(request.messages.text()) + "]";
  world::JsonReader items(list);
  if (!items.enter_array()) return {};
  while (items.next_item()) last = items.take().raw;
  const world::JsonValue role = world::member_of(last, "role");
  const world::JsonValue content = world::member_of(last, "content");
  if (role.raw != R"("user")" || content.type != JsonType::string) return {};
  return content.text();
}

// Lower case, and one blank where there are several: "Hello  There" asks what "hello there" asks.
std::string folded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    const bool upper = c >= 'A' && c <= 'Z';
    out += blank ? ' ' : upper ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

// The members that chunks and whole answers share, up to the choices.
std::string head_of(std::string_view object, std::string_view id, std::int64_t created_s) {
  std::string out = R"({"id":)";
  append_json_string(out, "degraded-" + std::string(id));
  append_member(out, "object", object);
  append_member(out, "model", kOwnModel);
  out += R"(,"created":)";
  append_integer(out, created_s);
  return out;
}

std::string facts_of(const DegradedAnswer& answer) {
  std::string out = R"(,"agentcore":{"degraded":true)";
  append_member(out, "source", answer.source);
  out += R"(,"age_s":)";
  append_integer(out, answer.age.count() / 1'000'000'000);
  out += '}';
  return out;
}

}  // namespace

bool may_stand_in(const Problem& problem) {
  if (problem.execution != Execution::not_started) return false;
  switch (problem.code) {
    case ProblemCode::circuit_open:
    case ProblemCode::backend_rate_limited:
    case ProblemCode::backend_unavailable:
    case ProblemCode::backend_timeout:
    case ProblemCode::backend_invalid_response:
    case ProblemCode::backend_refused: return true;
    default: return false;
  }
}

std::string DegradedAnswers::same_prompt(const Request& request, const History& prompt) {
  std::string key = "p" + std::to_string(request.whose.size()) + ":" + request.whose;
  key += "|" + request.model + "|" + request.others + "|" + std::to_string(request.max_tokens);
  key += "|" + request.instructions + "|";
  key += prompt.text();
  return key;
}

std::string DegradedAnswers::same_question(const Request& request) {
  const std::string question = folded(question_of(request));
  // Who asks without a name may be anybody: what another one was told is not for them.
  if (question.empty() || request.user.empty()) return {};
  return "q" + std::to_string(request.whose.size()) + ":" + request.whose + "|" + question;
}

void DegradedAnswers::drop(Place place) {
  bytes_ -= static_cast<std::int64_t>(2 * place->key.size() + place->content.size());
  places_.erase(place->key);
  kept_.erase(place);
}

void DegradedAnswers::keep(std::string key, std::string_view content) {
  const auto bytes = static_cast<std::int64_t>(2 * key.size() + content.size());
  if (key.empty() || bytes > config_.entry_bytes_max || config_.entries_max == 0) return;
  if (const auto old = places_.find(key); old != places_.end()) drop(old->second);
  while (static_cast<std::int64_t>(kept_.size()) >= config_.entries_max) drop(kept_.begin());
  kept_.push_back({std::move(key), std::string(content), clock_.now()});
  places_[kept_.back().key] = std::prev(kept_.end());
  bytes_ += bytes;
}

const DegradedAnswers::Kept* DegradedAnswers::find(const std::string& key, Nanos not_older) {
  const auto found = places_.find(key);
  if (key.empty() || found == places_.end()) return nullptr;
  const Kept& kept = *found->second;
  return clock_.now() - kept.at <= not_older ? &kept : nullptr;
}

void DegradedAnswers::remember(const Request& request, const History& prompt,
                               std::string_view content) {
  if (!on() || content.empty()) return;
  keep(same_prompt(request, prompt), content);
  keep(same_question(request), content);
}

DegradedAnswer DegradedAnswers::answer(const Request& request, const History& prompt,
                                       const Problem& problem) {
  if (const Kept* kept = find(same_prompt(request, prompt), config_.cache_for)) {
    return {kept->content, "cache", clock_.now() - kept->at};
  }
  if (const Kept* kept = find(same_question(request), config_.last_good_for)) {
    return {kept->content, "last_good", clock_.now() - kept->at};
  }
  return {quoted(config_.text.empty() ? own_words(problem) : config_.text), "local", Nanos{0}};
}

std::string DegradedAnswers::own_words(const Problem& problem) const {
  std::string text =
      "I cannot answer this now: the language model behind me cannot be used at the moment (" +
      std::string(name_of(problem.code)) + "). Nothing was done, and nothing is lost.";
  if (problem.retry_after) {
    const std::int64_t seconds = (problem.retry_after->count() + 999'999'999) / 1'000'000'000;
    text += " Asking again makes sense in " + std::to_string(std::max<std::int64_t>(1, seconds)) +
            " seconds.";
  }
  text += " What I can do meanwhile: show earlier answers of this conversation, repeat an answer "
          "that I have given to the same question before, and take this question as a background "
          "job (\"background\": true), which is answered as soon as the model is back.";
  return text;
}

std::string completion_body(const DegradedAnswer& answer, std::string_view id,
                            std::int64_t created_s) {
  std::string out = head_of("chat.completion", id, created_s);
  out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":")";
  out += answer.text;
  out += R"("},"finish_reason":"stop"}])";
  out += R"(,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})";
  out += facts_of(answer);
  out += '}';
  return out;
}

std::string completion_events(const DegradedAnswer& answer, std::string_view id,
                              std::int64_t created_s) {
  const std::string head = head_of("chat.completion.chunk", id, created_s);
  std::string events;
  world::write_sse(events, {},
                   head + R"(,"choices":[{"index":0,"delta":{"role":"assistant","content":")" +
                       answer.text + R"("},"finish_reason":null}])" + facts_of(answer) + "}");
  world::write_sse(events, {},
                   head + R"(,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  return events;
}

}  // namespace agent
