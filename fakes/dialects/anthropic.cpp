#include "fakes/dialects/anthropic.hpp"

#include <chrono>

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

constexpr std::string_view kPing = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

void append_two_digits(std::string& out, unsigned number) {
  out += static_cast<char>('0' + number / 10 % 10);
  out += static_cast<char>('0' + number % 10);
}

// 2026-02-01T09:30:00Z
void append_rfc3339(std::string& out, std::int64_t unix_s) {
  constexpr std::int64_t day = 86'400;
  const std::chrono::sys_days days{std::chrono::days(unix_s / day)};
  const std::chrono::year_month_day date(days);
  const auto second = static_cast<unsigned>(unix_s % day);
  append_integer(out, static_cast<int>(date.year()));
  out += '-';
  append_two_digits(out, static_cast<unsigned>(date.month()));
  out += '-';
  append_two_digits(out, static_cast<unsigned>(date.day()));
  out += 'T';
  append_two_digits(out, second / 3'600);
  out += ':';
  append_two_digits(out, second / 60 % 60);
  out += ':';
  append_two_digits(out, second % 60);
  out += 'Z';
}

void write_allowance(std::string& out, std::string_view what, const Allowance& allowance,
                     std::int64_t unix_s) {
  if (allowance.limit == 0) return;
  const auto line = [&](std::string_view part) {
    out += "anthropic-ratelimit-";
    out += what;
    out += part;
  };
  line("-limit: ");
  append_integer(out, allowance.limit);
  out += "\r\n";
  line("-remaining: ");
  append_integer(out, allowance.remaining);
  out += "\r\n";
  line("-reset: ");
  append_rfc3339(out, unix_s + (allowance.reset.count() + 999'999'999) / 1'000'000'000);
  out += "\r\n";
}

// Of all tokens, those that may go in, and the rest, that may come out, as in the provider's own
// first tier: 80 000 and 16 000 of 96 000.
Allowance share_of(const Allowance& all, std::int64_t sixths) {
  Allowance share = all;
  share.limit = all.limit * sixths / 6;
  share.remaining = all.remaining * sixths / 6;
  return share;
}

std::string_view stop_reason(Finish finish) {
  switch (finish) {
    case Finish::stop: return "end_turn";
    case Finish::length: return "max_tokens";
    case Finish::tool_calls: return "tool_use";
    case Finish::stop_sequence: return "stop_sequence";
    case Finish::context_window: return "model_context_window_exceeded";
    case Finish::pause:
    case Finish::timeout: return "pause_turn";
    case Finish::content_filter:
    case Finish::error: return "refusal";  // it has no word for errors: those are events
  }
  return "end_turn";
}

void write_stop(std::string& out, Finish finish) {
  out += R"("stop_reason":")";
  out += stop_reason(finish);
  out += finish == Finish::stop_sequence ? R"(","stop_sequence":"\n\nHuman:")"
                                         : R"(","stop_sequence":null)";
}

void write_usage(std::string& out, std::int64_t input, std::int64_t output) {
  out += R"("usage":{"input_tokens":)";
  append_integer(out, input);
  out += R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":)";
  append_integer(out, output);
}

void write_identity(std::string& out, const Answer& answer) {
  out += R"({"id":"msg_01)";
  append_hex(out, answer.id);
  out += R"(","type":"message","role":"assistant","model":)";
  append_json_string(out, answer.model);
}

// A whole call's input is an object on this wire, whatever the model wrote: what is none is
// wrapped, as the provider tells its users to.
void write_input(std::string& out, const std::string& arguments) {
  if (arguments.empty()) {
    out += "{}";
    return;
  }
  world::JsonReader reader(arguments);
  const bool is_object = reader.peek() == world::JsonType::object;
  reader.take();
  if (is_object && reader.finished()) {
    out += arguments;
    return;
  }
  out += R"({"INVALID_JSON":)";
  append_json_string(out, arguments);
  out += '}';
}

void write_call(std::string& out, const ToolCall& call) {
  out += R"({"type":"tool_use","id":)";
  append_json_string(out, call.id);
  out += R"(,"name":)";
  append_json_string(out, call.name);
  out += R"(,"input":)";
}

// What vouches for thoughts that come back with a later request; here nobody looks into it.
void write_signature(std::string& out, const Answer& answer) {
  out += "\"EqQBCkYI";
  append_hex(out, answer.id);
  append_hex(out, ~answer.id);
  out += "GAI=\"";
}

// Of events that belong to a part: up to what is special about them.
void begin_of_part(std::string& out, std::string_view type, std::size_t part) {
  out += "event: ";
  out += type;
  out += "\ndata: {\"type\":\"";
  out += type;
  out += R"(","index":)";
  append_integer(out, static_cast<std::int64_t>(part));
}

void write_message_start(std::string& out, const Answer& answer) {
  out += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
  write_identity(out, answer);
  out += R"(,"content":[],"stop_reason":null,"stop_sequence":null,)";
  write_usage(out, answer.prompt_tokens, 1);
  out += ",\"service_tier\":\"standard\"}}}\n\n";
}

void write_block_start(std::string& out, const Answer& answer, std::size_t part) {
  begin_of_part(out, "content_block_start", part);
  out += R"(,"content_block":)";
  if (answer.is_reasoning(part)) {
    out += R"({"type":"thinking","thinking":"","signature":""})";
  } else if (answer.is_text(part)) {
    out += R"({"type":"text","text":""})";
  } else {
    write_call(out, answer.call(part));
    out += "{}}";
  }
  out += "}\n\n";
}

void write_fragment(std::string& out, std::size_t part, std::string_view json) {
  begin_of_part(out, "content_block_delta", part);
  out += R"(,"delta":{"type":"input_json_delta","partial_json":)";
  append_json_string(out, json);
  out += "}}\n\n";
}

void write_open(std::string& out, const Answer& answer, const Place& place) {
  if (place.step == 0) return write_block_start(out, answer, place.part);
  if (place.step == 1 && place.part == 0) {
    out += kPing;
  } else {
    write_fragment(out, place.part, "");
  }
}

void write_unit(std::string& out, const Answer& answer, const Place& place) {
  if (answer.is_reasoning(place.part)) {
    begin_of_part(out, "content_block_delta", place.part);
    out += R"(,"delta":{"type":"thinking_delta","thinking":")";
    out += answer.reasoning->text.token(place.step);
    out += "\"}}\n\n";
    return;
  }
  if (!answer.is_text(place.part)) {
    return write_fragment(out, place.part, fragment(answer.call(place.part), place.step));
  }
  begin_of_part(out, "content_block_delta", place.part);
  out += R"(,"delta":{"type":"text_delta","text":")";
  out += answer.text.token(place.step);
  out += "\"}}\n\n";
}

void write_close(std::string& out, const Answer& answer, const Place& place) {
  if (answer.is_reasoning(place.part) && place.step == 0) {
    begin_of_part(out, "content_block_delta", place.part);
    out += R"(,"delta":{"type":"signature_delta","signature":)";
    write_signature(out, answer);
    out += "}}\n\n";
    return;
  }
  begin_of_part(out, "content_block_stop", place.part);
  out += "}\n\n";
}

void write_end(std::string& out, const Answer& answer, std::int64_t step) {
  if (step > 0) {
    out += "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    return;
  }
  out += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{";
  write_stop(out, answer.finish);
  out += "},";
  write_usage(out, answer.prompt_tokens, answer.units());
  out += "}}\n\n";
}

}  // namespace

std::span<const ClientMark> Anthropic::client_marks() const {
  static constexpr ClientMark kMarks[] = {{"anthropic-version", ""}};
  return kMarks;
}

Route Anthropic::route(std::string_view method, std::string_view path) const {
  if (path != "/v1/messages/count_tokens") return Dialect::route(method, path);
  return {method == "POST" ? Call::count_tokens : Call::wrong_method, {}};
}

void Anthropic::write_headers(std::string& out, const HeaderFacts& facts) const {
  out += "request-id: req_01";
  append_hex(out, facts.request_id);
  out += "\r\nanthropic-organization-id: 5a4ed0e0-0000-4000-8000-000000000001\r\n"
         "x-envoy-upstream-service-time: ";
  append_integer(out, facts.processing_ms);
  out += "\r\n";
  write_allowance(out, "requests", facts.requests, facts.unix_s);
  write_allowance(out, "tokens", facts.tokens, facts.unix_s);
  write_allowance(out, "input-tokens", share_of(facts.tokens, 5), facts.unix_s);
  write_allowance(out, "output-tokens", share_of(facts.tokens, 1), facts.unix_s);
}

void Anthropic::write_answer(std::string& out, const Answer& answer) const {
  write_identity(out, answer);
  out += R"(,"content":[)";
  for (std::size_t part = 0; part < answer.parts(); ++part) {
    if (part > 0) out += ',';
    if (answer.is_reasoning(part)) {
      out += R"({"type":"thinking","thinking":")";
      answer.reasoning->text.append_all(out);
      out += R"(","signature":)";
      write_signature(out, answer);
      out += '}';
    } else if (answer.is_text(part)) {
      out += R"({"type":"text","text":")";
      answer.text.append_all(out);
      out += "\"}";
    } else {
      write_call(out, answer.call(part));
      write_input(out, answer.call(part).arguments);
      out += '}';
    }
  }
  out += "],";
  write_stop(out, answer.finish);
  out += ',';
  write_usage(out, answer.prompt_tokens, answer.units());
  out += R"(,"service_tier":"standard"}})";
}

// Within a stream an error says no more whose it is: the headers did.
void Anthropic::write_refusal(std::string& out, const Refusal& refusal,
                              std::uint64_t request_id) const {
  out += R"({"type":"error","error":{"type":)";
  append_json_string(out, refusal.type);
  out += R"(,"message":)";
  append_json_string(out, refusal.message);
  if (refusal.code.empty()) {
    out += R"(,"details":null})";
  } else {
    out += R"(,"details":{"error_code":)";
    append_json_string(out, refusal.code);
    out += "}}";
  }
  if (request_id != 0) {
    out += R"(,"request_id":"req_01)";
    append_hex(out, request_id);
    out += '"';
  }
  out += '}';
}

void Anthropic::write_models(std::string& out, std::string_view model) const {
  out += R"({"data":[)";
  write_model(out, model);
  out += R"(],"has_more":false,"first_id":)";
  append_json_string(out, model);
  out += R"(,"last_id":)";
  append_json_string(out, model);
  out += '}';
}

void Anthropic::write_model(std::string& out, std::string_view model) const {
  out += R"({"type":"model","id":)";
  append_json_string(out, model);
  out += R"(,"display_name":)";
  append_json_string(out, model);
  out += R"(,"created_at":"2025-02-19T00:00:00Z"})";
}

std::int64_t Anthropic::events_at(const Answer& answer, Stage stage, std::size_t part) const {
  const bool call = !answer.is_text(part) && !answer.is_reasoning(part);
  switch (stage) {
    case Stage::begin: return 1;
    case Stage::open: return 1 + (part == 0 ? 1 : 0) + (call ? 1 : 0);
    case Stage::close: return answer.is_reasoning(part) ? 2 : 1;
    case Stage::end: return 2;
    default: return 0;
  }
}

void Anthropic::write_event(std::string& out, const Answer& answer, const Place& place,
                            std::int64_t) const {
  switch (place.stage) {
    case Stage::begin: return write_message_start(out, answer);
    case Stage::open: return write_open(out, answer, place);
    case Stage::unit: return write_unit(out, answer, place);
    case Stage::close: return write_close(out, answer, place);
    case Stage::end: return write_end(out, answer, place.step);
  }
}

void Anthropic::write_stream_error(std::string& out, const Refusal& refusal, std::int64_t) const {
  out += "event: error\ndata: ";
  write_refusal(out, refusal, 0);
  out += "\n\n";
}

std::string Anthropic::call_id(std::uint64_t bits) const {
  std::string id = "toolu_01";
  append_hex(id, bits);
  return id;
}

}  // namespace fakes
