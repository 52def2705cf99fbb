#include "agent/api/responses_api.hpp"

#include <charconv>

#include "agent/api/field_errors.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::HttpRequest;
using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

constexpr std::uint64_t kNumberMax = INT64_MAX - 1;  // of an event, as stores have it

// The value of a parameter behind the '?' of a target; nothing: it is not there.
std::optional<std::string_view> parameter_of(std::string_view target, std::string_view name) {
  std::size_t at = target.find('?');
  while (at != std::string_view::npos && at < target.size()) {
    const std::size_t end = std::min(target.find('&', at + 1), target.size());
    const std::string_view pair = target.substr(at + 1, end - at - 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      return equals == std::string_view::npos ? std::string_view("true") : pair.substr(equals + 1);
    }
    at = end;
  }
  return std::nullopt;
}

// The event behind the one of this number, 0 without a number; nothing: it is none.
std::optional<std::uint64_t> number_after(std::optional<std::string_view> text) {
  if (!text) return 0;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool good = error == std::errc{} && end == text->data() + text->size();
  if (!good || number > kNumberMax) return std::nullopt;
  return number + 1;
}

Problem wrong_number(std::string_view name, std::string_view got) {
  FieldError error;
  error.pointer = "#/" + std::string(name);
  error.expected = "a whole number from 0 to " + std::to_string(kNumberMax);
  error.got = quoted_excerpt(got);
  error.detail = "parameter '" + std::string(name) + "' must be " + error.expected + ", got " +
                 error.got;
  error.suggestion = "give the sequence_number of the last event that you have";
  Problem problem;
  problem.code = ProblemCode::invalid_request;
  problem.detail = error.detail;
  problem.errors.push_back(std::move(error));
  return problem;
}

// With an id and a type, if it has none of its own.
std::string item_with(const std::string& id, std::string_view item) {
  std::string out = "{";
  if (!world::member_of(item, "id")) out += R"("id":")" + id + "\",";
  if (!world::member_of(item, "type")) out += R"("type":"message",)";
  return out + std::string(item.substr(1));
}

// The items of a request's input, as a list.
std::string items_of(std::string_view body, const std::string& response) {
  const world::JsonValue input = world::member_of(body, "input");
  std::string items(input.raw);
  if (input.type == world::JsonType::string) {
    items = R"([{"role":"user","content":[{"type":"input_text","text":)" + items + "}]}]";
  }
  world::JsonReader reader(items);
  std::string out = "[";
  if (!reader.enter_array()) return "[]";
  for (std::size_t number = 0; reader.next_item(); ++number) {
    const world::JsonValue item = reader.take();
    if (!item) break;
    if (number > 0) out += ',';
    out += item_with("item_" + response + "_" + std::to_string(number), item.raw);
  }
  return out + "]";
}

}  // namespace

std::string_view query_of(std::string_view target, std::string_view name) {
  return parameter_of(target, name).value_or(std::string_view());
}

Task<void> send_json(HttpServerConnection& connection, std::string request, std::string body) {
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-request-id", request);
  response.body = std::move(body);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

Task<void> ResponsesApi::refuse(HttpServerConnection& connection, HttpRequest http,
                                Problem problem) {
  const std::string request = pipeline_.id_of(http);
  ProblemContext context;
  context.request = request;
  HttpResponse response = response_of(problem, context);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

Task<void> ResponsesApi::not_found(HttpServerConnection& connection, HttpRequest http,
                                   std::string id) {
  Problem problem;
  problem.code = ProblemCode::response_not_found;
  problem.detail = "There is no response with the id '" + id.substr(0, 64) +
                   "' of yours: it never was, was removed, or is older than responses are kept.";
  co_await refuse(connection, std::move(http), std::move(problem));
}

Task<std::optional<JobRow>> ResponsesApi::row_of(std::string id, std::string owner) {
  StoreResult<std::optional<JobRow>> row = co_await jobs_.store().read(std::move(id));
  std::optional<JobRow> found;
  if (row && *row && (*row)->owner == owner && !(*row)->expired) found = std::move(**row);
  co_return found;
}

Task<void> ResponsesApi::read(HttpServerConnection& connection, HttpRequest http, std::string id) {
  const bool streams = query_of(http.target, "stream") == "true";
  constexpr std::string_view kAfter = "starting_after";
  const std::optional<std::uint64_t> from = number_after(parameter_of(http.target, kAfter));
  if (!from) {
    Problem problem = wrong_number(kAfter, query_of(http.target, kAfter));
    co_await refuse(connection, std::move(http), std::move(problem));
    co_return;
  }
  const std::string owner = pipeline_.owner_of(http).value_or("");
  JobPtr job = jobs_.find(id);
  if (job && job->owner == owner && streams) {
    Following how;
    how.from = *from;
    how.keeps = true;
    how.owns = false;
    how.streams = true;
    co_await pipeline_.attend(connection, std::move(job), how);
    co_return;
  }
  if (job && job->owner == owner && !streams) {
    co_await send_json(connection, pipeline_.id_of(http), job->writer->object());
    co_return;
  }
  std::optional<JobRow> row = co_await row_of(id, owner);
  if (!row) {
    co_await not_found(connection, std::move(http), std::move(id));
  } else if (streams) {
    co_await pipeline_.tell_stored(connection, std::move(*row), *from, false);
  } else {
    co_await send_json(connection, pipeline_.id_of(http), std::move(row->result));
  }
}

// Cancelling what has ended changes nothing: the answer is what it is.
Task<void> ResponsesApi::cancel(HttpServerConnection& connection, HttpRequest http,
                                std::string id) {
  const std::string owner = pipeline_.owner_of(http).value_or("");
  JobPtr job = jobs_.find(id);
  if (job && job->owner == owner) {
    co_await jobs_.cancel(job);
    co_await send_json(connection, pipeline_.id_of(http), job->writer->object());
    co_return;
  }
  std::optional<JobRow> row = co_await row_of(id, owner);
  if (row) {
    co_await send_json(connection, pipeline_.id_of(http), std::move(row->result));
  } else {
    co_await not_found(connection, std::move(http), std::move(id));
  }
}

Task<void> ResponsesApi::remove(HttpServerConnection& connection, HttpRequest http,
                                std::string id) {
  const std::string owner = pipeline_.owner_of(http).value_or("");
  std::optional<JobRow> row = co_await row_of(id, owner);
  if (!row) {
    co_await not_found(connection, std::move(http), std::move(id));
    co_return;
  }
  JobPtr job = jobs_.find(id);
  if (job) co_await jobs_.cancel(std::move(job));
  const StoreResult<void> removed = co_await jobs_.store().remove(id);
  static_cast<void>(removed);
  pipeline_.forget(owner, id);
  std::string body = R"({"id":)";
  world::append_json_string(body, id);
  body += R"(,"object":"response.deleted","deleted":true})";
  co_await send_json(connection, pipeline_.id_of(http), std::move(body));
}

Task<void> ResponsesApi::input_items(HttpServerConnection& connection, HttpRequest http,
                                     std::string id) {
  const std::string owner = pipeline_.owner_of(http).value_or("");
  std::optional<JobRow> row = co_await row_of(id, owner);
  if (!row) {
    co_await not_found(connection, std::move(http), std::move(id));
    co_return;
  }
  std::string body = R"({"object":"list","data":)" + items_of(row->body, id) +
                     R"(,"first_id":null,"last_id":null,"has_more":false})";
  co_await send_json(connection, pipeline_.id_of(http), std::move(body));
}

Task<void> ResponsesApi::list(HttpServerConnection& connection, HttpRequest http, std::string) {
  std::string owner = pipeline_.owner_of(http).value_or("");
  const std::string status(query_of(http.target, "status"));
  std::string after(query_of(http.target, "after"));
  const StoreResult<std::vector<JobRow>> rows =
      co_await jobs_.store().list(std::move(owner), std::move(after), kListMax);
  std::string body = R"({"object":"list","data":[)";
  std::string last;
  if (rows) {
    for (const JobRow& row : *rows) {
      last = row.id;
      if (!status.empty() && name_of(row.state) != status) continue;
      if (body.back() != '[') body += ',';
      JobPtr job = jobs_.find(row.id);
      body += job ? job->writer->object() : row.result;
    }
  }
  body += R"(],"last_id":)";
  world::append_json_string(body, last);
  body += R"(,"has_more":)";
  body += rows && rows->size() == kListMax ? "true}" : "false}";
  co_await send_json(connection, pipeline_.id_of(http), std::move(body));
}

}  // namespace agent
