#include "agent/api/call_headers.hpp"

#include <charconv>

#include "agent/jobs/idempotency.hpp"

namespace agent {

using world::Nanos;

namespace {

constexpr std::int64_t kTimeoutMsMax = 86'400'000;

Problem wrong_header(std::string_view name, std::string expected, std::string_view got) {
  Problem problem;
  problem.code = ProblemCode::invalid_request;
  problem.detail = "header '" + std::string(name) + "' must be " + expected + ", got \"" +
                   std::string(got.substr(0, 64)) + "\"";
  FieldError error;
  error.pointer = "header:" + std::string(name);
  error.expected = std::move(expected);
  error.got = got.substr(0, 64);
  problem.errors.push_back(std::move(error));
  return problem;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void read_preferences(std::string_view text, Request& request) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(",;", at), text.size());
    std::string_view word = text.substr(at, end - at);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (word == "respond-async") request.prefers_async = true;
    if (word.starts_with("wait=")) {
      const std::optional<std::int64_t> wait = whole_number(word.substr(5));
      // A preference that is no good is passed over: it is no demand (RFC 7240, 2).
      if (wait && *wait >= 0 && *wait <= 86'400) request.wait = std::chrono::seconds(*wait);
    }
    at = end + 1;
  }
}

}  // namespace

std::optional<Problem> read_headers(const world::HttpHeaders& headers, Request& request) {
  for (const auto& [name, value] : headers) {
    if (world::same_name(name, "idempotency-key")) {
      std::optional<std::string> key = read_idempotency_key(value);
      if (!key) return wrong_header(name, "1 to 255 visible ASCII characters", value);
      request.idempotency_key = std::move(*key);
    } else if (world::same_name(name, "x-request-timeout-ms")) {
      const std::optional<std::int64_t> ms = whole_number(value);
      if (!ms || *ms < 1 || *ms > kTimeoutMsMax) {
        return wrong_header(name, "a whole number from 1 to 86400000", value);
      }
      const Nanos given = std::chrono::milliseconds(*ms);
      if (request.deadline == Nanos{0} || given < request.deadline) request.deadline = given;
    } else if (world::same_name(name, "prefer")) {
      read_preferences(value, request);
    } else if (world::same_name(name, "agentcore-events")) {
      request.names_events = value == "named";
    }
  }
  return std::nullopt;
}

}  // namespace agent
