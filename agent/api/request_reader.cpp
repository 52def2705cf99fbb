#include "agent/api/request_reader.hpp"

namespace agent {

using world::JsonType;

namespace {

constexpr std::string_view kNotExplained =
    "The body is not a request of this API. Compare it with the schema under /v1/schemas.";

}  // namespace

bool read_request(Api api, std::string_view body, const RequestLimits& limits, Request& request,
                  Problem& problem) {
  request.api = api;
  problem.code = ProblemCode::invalid_request;
  JsonDocument document;
  bool good = document.read(body, limits.json, problem);
  if (good) {
    FieldErrors errors(static_cast<std::size_t>(limits.json.max_errors));
    const Reading reading{document, limits, request, errors};
    const Field root{reading, 0, Path{}};
    if (root.value().type != JsonType::object) {
      problem.code = ProblemCode::not_an_object;
      good = errors.refuse(root.path, "object", root.value());
    } else {
      good = api == Api::chat ? read_chat(root) : read_responses(root);
    }
    problem.errors = errors.take();
    if (!good && !problem.errors.empty()) problem.detail = problem.errors.front().detail;
  }
  if (good) return true;
  // Of a request that is none, nothing counts: not that it wanted a stream, nor whose it was.
  request = Request{};
  request.api = api;
  if (limits.json.explain) return false;
  problem.code = ProblemCode::invalid_request;
  problem.errors.clear();
  problem.detail = kNotExplained;
  return false;
}

bool read_request(std::string_view body, const RequestLimits& limits, Request& request) {
  Problem unused;
  request.messages.clear();
  return read_request(Api::chat, body, limits, request, unused);
}

}  // namespace agent
