#include "fakes/dialects/openai_responses.hpp"

#include <charconv>

#include "fakes/dialects/openai_parse.hpp"
#include "world/json_text.hpp"

namespace fakes {

using world::append_hex;
using world::append_integer;
using world::append_json_string;

namespace openai {
namespace {

constexpr std::string_view kServerError =
    "An error occurred while processing your request. You can retry your request, or contact us "
    "through our help center if the error persists.";

bool is_incomplete(const Answer& answer) {
  return answer.finish == Finish::length || answer.finish == Finish::content_filter;
}

std::string_view status_of(const Answer& answer, Progress progress) {
  switch (progress) {
    case Progress::queued: return "queued";
    case Progress::in_progress: return "in_progress";
    case Progress::cancelled: return "cancelled";
    case Progress::ended: break;
  }
  if (answer.finish == Finish::error) return "failed";
  return is_incomplete(answer) ? "incomplete" : "completed";
}

void write_identity(std::string& out, const Answer& answer, Progress progress) {
  out += R"({"id":"resp_)";
  append_hex(out, answer.id);
  out += R"(","object":"response","created_at":)";
  append_integer(out, answer.created_unix_s);
  out += R"(,"completed_at":)";
  if (status_of(answer, progress) == "completed") {
    append_integer(out, answer.completed_unix_s);
  } else {
    out += "null";
  }
  out += R"(,"status":")";
  out += status_of(answer, progress);
  out += R"(","background":)";
  out += answer.echo.background ? "true" : "false";
}

void write_end(std::string& out, const Answer& answer, Progress progress) {
  const bool ended = progress == Progress::ended;
  out += R"(,"error":)";
  if (ended && answer.finish == Finish::error) {
    out += R"({"code":"server_error","message":)";
    append_json_string(out, kServerError);
    out += '}';
  } else {
    out += "null";
  }
  out += R"(,"incomplete_details":)";
  if (ended && is_incomplete(answer)) {
    out += answer.finish == Finish::length ? R"({"reason":"max_output_tokens"})"
                                           : R"({"reason":"content_filter"})";
  } else {
    out += "null";
  }
}

void write_output(std::string& out, const Answer& answer, Progress progress) {
  out += R"(,"output":[)";
  const bool has_output = progress == Progress::ended && answer.finish != Finish::error;
  for (std::size_t part = 0; has_output && part < answer.parts(); ++part) {
    if (part != 0) out += ',';
    write_item(out, answer, part, ItemStage::done);
  }
  out += ']';
}

void write_usage(std::string& out, const Answer& answer, Progress progress) {
  out += R"(,"usage":)";
  if (progress != Progress::ended || answer.finish == Finish::error) {
    out += "null";
    return;
  }
  const std::int64_t unseen = answer.has_unseen_reasoning() ? answer.reasoning_tokens() : 0;
  const std::int64_t output = answer.units() + unseen;
  out += R"({"input_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"input_tokens_details":{"cached_tokens":0},"output_tokens":)";
  append_integer(out, output);
  out += R"(,"output_tokens_details":{"reasoning_tokens":)";
  append_integer(out, answer.reasoning_tokens());
  out += R"(},"total_tokens":)";
  append_integer(out, answer.prompt_tokens + output);
  out += '}';
}

void write_text_or_null(std::string& out, const std::string& text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

// What was asked, as far as the answer repeats it.
void write_request(std::string& out, const Echo& echo) {
  out += R"(,"instructions":)";
  out += echo.instructions.empty() ? "null" : echo.instructions;
  out += R"(,"max_output_tokens":)";
  if (echo.max_tokens) {
    append_integer(out, *echo.max_tokens);
  } else {
    out += "null";
  }
  out += R"(,"max_tool_calls":null,"metadata":)";
  out += echo.metadata.empty() ? "{}" : echo.metadata;
}

// A member of the request that the answer has, too; `otherwise` is what it is if nobody said.
void write_repeated(std::string& out, const Echo& echo, const char* name,
                    std::string_view otherwise) {
  out += ",\"";
  out += name;
  out += "\":";
  const auto found = echo.repeated.find(name);
  out += found == echo.repeated.end() ? otherwise : std::string_view(found->second);
}

}  // namespace

void write_item_id(std::string& out, const Answer& answer, std::size_t part) {
  const bool call = !answer.is_text(part) && !answer.is_reasoning(part);
  out += call ? "\"fc_" : answer.is_text(part) ? "\"msg_" : "\"rs_";
  append_hex(out, answer.id);
  if (call) {
    out += '_';
    append_integer(out, static_cast<std::int64_t>(part));
  }
  out += '"';
}

void write_text_part(std::string& out, const Answer& answer, ItemStage stage) {
  out += R"({"type":"output_text","annotations":[],"logprobs":[],"text":")";
  if (stage == ItemStage::done) answer.text.append_all(out);
  out += "\"}";
}

void write_summary_part(std::string& out, const Answer& answer, ItemStage stage) {
  out += R"({"type":"summary_text","text":")";
  if (stage == ItemStage::done) answer.reasoning->text.append_all(out);
  out += "\"}";
}

namespace {
void write_reasoning_item(std::string& out, const Answer& answer, ItemStage stage) {
  out += R"({"id":)";
  write_item_id(out, answer, 0);
  out += R"(,"type":"reasoning","summary":[)";
  if (stage == ItemStage::done && !answer.has_unseen_reasoning()) {
    write_summary_part(out, answer, stage);
  }
  out += ']';
  if (answer.reasoning->sealed) {
    out += R"(,"encrypted_content":"gAAAAA)";
    append_hex(out, answer.id);
    append_hex(out, ~answer.id);
    out += "==\"";
  }
  out += '}';
}
}  // namespace

void write_item(std::string& out, const Answer& answer, std::size_t part, ItemStage stage) {
  if (answer.is_reasoning(part)) return write_reasoning_item(out, answer, stage);
  const bool done = stage == ItemStage::done;
  const bool broken_off = is_incomplete(answer) && part + 1 == answer.parts();
  const bool text = answer.is_text(part);
  out += R"({"id":)";
  write_item_id(out, answer, part);
  out += text ? R"(,"type":"message","status":")" : R"(,"type":"function_call","status":")";
  out += !done ? "in_progress" : broken_off ? "incomplete" : "completed";
  if (text) {
    out += R"(","role":"assistant","content":[)";
    if (done) write_text_part(out, answer, stage);
    out += "]}";
    return;
  }
  const ToolCall& call = answer.call(part);
  out += R"(","arguments":)";
  append_json_string(out, done ? std::string_view(call.arguments) : std::string_view());
  out += R"(,"call_id":)";
  append_json_string(out, call.id);
  out += R"(,"name":)";
  append_json_string(out, call.name);
  out += '}';
}

void write_response(std::string& out, const Answer& answer, Progress progress) {
  write_identity(out, answer, progress);
  write_end(out, answer, progress);
  write_request(out, answer.echo);
  out += R"(,"model":)";
  append_json_string(out, answer.model);
  write_output(out, answer, progress);
  const Echo& echo = answer.echo;
  write_repeated(out, echo, "parallel_tool_calls", "true");
  out += R"(,"previous_response_id":)";
  write_text_or_null(out, echo.previous_id);
  write_repeated(out, echo, "reasoning", R"({"effort":null,"summary":null})");
  out += R"(,"service_tier":"default","store":)";
  out += echo.store ? "true" : "false";
  write_repeated(out, echo, "temperature", "1");
  write_repeated(out, echo, "text", R"({"format":{"type":"text"}})");
  write_repeated(out, echo, "tool_choice", R"("auto")");
  write_repeated(out, echo, "tools", "[]");
  write_repeated(out, echo, "top_p", "1");
  write_repeated(out, echo, "truncation", R"("disabled")");
  write_usage(out, answer, progress);
  out += R"(,"user":)";
  write_text_or_null(out, answer.echo.user);
  out += '}';
}

}  // namespace openai

Route OpenAiResponses::route(std::string_view method, std::string_view path) const {
  std::string_view id = path;
  if (!path.starts_with(chat_path()) || path.size() <= chat_path().size() + 1 ||
      path[chat_path().size()] != '/') {
    return OpenAiChat::route(method, path);
  }
  id.remove_prefix(chat_path().size() + 1);
  const std::size_t slash = id.find('/');
  if (slash == std::string_view::npos) {
    if (method == "GET") return {Call::fetch, id};
    if (method == "DELETE") return {Call::remove, id};
    return {Call::wrong_method, {}};
  }
  if (id.substr(slash) == "/input_items") {
    return {method == "GET" ? Call::input_items : Call::wrong_method, id.substr(0, slash)};
  }
  if (id.substr(slash) != "/cancel") return {};
  return {method == "POST" ? Call::cancel : Call::wrong_method, id.substr(0, slash)};
}

void OpenAiResponses::write_answer(std::string& out, const Answer& answer) const {
  openai::write_response(out, answer, Progress::ended);
}

void OpenAiResponses::write_stored(std::string& out, const Answer& answer,
                                   Progress progress) const {
  openai::write_response(out, answer, progress);
}

void OpenAiResponses::write_removed(std::string& out, std::string_view id) const {
  out += R"({"id":)";
  append_json_string(out, id);
  out += R"(,"object":"response","deleted":true})";
}

std::optional<std::uint64_t> OpenAiResponses::answer_id(std::string_view id) const {
  constexpr std::string_view prefix = "resp_";
  if (!id.starts_with(prefix) || id.size() != prefix.size() + 16) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + prefix.size(), id.data() + id.size(),
                                            number, 16);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return number;
}

Refusal OpenAiResponses::refusal_of(StoredTrouble trouble, std::string_view id) const {
  const std::string quoted = "'" + std::string(id) + "'";
  switch (trouble) {
    case StoredTrouble::unknown: {
      Refusal refusal = openai::invalid("", "Response with id " + quoted + " not found.", "");
      refusal.status = 404;
      return refusal;
    }
    case StoredTrouble::unknown_previous:
      return openai::invalid("previous_response_id",
                             "Previous response with id " + quoted + " not found.",
                             "previous_response_not_found");
    case StoredTrouble::context_too_long:
      return openai::invalid("input",
                             "Your input exceeds the context window of this model. Please adjust "
                             "your input and try again.",
                             "context_length_exceeded");
    case StoredTrouble::cancel_of_foreground:
      return openai::invalid("", "Cannot cancel a synchronous response.", "");
    case StoredTrouble::stream_of_foreground:
    case StoredTrouble::stream_of_plain:
      return openai::invalid("stream",
                             "This response cannot be streamed: it was not created with "
                             "background=true and stream=true.",
                             "");
    case StoredTrouble::stream_too_old:
      return openai::invalid("",
                             "This response can no longer be streamed because it is more than 5 "
                             "minutes old",
                             "");
    case StoredTrouble::bad_starting_after:
      return openai::invalid("starting_after",
                             "Invalid type for 'starting_after': expected an integer.");
  }
  return {};
}

}  // namespace fakes
