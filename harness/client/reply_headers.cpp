#include "harness/client/reply_headers.hpp"

#include <charconv>

#include "harness/client/decimal.hpp"

namespace harness {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the part of `list` before the next separator that stands outside of quotes.
std::string_view next_part(std::string_view& list, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size(); ++end) {
    if (list[end] == '\\' && quoted) {
      ++end;
    } else if (list[end] == '"') {
      quoted = !quoted;
    } else if (list[end] == separator && !quoted) {
      break;
    }
  }
  const std::string_view part = list.substr(0, end);
  list.remove_prefix(std::min(list.size(), end + 1));
  return trimmed(part);
}

// `db;dur=53, queue;desc="in line";dur=12.5` (W3C Server Timing): dur of queue.
std::optional<world::Nanos> queue_duration(std::string_view timings) {
  while (!timings.empty()) {
    std::string_view metric = next_part(timings, ',');
    if (next_part(metric, ';') != "queue") continue;
    while (!metric.empty()) {
      const std::string_view parameter = next_part(metric, ';');
      const std::size_t equals = parameter.find('=');
      if (equals == std::string_view::npos) continue;
      if (!world::same_name(trimmed(parameter.substr(0, equals)), "dur")) continue;
      return decimal(trimmed(parameter.substr(equals + 1)), std::chrono::milliseconds(1));
    }
  }
  return std::nullopt;
}

}  // namespace

void read_reply_headers(const world::HttpHeaders& headers, reports::Operation& op, Reply& reply) {
  using world::same_name;
  bool has_milliseconds = false;
  for (const auto& [name, value] : headers) {
    if (same_name(name, "content-type")) {
      reply.content_type = value;
    } else if (same_name(name, "agentcore-provider")) {
      op.provider = value;
    } else if (same_name(name, "agentcore-attempts")) {
      std::from_chars(value.data(), value.data() + value.size(), op.attempts);
    } else if (same_name(name, "agentcore-degraded")) {
      const std::string_view said = trimmed(value);
      reply.degraded = !said.empty() && said != "0" && !same_name(said, "false");
    } else if (same_name(name, "server-timing")) {
      if (const auto queue = queue_duration(value)) op.queue_wait = *queue;
    } else if (same_name(name, "retry-after-ms")) {
      const auto wait = decimal(trimmed(value), std::chrono::milliseconds(1));
      if (!wait) continue;
      reply.retry_after = *wait;
      reply.says_when = has_milliseconds = true;
    } else if (same_name(name, "retry-after")) {
      reply.says_when = reply.says_when || !trimmed(value).empty();
      const auto wait = decimal(trimmed(value), std::chrono::seconds(1));
      if (wait && !has_milliseconds) reply.retry_after = *wait;
    }
  }
}

}  // namespace harness
