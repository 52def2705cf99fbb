#include "fakes/openai_chat.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes::openai_chat {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;

constexpr std::int64_t kMessagesMax = 100'000;
constexpr std::string_view kFingerprint =
    R"("service_tier":"default","system_fingerprint":"fp_5a4e)";

Refusal invalid(std::string param, std::string message, std::string code = "invalid_type") {
  Refusal refusal;
  refusal.param = std::move(param);
  refusal.message = std::move(message);
  refusal.code = std::move(code);
  return refusal;
}

Refusal not_json() {
  return invalid("",
                 "We could not parse the JSON body of your request. The body must be valid JSON "
                 "in UTF-8.",
                 "");
}

Refusal missing(const char* param) {
  return invalid(param, std::string("Missing required parameter: '") + param + "'.",
                 "missing_required_parameter");
}

Refusal wrong_type(const char* param, const char* expected) {
  return invalid(param,
                 std::string("Invalid type for '") + param + "': expected " + expected + ".");
}

std::optional<Role> role_of(std::string_view raw) {
  if (raw == "\"user\"") return Role::user;
  if (raw == "\"assistant\"") return Role::assistant;
  if (raw == "\"system\"" || raw == "\"developer\"") return Role::system;
  if (raw == "\"tool\"" || raw == "\"function\"") return Role::tool;
  return std::nullopt;
}

// One message. Its role may stand behind its content, so the markers are looked for at the end.
std::optional<Refusal> read_message(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::object) return wrong_type("messages", "an array of objects");
  if (!reader.enter_object()) return not_json();
  JsonValue role;
  JsonValue content;
  std::string_view key;
  while (reader.next_key(key)) {
    const std::string_view name = key;
    const bool is_role = name == "role";
    const bool is_content = name == "content";
    const JsonValue value = reader.take();
    if (is_role) role = value;
    if (is_content) content = value;
  }
  if (reader.failed()) return not_json();
  if (!role) return missing("messages[].role");
  const auto known = role_of(role.raw);
  if (!known)
    return invalid("messages[].role", "Invalid value for a message's role.", "invalid_value");
  const bool text = content.type == JsonType::string || content.type == JsonType::array;
  if (!text && *known != Role::assistant) {
    return wrong_type("messages[].content", "a string or an array of parts");
  }
  if (++request.messages > kMessagesMax) return invalid("messages", "Too many messages.", "");
  if (!text) return std::nullopt;
  request.prompt_bytes += static_cast<std::int64_t>(content.raw.size()) - 2;
  append_markers(request.markers, *known, content.inside());
  if (*known == Role::user) request.last_user_message = content.inside();
  return std::nullopt;
}

std::optional<Refusal> read_messages(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::array) return wrong_type("messages", "an array of objects");
  if (!reader.enter_array()) return not_json();
  while (reader.next_item()) {
    if (auto refusal = read_message(reader, request)) return refusal;
  }
  if (reader.failed()) return not_json();
  if (request.messages == 0) return invalid("messages", "Invalid 'messages': empty array.", "");
  return std::nullopt;
}

std::optional<Refusal> read_limit(const JsonValue& value, ChatRequest& request) {
  if (value.type == JsonType::null) return std::nullopt;
  const auto tokens = value.integer();
  if (!tokens) return wrong_type("max_tokens", "an integer");
  if (*tokens < 1) {
    return invalid("max_tokens", "Invalid 'max_tokens': integer below minimum value of 1.",
                   "integer_below_min_value");
  }
  request.max_tokens = tokens;
  return std::nullopt;
}

void read_stream_options(std::string_view raw, ChatRequest& request) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return;
  while (reader.next_key(key)) {
    const bool usage = key == "include_usage";
    const JsonValue value = reader.take();
    if (usage) request.include_usage = value.is_true();
  }
}

// One member of the request, its key already read. What nobody knows is passed over.
std::optional<Refusal> read_member(JsonReader& reader, std::string_view key, ChatRequest& request) {
  if (key == "messages") {
    request.messages = 0;  // of two such members the last counts
    request.markers.clear();
    request.last_user_message = {};
    return read_messages(reader, request);
  }
  const bool is_model = key == "model";
  const bool is_user = key == "user";
  const bool is_stream = key == "stream";
  const bool is_options = key == "stream_options";
  const bool is_limit = key == "max_tokens" || key == "max_completion_tokens";
  const JsonValue value = reader.take();
  if (!value) return not_json();
  if (is_model) {
    if (value.type != JsonType::string) return wrong_type("model", "a string");
    request.model = value.text();
  } else if (is_user) {
    if (value.type != JsonType::string) return wrong_type("user", "a string");
    request.user = value.text();
  } else if (is_stream) {
    if (value.type != JsonType::boolean && value.type != JsonType::null) {
      return wrong_type("stream", "a boolean");
    }
    request.stream = value.is_true();
  } else if (is_options) {
    read_stream_options(value.raw, request);
  } else if (is_limit) {
    return read_limit(value, request);
  }
  return std::nullopt;
}

void write_usage(std::string& out, const Answer& answer) {
  out += R"("usage":{"prompt_tokens":)";
  append_integer(out, answer.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_integer(out, answer.tokens);
  out += R"(,"total_tokens":)";
  append_integer(out, answer.prompt_tokens + answer.tokens);
  out += R"(,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
         R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
}

void write_identity(std::string& out, const Answer& answer, std::string_view object) {
  out += R"({"id":"chatcmpl-)";
  append_hex(out, answer.id);
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  append_integer(out, answer.created_unix_s);
  out += R"(,"model":)";
  append_json_string(out, answer.model);
  out += ',';
}

std::string_view finish_text(Finish finish) {
  return finish == Finish::stop ? R"("stop")" : R"("length")";
}

void write_chunk(std::string& out, const Answer& answer, std::string_view delta,
                 std::string_view finish) {
  out += "data: ";
  write_identity(out, answer, "chat.completion.chunk");
  out += kFingerprint;
  out += R"(","choices":[{"index":0,"delta":)";
  out += delta;
  out += R"(,"logprobs":null,"finish_reason":)";
  out += finish;
  out += "}]";
  if (answer.include_usage) out += R"(,"usage":null)";
  out += "}\n\n";
}

void write_usage_chunk(std::string& out, const Answer& answer) {
  out += "data: ";
  write_identity(out, answer, "chat.completion.chunk");
  out += kFingerprint;
  out += R"(","choices":[],)";
  write_usage(out, answer);
  out += "}\n\n";
}

}  // namespace

std::optional<Refusal> parse(std::string_view body, ChatRequest& request) {
  JsonReader reader(body);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return not_json();
  bool has_messages = false;
  while (reader.next_key(key)) {
    has_messages = has_messages || key == "messages";
    if (auto refusal = read_member(reader, key, request)) return refusal;
  }
  if (!reader.finished()) return not_json();
  if (request.model.empty()) return missing("model");
  if (!has_messages) return missing("messages");
  request.asked = world::last_turn_id(request.last_user_message);
  return std::nullopt;
}

void write_headers(std::string& out, const HeaderFacts& facts) {
  out += "x-request-id: req_";
  append_hex(out, facts.request_id);
  out += "\r\nopenai-version: 2020-10-01\r\nopenai-processing-ms: ";
  append_integer(out, facts.processing_ms);
  out += "\r\nx-ratelimit-limit-requests: ";
  append_integer(out, facts.requests_limit);
  out += "\r\nx-ratelimit-remaining-requests: ";
  append_integer(out, facts.requests_remaining);
  out += "\r\nx-ratelimit-reset-requests: 1s\r\n";
}

void write_answer(std::string& out, const Answer& answer, Words& words) {
  write_identity(out, answer, "chat.completion");
  out += R"("choices":[{"index":0,"message":{"role":"assistant","content":")";
  out += answer.canary;
  out += words.up_to(answer.tokens);
  out += R"(","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":)";
  out += finish_text(answer.finish);
  out += "}],";
  write_usage(out, answer);
  out += ',';
  out += kFingerprint;
  out += "\"}";
}

void write_refusal(std::string& out, const Refusal& refusal) {
  const auto text_or_null = [&out](const std::string& text) {
    if (text.empty()) {
      out += "null";
    } else {
      append_json_string(out, text);
    }
  };
  out += R"({"error":{"message":)";
  append_json_string(out, refusal.message);
  out += R"(,"type":)";
  append_json_string(out, refusal.type);
  out += R"(,"param":)";
  text_or_null(refusal.param);
  out += R"(,"code":)";
  text_or_null(refusal.code);
  out += "}}";
}

void write_models(std::string& out, std::string_view model) {
  out += R"({"object":"list","data":[{"id":)";
  append_json_string(out, model);
  out += R"(,"object":"model","created":1700000000,"owned_by":"shakedown"}]})";
}

std::int64_t events(const Answer& answer) { return answer.tokens + (answer.include_usage ? 4 : 3); }

std::int64_t token_event(std::int64_t token) { return token; }

void write_event(std::string& out, const Answer& answer, Words& words, std::int64_t event) {
  if (event == events(answer) - 1) {
    out += "data: [DONE]\n\n";
  } else if (event == 0) {
    write_chunk(out, answer, R"({"role":"assistant","content":"","refusal":null})", "null");
  } else if (event == answer.tokens + 1) {
    write_chunk(out, answer, "{}", finish_text(answer.finish));
  } else if (event == answer.tokens + 2) {
    write_usage_chunk(out, answer);
  } else {
    std::string delta = R"({"content":")";
    delta += event == 1 ? std::string_view(answer.canary) : words.token(event);
    delta += "\"}";
    write_chunk(out, answer, delta, "null");
  }
}

Refusal refusal_of(int status) {
  Refusal r;
  r.status = status;
  r.type = status >= 500 ? "server_error" : "invalid_request_error";
  switch (status) {
    case 401:
      r.code = "invalid_api_key";
      r.message = "Incorrect API key provided.";
      break;
    case 404:
      r.code = "model_not_found";
      r.message = "The model does not exist or you do not have access to it.";
      break;
    case 429:
      r.type = "requests";
      r.code = "rate_limit_exceeded";
      r.message = "Rate limit reached on requests per min (RPM). Please try again later.";
      break;
    case 503:
      r.code = "server_is_overloaded";
      r.message = "The engine is currently overloaded, please try again later.";
      break;
    default:
      r.message = status >= 500
                      ? "The server had an error while processing your request. Sorry about that!"
                      : "The request was rejected.";
  }
  return r;
}

}  // namespace fakes::openai_chat
