#include "harness/oracles/honest_errors.hpp"

#include <algorithm>
#include <array>

#include "world/json_reader.hpp"

namespace harness {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

// In lower case, without what stands around them.
constexpr std::array<std::string_view, 49> kGeneric = {
    "an error has occurred",
    "an error occurred",
    "an unexpected error has occurred",
    "an unexpected error occurred",
    "an unknown error occurred",
    "bad gateway",
    "bad request",
    "conflict",
    "error",
    "failed",
    "forbidden",
    "gateway timeout",
    "internal error",
    "internal server error",
    "invalid request",
    "it failed",
    "method not allowed",
    "not found",
    "oops",
    "operation failed",
    "payload too large",
    "please contact support",
    "please retry",
    "please retry later",
    "please try again",
    "please try again later",
    "rate limit exceeded",
    "rate limited",
    "request failed",
    "request timed out",
    "request timeout",
    "server error",
    "service temporarily unavailable",
    "service unavailable",
    "something went wrong",
    "sorry",
    "the request could not be processed",
    "the request failed",
    "the service is currently unavailable",
    "the service is temporarily unavailable",
    "the service is unavailable",
    "there was an error",
    "timed out",
    "too many requests",
    "try again",
    "try again later",
    "unauthorized",
    "unexpected error",
    "unknown error",
};

constexpr std::size_t kWordsMin = 3;
constexpr std::size_t kQuotedMax = 80;  // of the error's text, in a witness

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 128;
}

std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    if (is_letter(c) && !inside) ++words;
    inside = is_letter(c) || (inside && (c == '\'' || c == '-' || c == '_'));
  }
  return words;
}

bool is_generic_sentence(std::string_view sentence) {
  while (!sentence.empty() && !is_letter(sentence.front())) sentence.remove_prefix(1);
  while (!sentence.empty() && !is_letter(sentence.back())) sentence.remove_suffix(1);
  std::string lower(sentence);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kGeneric.begin(), kGeneric.end(), lower) != kGeneric.end();
}

// What the body of an error says.
struct Problem {
  bool is_object = false;
  bool has_type = false;
  bool has_title = false;
  std::optional<std::int64_t> status;
  std::string detail;
  std::string message;  // in the form of OpenAI: the member `message` of `error`
  bool has_next_action = false;
  bool has_retry_after_ms = false;
  bool is_final = false;  // "retryable": false
};

// At least one action that says something.
bool has_actions(std::string_view list) {
  JsonReader reader(list);
  if (!reader.enter_array()) return false;
  bool found = false;
  while (reader.next_item()) {
    const JsonValue action = reader.take();
    found = found || ((action.type == JsonType::string || action.type == JsonType::object) &&
                      action.raw.size() > 2);
  }
  return found;
}

Problem read_problem(std::string_view body) {
  Problem problem;
  JsonReader reader(body);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return problem;
  while (reader.next_key(key)) {
    const std::string name(key);
    const JsonValue value = reader.take();
    const bool has_text = value.type == JsonType::string && value.raw.size() > 2;
    if (name == "type") problem.has_type = has_text;
    if (name == "title") problem.has_title = has_text;
    if (name == "status") problem.status = value.integer();
    if (name == "detail" && has_text) problem.detail = value.text();
    if (name == "error" && value.type == JsonType::object) {
      const JsonValue message = world::member_of(value.raw, "message");
      if (message.type == JsonType::string) problem.message = message.text();
    }
    if (name == "next_actions") problem.has_next_action = has_actions(value.raw);
    if (name == "retry_after_ms") problem.has_retry_after_ms = value.type == JsonType::number;
    if (name == "retryable") problem.is_final = value.raw == "false";
  }
  problem.is_object = reader.finished();
  return problem;
}

std::string listed(const std::vector<std::string>& things, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (i > 0) text += i + 1 < things.size() ? ", " : std::string(last_word);
    text += things[i];
  }
  return text;
}

// What is wrong with the error, as the end of a sentence that begins with "status 502"; empty:
// nothing.
std::string fault_of(int status, const Reply& reply) {
  if (reply.error_body.empty()) return "came without a body";
  const Problem problem = read_problem(reply.error_body);
  if (!problem.is_object) return "came with a body that is no JSON object";
  std::vector<std::string> missing, faults;
  if (!problem.has_type) missing.emplace_back("type");
  if (!problem.has_title) missing.emplace_back("title");
  if (!problem.status) missing.emplace_back("status");
  if (problem.detail.empty()) missing.emplace_back("detail");
  if (!missing.empty()) faults.push_back("has no " + listed(missing, " or "));
  if (problem.status && *problem.status != status) {
    faults.push_back("says status " + std::to_string(*problem.status) + " in its body");
  }
  const std::string& said = problem.detail.empty() ? problem.message : problem.detail;
  if (!said.empty() && is_generic(said)) {
    faults.push_back("says only \"" + said.substr(0, kQuotedMax) + "\"");
  }
  const bool later = status == 429 || status == 503;  // asking again may help
  if (!problem.has_next_action &&
      !(later && (reply.says_when || problem.has_retry_after_ms))) {
    faults.emplace_back("gives no next action");
  }
  if (later && !problem.is_final && !reply.says_when) {
    faults.emplace_back("has no Retry-After");
  }
  return listed(faults, " and ");
}

}  // namespace

bool is_generic(std::string_view text) {
  std::size_t words = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find_first_of(".!?,;:\n"));
    const std::string_view sentence = text.substr(0, end);
    if (!is_generic_sentence(sentence)) words += words_in(sentence);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return words < kWordsMin;
}

void HonestErrors::on_ended(const reports::Operation& op, const Reply& reply) {
  const bool judged = op.outcome == reports::Outcome::error || op.was_refused();
  if (op.http_status < 400 || !judged) return;
  check();
  std::string fault = fault_of(op.http_status, reply);
  if (fault.empty()) return;
  violate(op.last_event, reports::turn_text(op),
          "the error of status " + std::to_string(op.http_status) + " " + fault);
}

}  // namespace harness
