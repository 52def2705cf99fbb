#include "agent/api/problem.hpp"

#include "agent/api/problem_table.hpp"
#include "agent/api/sanitise.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::append_integer;
using world::append_json_string;
using world::Nanos;

std::int64_t seconds_up(Nanos wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999'999'999) / 1'000'000'000);
}

bool is_model_api(std::string_view path) {
  return path.empty() || path.starts_with("/v1/responses") || path.starts_with("/v1/chat");
}

// Clients of the model APIs want application/json, unless they say otherwise (Open Responses).
std::string_view content_type_of(const ProblemContext& context) {
  constexpr std::string_view problem = "application/problem+json";
  const bool asked = context.accept.find(problem) != std::string_view::npos;
  return asked || !is_model_api(context.path) ? problem : "application/json";
}

std::optional<Nanos> wait_of(const Problem& problem) {
  if (problem.retry_after) return problem.retry_after;
  const std::int64_t seconds = row_of(problem.code).wait_s;
  if (seconds == 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

// The planted bug: what a debugger wants to see, shown to everybody.
std::string detail_of(const Problem& problem, const ProblemContext& context) {
  if (context.defect != Defect::leaks_internals) return sanitised(problem.detail);
  return problem.detail +
         "\nTraceback (most recent call last):\n"
         "  File \"/srv/agent/core/provider_chain.py\", line 214, in ask\n"
         "    headers={\"authorization\": \"Bearer " +
         std::string(context.provider_key) + "\"}\nProviderError: " + problem.detail;
}

// `,"name":"text"`
void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

// `,"name":[...]` of JSON values, when there are any.
void append_list(std::string& out, std::string_view name, const std::vector<std::string>& items) {
  if (items.empty()) return;
  out += ",\"";
  out += name;
  out += "\":[";
  for (const std::string& item : items) {
    if (&item != items.data()) out += ',';
    out += item;
  }
  out += ']';
}

void append_errors(std::string& out, const std::vector<FieldError>& errors) {
  if (errors.empty()) return;
  out += R"(,"errors":[)";
  for (const FieldError& error : errors) {
    if (&error != errors.data()) out += ',';
    out += R"({"pointer":)";
    append_json_string(out, error.pointer);
    if (!error.detail.empty()) append_text(out, "detail", error.detail);
    append_text(out, "expected", error.expected);
    append_text(out, "got", error.got);
    if (!error.suggestion.empty()) append_text(out, "suggestion", error.suggestion);
    out += '}';
  }
  out += ']';
}

void append_action(std::string& out, const NextAction& action, std::string_view path) {
  out += R"({"action":)";
  append_json_string(out, action.action);
  if (!action.url.empty()) {
    std::string url(action.url);
    constexpr std::string_view hole = "{schema}";
    if (const auto at = url.find(hole); at != std::string::npos) {
      url.replace(at, hole.size(), path.starts_with("/v1/responses") ? "responses" : "chat");
    }
    append_text(out, "method", action.method);
    append_text(out, "url", url);
  }
  out += '}';
}

// Never empty: each row has one at least.
void append_next_actions(std::string& out, const Problem& problem, std::string_view path) {
  out += R"(,"next_actions":[)";
  for (const std::string& action : problem.next_actions) {
    out += action;
    out += ',';
  }
  for (const NextAction& action : row_of(problem.code).next_actions) {
    if (action.action.empty()) continue;
    append_action(out, action, path);
    out += ',';
  }
  out.back() = ']';
}

void append_queue(std::string& out, const Problem& problem) {
  if (!problem.queue_position) return;
  const Nanos eta = problem.queue_eta.value_or(Nanos{0});
  out += R"(,"queue":{"position":)";
  append_integer(out, *problem.queue_position);
  out += R"(,"eta_seconds":)";
  append_integer(out, seconds_up(eta));
  append_text(out, "message", queue_message(*problem.queue_position, eta));
  out += '}';
}

void append_execution(std::string& out, Execution execution) {
  constexpr std::string_view states[] = {"not_started", "partial", "completed", "unknown"};
  out += R"(,"execution":{"state":")";
  out += states[static_cast<std::size_t>(execution)];
  out += "\"}";
}

// "messages[0].role" of "#/messages/0/role", as OpenAI names parameters.
std::string param_of(std::string_view pointer) {
  std::string param;
  for (std::size_t at = pointer.find('/'); at != std::string_view::npos;) {
    const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string part(pointer.substr(at + 1, end - at - 1));
    const bool is_item = part.find_first_not_of("0123456789") == std::string::npos;
    if (is_item) {
      param += "[" + part + "]";
    } else {
      param += (param.empty() ? "" : ".") + part;
    }
    at = end < pointer.size() ? end : std::string_view::npos;
  }
  return param;
}

// The same for clients of OpenAI, who show only the message: so it has the remedy, too.
void append_openai(std::string& out, const Problem& problem, const std::string& detail) {
  const ProblemRow& row = row_of(problem.code);
  const bool has_field = !problem.errors.empty();
  std::string message = detail;
  if (has_field && !problem.errors.front().suggestion.empty()) {
    message += "; " + problem.errors.front().suggestion;
  }
  const std::string param = has_field ? param_of(problem.errors.front().pointer) : std::string();
  out += R"(,"error":{"message":)";
  append_json_string(out, message);
  append_text(out, "type", row.openai_type);
  if (param.empty()) {
    out += R"(,"param":null)";
  } else {
    append_text(out, "param", param);
  }
  append_text(out, "code", row.name);
  out += '}';
}

}  // namespace

AgentError generic_error_of(ProblemCode code) { return row_of(code).generic; }

std::string queue_message(std::int64_t position, Nanos eta) {
  return "You're #" + std::to_string(position) + " in queue, ~" +
         std::to_string(seconds_up(eta)) + " seconds wait";
}

Problem problem_of(world::Failure failure, const world::HttpLimits& limits) {
  Problem problem;
  problem.code = ProblemCode::invalid_http;
  problem.detail = "The bytes that came are no HTTP/1.1 request.";
  if (failure == world::Failure::timed_out) {
    problem.code = ProblemCode::request_timeout;
    problem.detail = "The rest of the request did not come in time; nothing was done.";
  }
  if (failure != world::Failure::too_large) return problem;
  problem.code = ProblemCode::payload_too_large;
  const std::string most = std::to_string(limits.body_bytes_max);
  problem.detail = "The body must have at most " + most + " bytes, and the head at most " +
                   std::to_string(limits.header_bytes_max) + ", got more.";
  FieldError error{"#", "at most " + most + " bytes", "more", {}, problem.detail};
  error.suggestion = "send the latest messages only, or a shorter input";
  problem.errors.push_back(std::move(error));
  return problem;
}

std::string body_of(const Problem& problem, const ProblemContext& context) {
  const ProblemRow& row = row_of(problem.code);
  const std::string detail = detail_of(problem, context);
  std::string out = R"({"type":)";
  append_json_string(out, row.iana.empty() ? "urn:agent:problem:" + std::string(row.name)
                                           : std::string(row.iana));
  append_text(out, "title", row.title);
  out += R"(,"status":)";
  append_integer(out, row.status);
  append_text(out, "detail", detail);
  append_text(out, "instance", "urn:agent:request:" + std::string(context.request));
  append_text(out, "code", row.name);
  append_text(out, "phase", problem.phase.empty() ? row.phase : problem.phase);
  append_execution(out, problem.execution);
  out += R"(,"retryable":)";
  out += row.retryable ? "true" : "false";
  if (const std::optional<Nanos> wait = wait_of(problem)) {
    out += R"(,"retry_after_ms":)";
    append_integer(out, (wait->count() + 999'999) / 1'000'000);
  }
  append_errors(out, problem.errors);
  append_next_actions(out, problem, context.path);
  append_queue(out, problem);
  append_list(out, "available", problem.available);
  append_list(out, "provider_attempts", problem.attempts);
  std::vector<std::string> cycle(problem.cycle.size());
  for (std::size_t i = 0; i < cycle.size(); ++i) append_json_string(cycle[i], problem.cycle[i]);
  append_list(out, "cycle", cycle);
  append_text(out, "request_id", context.request);
  if (!context.trace.empty()) append_text(out, "trace_id", context.trace);
  append_openai(out, problem, detail);
  out += '}';
  return out;
}

world::HttpResponse response_of(const Problem& problem, const ProblemContext& context) {
  if (!context.honest) return error_response(generic_error_of(problem.code));
  const ProblemRow& row = row_of(problem.code);
  world::HttpResponse response;
  response.status = row.status;
  response.headers.add("content-type", content_type_of(context));
  response.headers.add("x-request-id", context.request);
  if (const std::optional<Nanos> wait = wait_of(problem)) {
    response.headers.add("retry-after", std::to_string(seconds_up(*wait)));
  }
  // Retries belong to one layer: what the core has tried, a client's library need not try again.
  if (row.retried_here) response.headers.add("x-should-retry", "false");
  response.body = body_of(problem, context);
  return response;
}

}  // namespace agent
