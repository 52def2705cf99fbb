#include "tests/wire/reading.hpp"

#include <nlohmann/json.hpp>

namespace wire {

using json = nlohmann::json;

bool is_json(const std::string& text) { return json::accept(text); }

std::vector<std::string> payloads(const support::Talk& talk) {
  const support::Body body = support::body_of(talk.bytes);
  if (!body.headers.get("content-type").starts_with("text/event-stream")) return {body.text};
  std::vector<std::string> found;
  constexpr std::string_view data = "data: ";
  for (std::size_t at = 0; at < body.text.size();) {
    const std::size_t end = std::min(body.text.find('\n', at), body.text.size());
    const std::string line = body.text.substr(at, end - at);
    if (line.starts_with(data)) found.push_back(line.substr(data.size()));
    at = end + 1;
  }
  return found;
}

namespace {

// The message or the delta of the first choice; null if there is none.
json message_in(const std::string& payload) {
  const json all = json::parse(payload, nullptr, false);
  if (!all.is_object() || !all.contains("choices") || all["choices"].empty()) return {};
  if (!all["choices"].is_array()) return {};
  const json& choice = all["choices"][0];
  return choice.contains("message") ? choice["message"] : choice.value("delta", json());
}

std::string text_in(const json& object, const char* key, std::string otherwise = {}) {
  if (!object.contains(key)) return otherwise;
  return object[key].is_string() ? object[key].get<std::string>() : std::string();
}

}  // namespace

std::string said(const support::Talk& talk) {
  std::string text;
  for (const std::string& payload : payloads(talk)) {
    const json message = message_in(payload);
    if (message.is_object()) text += text_in(message, "content");
  }
  return text;
}

std::vector<Call> calls(const support::Talk& talk) {
  std::vector<Call> all;
  for (const std::string& payload : payloads(talk)) {
    const json message = message_in(payload);
    if (!message.is_object() || !message.contains("tool_calls")) continue;
    for (const json& call : message["tool_calls"]) {
      const json function = call.value("function", json::object());
      if (function.contains("name")) {
        all.push_back({text_in(call, "id", "-"), text_in(function, "name"), {}});
      }
      if (!all.empty()) all.back().arguments += text_in(function, "arguments");
    }
  }
  return all;
}

std::string closing(bool stream, std::string further, std::string headers, int tokens) {
  std::string request =
      support::post_chat(support::ask({1, 0, 0}, stream, tokens, std::move(further)));
  request.insert(request.find("\r\n") + 2, "connection: close\r\n" + headers);
  return request;
}

std::string two_requests(bool same_turn, const std::string& headers) {
  const world::TurnId second{1, 0, same_turn ? 0u : 1u};
  std::string one = support::post_chat(support::ask({1, 0, 0}, false, 8));
  one.insert(one.find("\r\n") + 2, headers);
  std::string two = support::post_chat(support::ask(second, false, 8));
  two.insert(two.find("\r\n") + 2, "connection: close\r\n" + headers);
  return one + two;
}

}  // namespace wire
