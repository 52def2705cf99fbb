#include "fakes/dialects/openai_chat.hpp"

#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

constexpr std::string_view kChunkEnd = "}\n\n";

void write_call_opening(std::string& out, const Answer& answer, std::size_t part) {
  out += R"({"tool_calls":[{"index":)";
  append_integer(out, index_of_call(answer, part));
  out += ',';
  write_call_head(out, answer.call(part));
  out += R"(,"arguments":""}}]})";
}

bool is_inside(const Answer& answer) {
  return answer.reasoning && answer.reasoning->thoughts == Thoughts::inside;
}

void write_unit(std::string& out, const Answer& answer, const Place& place) {
  if (answer.is_reasoning(place.part)) {
    out += is_inside(answer) ? R"({"content":")" : R"({"reasoning":")";
    out += answer.reasoning->text.token(place.step);
    out += "\"}";
    return;
  }
  if (answer.is_text(place.part)) {
    out += R"({"content":")";
    out += answer.text.token(place.step);
    out += "\"}";
    return;
  }
  out += R"({"tool_calls":[{"index":)";
  append_integer(out, index_of_call(answer, place.part));
  out += R"(,"function":{"arguments":)";
  append_json_string(out, fragment(answer.call(place.part), place.step));
  out += "}}]}";
}

}  // namespace

std::int64_t index_of_call(const Answer& answer, std::size_t part) {
  return static_cast<std::int64_t>(part) - static_cast<std::int64_t>(answer.parts_before_calls());
}

void write_call_head(std::string& out, const ToolCall& call) {
  out += R"("id":)";
  append_json_string(out, call.id);
  out += R"(,"type":"function","function":{"name":)";
  append_json_string(out, call.name);
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_seconds(std::string& out, world::Nanos duration) {
  const std::int64_t ms = (duration.count() + 999'999) / 1'000'000;
  append_integer(out, ms / 1'000);
  const std::int64_t rest = ms % 1'000;
  out += rest < 10 ? ".00" : rest < 100 ? ".0" : ".";
  append_integer(out, rest);
}

void write_allowance(std::string& out, std::string_view what, const Allowance& allowance,
                     AppendReset append_reset) {
  if (allowance.limit == 0) return;
  const auto line = [&](std::string_view part) {
    out += "x-ratelimit-";
    out += part;
    out += '-';
    out += what;
    out += ": ";
  };
  line("limit");
  append_integer(out, allowance.limit);
  out += "\r\n";
  line("remaining");
  append_integer(out, allowance.remaining);
  out += "\r\n";
  line("reset");
  append_reset(out, allowance.reset);
  out += "\r\n";
}

void append_go_duration(std::string& out, world::Nanos duration) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t ms = (duration.count() + 999'999) / 1'000'000;
  if (duration.count() < second) {
    append_integer(out, ms);
    out += "ms";
    return;
  }
  const std::int64_t minutes = ms / 60'000;
  if (minutes >= 60) {
    append_integer(out, minutes / 60);
    out += 'h';
  }
  if (minutes > 0) {
    append_integer(out, minutes % 60);
    out += 'm';
  }
  append_integer(out, ms / 1'000 % 60);
  if (const std::int64_t rest = ms % 1'000; rest != 0) {
    std::string digits = std::to_string(1'000 + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    out += '.' + digits;
  }
  out += 's';
}

namespace {
// The chunk that begins at `start`, and is the last, gets its padding.
void pad_chunk(std::string& out, std::size_t start, std::int64_t number) {
  out.resize(out.size() - kChunkEnd.size());
  append_obfuscation(out, out.size() - start, number);
  out += kChunkEnd;
}
}  // namespace

void append_obfuscation(std::string& out, std::size_t bytes, std::int64_t number) {
  constexpr std::string_view letters =
      "aG7kQ2xVb9LmZ4tRcY1nWp8sHd3fJ6uEo5iNqA0wKvBrTgXyCzMlPhSjDeFUOI";
  constexpr std::size_t block = 16;
  const std::size_t padding = block - bytes % block;
  out += R"(,"obfuscation":")";
  out += letters.substr(static_cast<std::size_t>(number) % (letters.size() - block), padding);
  out += '"';
}

const ChatStyle& OpenAiChat::style() const {
  static constexpr ChatStyle kStyle;
  return kStyle;
}

std::string_view OpenAiChat::finish_text(Finish finish) const {
  switch (finish) {
    case Finish::stop:
    case Finish::stop_sequence:
    case Finish::pause: return R"("stop")";
    case Finish::length:
    case Finish::context_window: return R"("length")";
    case Finish::tool_calls: return R"("tool_calls")";
    case Finish::content_filter: return R"("content_filter")";
    case Finish::error:
    case Finish::timeout: return R"("error")";
  }
  return "null";
}

void OpenAiChat::write_usage(std::string& out, const Answer& answer) const {
  const std::int64_t completion = answer.units();
  out += R"("usage":{"prompt_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_integer(out, completion);
  out += R"(,"total_tokens":)";
  append_integer(out, answer.prompt_tokens + completion);
  out += R"(,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
         R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
}

void OpenAiChat::write_identity(std::string& out, const Answer& answer,
                                std::string_view object) const {
  out += R"({"id":")";
  out += style().id_prefix;
  append_hex(out, answer.id);
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  append_integer(out, answer.created_unix_s);
  out += R"(,"model":)";
  append_json_string(out, answer.model);
}

void OpenAiChat::begin_chunk(std::string& out, const Answer& answer) const {
  out += "data: ";
  write_identity(out, answer, "chat.completion.chunk");
  out += style().identity;
  out += R"(,"choices":[{"index":0,"delta":)";
}

void OpenAiChat::end_chunk(std::string& out, const Answer& answer, Document kind) const {
  const ChatStyle& s = style();
  out += s.choice;
  out += R"(,"finish_reason":)";
  out += kind == Document::finish_chunk ? finish_text(answer.finish) : "null";
  out += "}]";
  if (s.usage_at_finish && kind == Document::finish_chunk) {
    out += ',';
    write_usage(out, answer);
  } else if (has_usage_chunk(answer) && s.null_usage) {
    out += R"(,"usage":null)";
  }
  write_further(out, answer, kind);
  out += kChunkEnd;
}

void OpenAiChat::write_usage_chunk(std::string& out, const Answer& answer) const {
  out += "data: ";
  write_identity(out, answer, "chat.completion.chunk");
  out += style().identity;
  out += R"(,"choices":[],)";
  write_usage(out, answer);
  write_further(out, answer, Document::usage_chunk);
  out += "}\n\n";
}

void OpenAiChat::write_end(std::string& out, const Answer& answer, std::int64_t step) const {
  if (step == 0) {
    begin_chunk(out, answer);
    out += style().last_delta;
    end_chunk(out, answer, Document::finish_chunk);
  } else if (step == 1 && has_usage_chunk(answer)) {
    write_usage_chunk(out, answer);
  } else {
    out += "data: [DONE]\n\n";
  }
}

void OpenAiChat::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "x-request-id: req_";
  append_hex(out, facts.request_id);
  out += "\r\nopenai-version: 2020-10-01\r\nopenai-organization: shakedown\r\n"
         "openai-processing-ms: ";
  append_integer(out, facts.processing_ms);
  out += "\r\n";
  write_allowance(out, "requests", facts.requests, append_go_duration);
  write_allowance(out, "tokens", facts.tokens, append_go_duration);
}

void OpenAiChat::write_answer(std::string& out, const Answer& answer) const {
  write_identity(out, answer, "chat.completion");
  out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
  if (answer.has_text) {
    out += '"';
    if (is_inside(answer)) answer.reasoning->text.append_all(out);
    answer.text.append_all(out);
    out += '"';
  } else {
    out += "null";
  }
  if (answer.reasoning && !is_inside(answer)) {
    out += R"(,"reasoning":")";
    answer.reasoning->text.append_all(out);
    out += '"';
  }
  out += style().message;
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    out += i == 0 ? R"(,"tool_calls":[{)" : ",{";
    write_call_head(out, answer.calls[i]);
    out += R"(,"arguments":)";
    append_json_string(out, answer.calls[i].arguments);
    out += "}}";
  }
  if (!answer.calls.empty()) out += ']';
  out += '}';
  out += style().choice;
  out += R"(,"finish_reason":)";
  out += finish_text(answer.finish);
  out += "}],";
  write_usage(out, answer);
  write_further(out, answer, Document::whole);
  out += style().identity;
  out += '}';
}

void OpenAiChat::write_refusal(std::string& out, const Refusal& refusal, std::uint64_t) const {
  out += R"({"error":{"message":)";
  append_json_string(out, refusal.message);
  out += R"(,"type":)";
  append_json_string(out, refusal.type);
  out += R"(,"param":)";
  append_text_or_null(out, refusal.param);
  out += R"(,"code":)";
  append_text_or_null(out, refusal.code);
  out += "}}";
}

void OpenAiChat::write_models(std::string& out, std::string_view model) const {
  out += R"({"object":"list","data":[)";
  write_model(out, model);
  out += "]}";
}

void OpenAiChat::write_model(std::string& out, std::string_view model) const {
  out += R"({"id":)";
  append_json_string(out, model);
  out += R"(,"object":"model","created":1700000000,"owned_by":"shakedown"})";
}

std::int64_t OpenAiChat::events_at(const Answer& answer, Stage stage, std::size_t part) const {
  switch (stage) {
    case Stage::begin: return 1;
    case Stage::open: return answer.is_text(part) || answer.is_reasoning(part) ? 0 : 1;
    case Stage::end: return has_usage_chunk(answer) ? 3 : 2;
    default: return 0;
  }
}

void OpenAiChat::write_event(std::string& out, const Answer& answer, const Place& place,
                             std::int64_t number) const {
  const std::size_t start = out.size();
  if (place.stage == Stage::end) {
    write_end(out, answer, place.step);
    if (answer.obfuscate && place.step == 0) pad_chunk(out, start, number);
    return;
  }
  begin_chunk(out, answer);
  if (place.stage == Stage::begin) {
    out += R"({"role":"assistant","content":)";
    out += answer.has_text ? "\"\"" : "null";
    out += style().first_delta;
    out += '}';
  } else if (place.stage == Stage::open) {
    write_call_opening(out, answer, place.part);
  } else {
    write_unit(out, answer, place);
  }
  end_chunk(out, answer, place.stage == Stage::begin ? Document::first_chunk : Document::chunk);
  if (answer.obfuscate) pad_chunk(out, start, number);
}

void OpenAiChat::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  out += "data: ";
  write_refusal(out, refusal, 0);
  out += "\n\n";
}

}  // namespace fakes
